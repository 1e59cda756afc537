"""Outcomes that a verdict a year after a campaign needs, as lines of an experiment file."""

OUTCOMES = """
[[outcome]]
horizon_months = [12]
measures = [
  "end_state", "fragmented", "la", "lf", "la_now", "la_low", "s1", "abs", "rev", "vac", "pi", "n_groups", "n_eff",
]
[[outcome]]
measures = ["dismantled_personnel", "weak_start", "pi_0"]
"""
