"""The version of the model; part of every run's identity.

A change of a rule raises the second number; one that moves single runs and no distribution (a tie, rounding) the third.
"""

__version__ = "0.14.0"
