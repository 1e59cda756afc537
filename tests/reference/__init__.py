"""Twins of the vectorised core: the same rules as plain loops over plain objects.

The growers are Mesa agents, so that they are both the oracle of the core and the baseline of the benchmark.
"""
