"""The budgets: what is measured, what it may be, how near it comes to a limit. Nothing here asserts a time.

`make bench` runs all; `python -m benchmarks start passage` runs some. One part, one file with `measure()`.
"""
