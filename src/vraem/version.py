"""The version of the model; part of every run's identity: a change of what runs compute raises its second number."""

__version__ = "0.4.0"
