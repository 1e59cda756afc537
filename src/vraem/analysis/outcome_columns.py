"""Names of the columns that the verdict reads from a table of runs: the one place where they are spelt.

``observe`` writes them (its catalogue says what each means); ``{h}`` stands for months after the campaign's
end.
"""

from collections.abc import Iterable

from vraem.observe.catalogue import QUANTITIES
from vraem.observe.end_states import DEFINITIONS, END_STATES

END_STATE = "end_state_{h}"
END_STATE_VARIANT = "end_state_{{variant}}_{h}"
DISMANTLED = "dismantled_{definition}"
WEAK_START, ARMED_BEFORE, HIRED_BEFORE, STRENGTH_BEFORE = "weak_start", "la_0", "lf_0", "start_strength"
FRAGMENTED = "fragmented_{h}"
PROFIT, PROFIT_BEFORE = "pi_{h}", "pi_0"
REVENUE, OTHERS_SHARE, ARMED = "rev_{h}", "vac_{h}", "la_{h}"
MEASURES: dict[str, str] = {
    "la": ARMED,
    "lf": "lf_{h}",
    "la_now": "la_now_{h}",
    "la_low": "la_low_{h}",
    "s1": "s1_{h}",
    "absorbed": "abs_{h}",
    "rev": REVENUE,
    "vac": OTHERS_SHARE,
    "collected": "collected_{h}",
    "links": "cli_{h}",
    "pi": PROFIT,
    "delta_pi": "delta_pi_{h}",
    "n": "n_groups_{h}",
    "n_all": "n_groups_all_{h}",
    "n_eff": "n_eff_{h}",
    "n_eff_revenue": "n_eff_revenue_{h}",
    "n_eff_territory": "n_eff_territory_{h}",
    "n_eff_all": "n_eff_all_{h}",
}
"""Measures at a horizon (fields of `observe.measures.HorizonMeasures`) with the columns that hold them."""

LABEL_MEASURES = tuple(
    MEASURES[name]
    for name in ("la", "lf", "la_now", "la_low", "s1", "absorbed", "rev", "vac", "pi", "n", "n_eff")
)
"""Columns that the labels need."""

FIRST_SPLIT, THREE_GROUPS = "first_split_week", "three_groups_week"
WATCHED = "weeks_observed"
REMOVED = "removed"
SPLINTER_LIVES = "splinter_lives"

EXPORTED = "exported_{route}_observed"
"""Cocaine that left by a route over the years in which the share of Callao was observed (Q7)."""
CALLAO = ("foot", "road_callao")
VALLEY_AREA, NATIONAL_AREA = "coca_area_survey", "national_area_survey"
"""Coca area of the valley and of Peru in the year of the survey (Q8)."""
MOVED = "rest_area_"
"""What columns of areas outside the valley begin with."""


def read_as(columns: Iterable[str], reading: str) -> dict[str, str]:
    """Columns with those of another `reading` in their place: ``end_state_60`` has ``end_state_by_persons_60``."""
    quantities = ((name, QUANTITIES.get(name) or QUANTITIES.get(name.rpartition("_")[0])) for name in columns)
    return {
        name.replace(f"_{reading}", ""): name
        for name, quantity in quantities
        if quantity is not None and quantity.reading == reading
    }


def at(name: str, horizon: int) -> str:
    """A column at a horizon: ``end_state_60``."""
    return name.format(h=horizon)


def dismantled(definition: str) -> str:
    """The column that says whether a run is dismantled by a definition."""
    return DISMANTLED.format(definition=definition)


def counted_from_campaign(column: str) -> bool:
    """Whether a column is a measure at months after the campaign or since its start, not of a period of dates."""
    stem, _, months = column.rpartition("_")
    return column in QUANTITIES or (months.isdigit() and (stem in QUANTITIES or stem in END_STATES))


def horizons_in(columns: Iterable[str]) -> tuple[int, ...]:
    """The horizons at which a table has end states, rising."""
    stem = END_STATE.partition("{")[0]
    ends = (name.removeprefix(stem) for name in columns if name.startswith(stem))
    return tuple(sorted(int(end) for end in ends if end.isdigit()))


def definitions_in(columns: Iterable[str]) -> tuple[str, ...]:
    """The definitions of dismantled that a table has, the headline first."""
    names = set(columns)
    return tuple(each for each in DEFINITIONS if dismantled(each) in names)
