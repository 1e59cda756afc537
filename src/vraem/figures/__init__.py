"""Figures: charts and maps in one style, by name: ``vraem.figures.end_states("runs/claim")``.

Charts of one run take a `RunResult` (or several); charts of an experiment take `Results`, or the folder of a sweep.
Each returns a matplotlib figure, raises ``ValueError`` if the runs lack what it shows, and is saved as PNG and SVG by
``vraem.figures.save``. Modules import matplotlib; they are imported when a chart is asked for.
"""

import importlib
from typing import Any

_PLACES: dict[str, str] = {
    **dict.fromkeys(("area_against_observed", "prices"), "charts"),
    **dict.fromkeys(("route_shares", "leaf_fate"), "flows"),
    **dict.fromkeys(("growers_incomes", "coca_map_years"), "households"),
    "valley_map": "maps",
    "scoreboard_chart": "scoreboard",
    "ablation_chart": "ablations",
    "territory": "territory_maps",
    "members_by_fate": "member_fates",
    "command_links": "command_chart",
    "group_income": "group_money",
    **dict.fromkeys(("violence", "violence_around_start"), "violence_chart"),
    **dict.fromkeys(("number_of_groups", "strength_and_removals"), "groups_chart"),
    **dict.fromkeys(("end_states", "end_state_shares"), "end_state_bars"),
    "what_is_left": "answer_chart",
    "cumulative_incidence": "time_to",
    **dict.fromkeys(("declared_differences", "paired_differences"), "contrast_forest"),
    "verdict_at_a_glance": "verdict_rows",
    "phase_diagram": "phase",
    **dict.fromkeys(("morris_screening", "sensitivity", "sobol_shares"), "sensitivity_bars"),
    **dict.fromkeys(("assumptions_that_history_narrows", "assumptions_that_matter"), "lever_rows"),
    "discovered_box": "discovery_box",
    "fates_of_members": "fate_flows",
    "splinter_fates": "splinter_bars",
    "remnants_by_persons": "remnants",
    "control_maps": "holder_maps",
    **dict.fromkeys(("economy_by_arm", "groups_by_arm", "strength_by_arm", "violence_by_arm"), "arm_fans"),
    "routes_by_arm": "arm_routes",
    "neutrality_of_labels": "neutrality_grid",
    **dict.fromkeys(("png_bytes", "save"), "style"),
    "draw_run": "run",
}
"""The module of every public function; no function is called like a module."""

__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    """Import the module of a chart when the chart is asked for."""
    if name not in _PLACES:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}; its charts are {', '.join(sorted(_PLACES))}"
        )
    found = getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The charts, for completion."""
    return sorted({*globals(), *_PLACES})
