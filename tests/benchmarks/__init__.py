"""Benchmarks: what a run costs, against the budgets of the project. Run with ``python -m tests.benchmarks``."""
