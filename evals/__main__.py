"""`python -m evals`: the same as `vlms eval`."""

from evals.cli import main

if __name__ == "__main__":
    main()
