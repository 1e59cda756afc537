"""vraem: an agent-based simulation of the coca economy of Peru's VRAEM valley and its enforcement."""

from vraem.version import __version__

__all__ = ["__version__"]
