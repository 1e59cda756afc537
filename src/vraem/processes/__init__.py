"""One file for each process of the weekly schedule; `vraem.engine.SCHEDULE` gives the order."""
