"""Short labels and units of what is kept of a run, for charts; long meanings stand in the catalogue of `observe`."""

from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from vraem.analysis.results import Results
from vraem.experiment.words import short_day
from vraem.figures.looks import MEMBER_LOOKS
from vraem.figures.swept import ended, when
from vraem.observe.catalogue import QUANTITIES

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment, Outcome

POINTS, GROUPS, OTHER = "percentage points", "groups", "own unit"
RATES, PERSONS, EVENTS = "events per 100 000 person-months", "persons", "events"


class OutcomeWords(NamedTuple):
    """How an outcome is called in a chart, the family of its unit, and the factor that brings it to that unit."""

    label: str
    family: str
    factor: float = 1.0


_SHARE = 100.0

WORDS: dict[str, OutcomeWords] = {
    "dismantled_personnel": OutcomeWords("dismantled: persons", POINTS, _SHARE),
    "dismantled_seats": OutcomeWords("dismantled: seats", POINTS, _SHARE),
    "dismantled_links": OutcomeWords("dismantled: links", POINTS, _SHARE),
    "dismantled_size": OutcomeWords("dismantled: size", POINTS, _SHARE),
    "fragmented": OutcomeWords("fragmented", POINTS, _SHARE),
    "la": OutcomeWords("armed strength, % of before", POINTS, _SHARE),
    "lf": OutcomeWords("armed in firms' pay, % of before", POINTS, _SHARE),
    "abs": OutcomeWords("absorbed by firms", POINTS, _SHARE),
    "rev": OutcomeWords("protection revenue, % of before", POINTS, _SHARE),
    "vac": OutcomeWords("others' share of revenue", POINTS, _SHARE),
    "cli": OutcomeWords("command, % of before", POINTS, _SHARE),
    "pi": OutcomeWords("profit orientation", POINTS, _SHARE),
    "delta_pi": OutcomeWords("change of profit orientation", POINTS, _SHARE),
    "s1": OutcomeWords("largest group's share", POINTS, _SHARE),
    "callao_share": OutcomeWords("cocaine through Callao", POINTS, _SHARE),
    "valley_share": OutcomeWords("valley's share of Peru's coca", POINTS, _SHARE),
    "n_groups": OutcomeWords("independent lineage groups", GROUPS),
    "n_eff": OutcomeWords("effective number of them", GROUPS),
    "n_groups_all": OutcomeWords("all independent groups", GROUPS),
    "violence": OutcomeWords("violent events", RATES),
    "violence_by_state": OutcomeWords("of these by the state", RATES),
    "violence_by_groups": OutcomeWords("of these by groups", RATES),
    "deaths": OutcomeWords("killed since the start", PERSONS),
    "deaths_civilians": OutcomeWords("civilians killed", PERSONS),
    "deaths_state": OutcomeWords("soldiers and police killed", PERSONS),
    "removals": OutcomeWords("captured or killed by the state", PERSONS),
    "splits": OutcomeWords("splits since the start", EVENTS),
    **{
        f"fate_{fate}": OutcomeWords(f"members {look.label}", POINTS, _SHARE)
        for fate, look in MEMBER_LOOKS.items()
    },
}
"""By the name of the outcome, without its horizon."""


def words_of(column: str) -> OutcomeWords:
    """The words of a column, whether or not it ends with a horizon."""
    if column in WORDS:
        return WORDS[column]
    stem, _, end = column.rpartition("_")
    if end.isdigit() and stem in WORDS:
        return WORDS[stem]
    return OutcomeWords((stem if end.isdigit() else column).replace("_", " "), OTHER)


class OutcomeName(NamedTuple):
    """What a row about an outcome is called, and over what time it is."""

    label: str
    period: str = ""

    @property
    def whole(self) -> str:
        """Both in one."""
        return f"{self.label} ({self.period})" if self.period else self.label


def named_outcome(results: Results, column: str) -> OutcomeName:
    """An outcome as the experiment asks for it: its name, its horizon's, the days that the horizon covers."""
    stem, _, end = column.rpartition("_")
    if end.isdigit() and stem in QUANTITIES:
        return OutcomeName(words_of(column).label, f"{when(int(end))} after {ended(results)}")
    asked = results.experiment
    found = next((each for each in asked.outcomes if each.name == column), None) if asked else None
    if asked is None or found is None or found.measure is not None:
        return OutcomeName(words_of(column).label)
    return OutcomeName(_of_series(asked, found), _period(found))


def _of_series(asked: "Experiment", outcome: "Outcome") -> str:
    """Its name, and after a comma that of the horizon if the same is asked for at others."""
    alike = [
        each.name
        for each in asked.outcomes
        if (each.series, each.statistic) == (outcome.series, outcome.statistic)
    ]
    columns = zip(*(name.split("_") for name in alike), strict=False)
    shared = len(list(takewhile(lambda words: len(set(words)) == 1, columns)))
    words = outcome.name.split("_")
    if len(alike) == 1 or not 0 < shared < len(words):
        return " ".join(words)
    return f"{' '.join(words[:shared])}, {' '.join(words[shared:])}"


def _period(outcome: "Outcome") -> str:
    days = (outcome.start, outcome.end)
    if None in days and days != (None, None):
        one = short_day(next(day for day in days if day is not None))
        span = f"from {one}" if outcome.start else f"until {one}"
    elif outcome.start and outcome.end:
        span = f"{short_day(outcome.start)} to {short_day(outcome.end)}"
    else:
        span = "the run"
    return f"last week of {span}" if outcome.statistic == "last" else f"{outcome.statistic}, {span}"
