"""Questions that the sources' case tables answer: understood, computed from named rows, said in words."""
