"""``python -m vraem.cli``."""

from vraem.cli import main

main()
