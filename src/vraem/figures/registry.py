"""The charts of an experiment in the order of its report, as data: name, caption, the function that draws it.

A chart takes `Results` and returns a matplotlib figure; it raises ``ValueError`` when the runs lack what it
needs.
"""

import importlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from matplotlib.figure import Figure

from vraem.analysis.results import Results
from vraem.observe.organisation_series import DERIVED, NOTED

GROUP_SERIES = frozenset(spec.name for spec in (*NOTED, *DERIVED))
"""Weekly series of the armed groups."""


class ReportChart(NamedTuple):
    """A chart of a report: ``name`` of its file, ``caption`` under it, ``place`` of its function (module:function).

    ``of_groups``: it shows armed groups over time, which an experiment on the economy may not ask for.
    """

    name: str
    caption: str
    place: str
    of_groups: bool = False

    def draw(self, results: Results) -> Figure:
        """Draw it. Raises ``ValueError`` if the runs lack what it needs."""
        module, _, function = self.place.partition(":")
        drawn: Callable[[Results], Figure] = getattr(importlib.import_module(module), function)
        return drawn(results)


REPORT_CHARTS: tuple[ReportChart, ...] = (
    ReportChart(
        "verdict",
        "The verdict at a glance: the share of gangs among dismantled runs, against the thresholds of the rules.",
        "vraem.figures.verdict_rows:verdict_at_a_glance",
    ),
    ReportChart(
        "answer",
        "What is left of a dismantled group, over all campaigns.",
        "vraem.figures.answer_chart:what_is_left",
    ),
    ReportChart(
        "end-states",
        "What becomes of the group once it is dismantled, by campaign and horizon.",
        "vraem.figures.end_state_bars:end_states",
    ),
    ReportChart(
        "end-state-shares",
        "How often each end state comes, campaign by campaign.",
        "vraem.figures.end_state_bars:end_state_shares",
    ),
    ReportChart(
        "incidence",
        "How soon the group comes apart: cumulative incidence with competing risks.",
        "vraem.figures.time_to:cumulative_incidence",
    ),
    ReportChart(
        "differences",
        "What the arms change against the reference, pair by pair.",
        "vraem.figures.contrast_forest:paired_differences",
    ),
    ReportChart(
        "outcomes",
        "What the arms change in the outcomes of the experiment, pair by pair.",
        "vraem.figures.contrast_forest:declared_differences",
    ),
    ReportChart(
        "phase",
        "How tempo and intelligence of a campaign move the share of gangs.",
        "vraem.figures.phase:phase_diagram",
    ),
    ReportChart(
        "assumptions",
        "The assumptions over which the share of gangs moves farthest.",
        "vraem.figures.lever_rows:assumptions_that_matter",
    ),
    ReportChart(
        "history",
        "What history says about the assumptions: the share of draws that it does not rule out.",
        "vraem.figures.lever_rows:assumptions_that_history_narrows",
    ),
    ReportChart(
        "conditions",
        "The box of assumptions in which gangs are frequent.",
        "vraem.figures.discovery_box:discovered_box",
    ),
    ReportChart(
        "sensitivity",
        "Which factors matter: Morris' elementary effects or Sobol' indices, where the design is made for them.",
        "vraem.figures.sensitivity_bars:sensitivity",
    ),
    ReportChart(
        "fates",
        "Where those who were members at the start go, in flows.",
        "vraem.figures.fate_flows:fates_of_members",
    ),
    ReportChart(
        "splinters",
        "What becomes of the columns that break away from a dismantled group.",
        "vraem.figures.splinter_bars:splinter_fates",
    ),
    ReportChart(
        "remnants",
        "Who counts as a remnant: many groups, and gangs, with and without the recruits of splinters.",
        "vraem.figures.remnants:remnants_by_persons",
    ),
    ReportChart(
        "control-maps",
        "Who controls what: share of runs in which each kind of group holds a community.",
        "vraem.figures.holder_maps:control_maps",
    ),
    ReportChart(
        "groups",
        "Number and effective number of armed groups over time, arm by arm.",
        "vraem.figures.arm_fans:groups_by_arm",
        of_groups=True,
    ),
    ReportChart(
        "strength",
        "Armed strength, command and income of the groups over time, arm by arm.",
        "vraem.figures.arm_fans:strength_by_arm",
        of_groups=True,
    ),
    ReportChart(
        "violence",
        "Violence over time, arm by arm.",
        "vraem.figures.arm_fans:violence_by_arm",
        of_groups=True,
    ),
    ReportChart(
        "economy",
        "Coca area and prices over time, arm by arm.",
        "vraem.figures.arm_fans:economy_by_arm",
    ),
    ReportChart(
        "routes",
        "Ways out of the valley, arm by arm.",
        "vraem.figures.arm_routes:routes_by_arm",
    ),
    ReportChart(
        "neutrality",
        "Whether every end state can be reached and none wins whatever is assumed.",
        "vraem.figures.neutrality_grid:neutrality_of_labels",
    ),
)
"""Every chart of a report, in the order of reading."""


def report_charts(results: Results) -> Iterator[tuple[ReportChart, Figure]]:
    """The charts that the runs are enough for and that belong to what was asked, drawn one after the other."""
    on_groups = asks_of_groups(results)
    for chart in REPORT_CHARTS:
        if chart.of_groups and not on_groups:
            continue
        try:
            yield chart, chart.draw(results)
        except ValueError:
            continue


def asks_of_groups(results: Results) -> bool:
    """Whether an experiment is about the armed groups: it does something to them, or keeps an outcome of theirs."""
    if results.campaigns or results.experiment is None:
        return True
    kept = results.experiment.outcomes
    return any(each.measure is not None or each.series in GROUP_SERIES for each in kept)
