"""How good the assistant is: question sets with their acceptable passages, and the harness that scores it.

`python -m evals` (or `vlms eval`) asks every question, scores the answers and prints the figures;
`evals.questions.load_questions` is the way in for anything that fits weights on the tuning half.
"""
