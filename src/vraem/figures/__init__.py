"""Figures: charts and maps in one style. Modules import matplotlib; import them to draw only."""
