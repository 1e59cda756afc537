"""Outcomes of a run that are no weekly series: end states, dismantling, fragmentation, fates, violence.

One place where they are named: `CATALOGUE` says of each its unit or its labels, its meaning, and whether there is one
for each horizon. Experiments ask for them by `measure = "end_state"`; the column of a horizon bears its months,
`end_state_60`. An outcome that a run cannot tell (it is too short, it has no campaign) is missing: None.
"""

from dataclasses import dataclass

import numpy as np

from vraem.observe import outcome_readers as readers
from vraem.observe.anchor import HORIZONS
from vraem.observe.end_states import DEFINITION_WORDS, DEFINITIONS, END_STATES
from vraem.observe.fates import FATE_WORDS, FATES
from vraem.observe.joint import fate_paths, holders
from vraem.observe.organisation import BY_PERSONS, OrganisationResult
from vraem.observe.outcome_readers import Reader, Value
from vraem.observe.splinters import splinter_lives
from vraem.observe.thresholds import MOVED, VARIANTS
from vraem.world.security_tables import ARMED_ACTORS, CIVILIANS, STATE

TEXT = "text"
"""The unit of an outcome whose values are texts that stand for more than a label."""

_EVER = "with those counted who were ever in the founding group, and no recruits of splinters"


@dataclass(frozen=True)
class Quantity:
    """An outcome: `name`, `unit` (of a number) or `labels` (of a text), `meaning`, whether there is one a horizon.

    `reading` is the other table of thresholds, or `BY_PERSONS`, by which it is read, nothing for the headline's; its
    name is then that of the headline's outcome and the reading.
    """

    name: str
    unit: str
    meaning: str
    read: Reader
    per_horizon: bool = True
    labels: tuple[str, ...] = ()
    reading: str = ""

    @property
    def is_text(self) -> bool:
        """Whether its values are labels or other texts, not numbers."""
        return bool(self.labels) or self.unit == TEXT

    def column(self, months: int | None) -> str:
        """The name of its column, at a horizon if it has any."""
        return self.name if months is None else f"{self.name}_{months}"

    def value(self, result: OrganisationResult, months: int | None = None) -> Value:
        """Its value in a run, None if the run cannot tell. Raises `ValueError` for a horizon it does not have."""
        if self.per_horizon and months not in HORIZONS:
            raise ValueError(f"{self.name}: got the horizon {months}, expected months out of {HORIZONS}")
        if not self.per_horizon and months is not None:
            raise ValueError(f"{self.name}: got the horizon {months}, but it has no horizons")
        found = self.read(result, HORIZONS.index(months) if months is not None else 0)
        return None if isinstance(found, float) and np.isnan(found) else found


def _at_once(name: str, unit: str, meaning: str, read: Reader, reading: str = "") -> Quantity:
    """An outcome without horizons."""
    return Quantity(name, unit, meaning, read, per_horizon=False, reading=reading)


CATALOGUE: tuple[Quantity, ...] = (
    Quantity("end_state", "label", "end state", readers.end_state("default"), labels=END_STATES),
    *(
        Quantity(
            f"end_state_{variant}",
            "label",
            f"end state {words}",
            readers.end_state(variant),
            labels=END_STATES,
            reading=variant,
        )
        for variant, words in (
            *((name, f"with all thresholds moved {moved.way} by a fifth") for name, moved in MOVED.items()),
            ("three_armed", "with three armed members enough for an independent group"),
            ("ten_armed", "with ten armed members needed for an independent group"),
            (BY_PERSONS, _EVER),
        )
    ),
    *(
        Quantity(
            f"fragmented{suffix}",
            "yes/no",
            f"whether there are three independent lineage groups or more, none of them dominant{words}",
            readers.fragmented(variant),
            reading=variant if suffix else "",
        )
        for variant, suffix, words in (
            ("default", "", ""),
            (BY_PERSONS, f"_{BY_PERSONS}", f", {_EVER}"),
        )
    ),
    Quantity(
        "la", "ratio", "armed lineage outside firms' service over its baseline, LA/LA0", readers.measure("la")
    ),
    Quantity(
        "lf", "ratio", "lineage in the pay of firms over the armed at baseline, LF/LA0", readers.measure("lf")
    ),
    Quantity("la_now", "ratio", "the same as la, mean of 26 weeks", readers.measure("la_now")),
    Quantity(
        "la_low", "ratio", "lowest la_now of any week since the campaign began", readers.measure("la_low")
    ),
    Quantity(
        "dis",
        "ratio",
        "loss of armed strength, 1 − LA/LA0",
        lambda r, h: readers.less(readers.measure("la")(r, h)),
    ),
    Quantity("s1", "share", "largest lineage group's share of the armed lineage", readers.measure("s1")),
    Quantity(
        "abs", "share", "share of the armed lineage in the pay of firms, ABS", readers.measure("absorbed")
    ),
    Quantity(
        "rev",
        "ratio",
        "lineage revenue over the potential of the valley, over the baseline, REV",
        readers.measure("rev"),
    ),
    Quantity("vac", "share", "other groups' share of all groups' revenue, VAC", readers.measure("vac")),
    Quantity(
        "collected", "share", "revenue of all groups over the potential revenue", readers.measure("collected")
    ),
    Quantity(
        "cli",
        "ratio",
        "armed lineage under the strongest centre's command, over the baseline",
        readers.measure("links"),
    ),
    Quantity("pi", "share", "profit orientation of the lineage outside firms, Π", readers.measure("pi")),
    Quantity("delta_pi", "share", "its change against the baseline, ΔΠ", readers.measure("delta_pi")),
    Quantity("n_groups", "groups", "independent lineage groups, N", readers.measure("n")),
    Quantity("n_groups_all", "groups", "independent armed groups", readers.measure("n_all")),
    Quantity(
        "n_eff",
        "groups",
        "effective number of independent lineage groups by members",
        readers.measure("n_eff"),
    ),
    Quantity("n_eff_revenue", "groups", "the same by income", readers.measure("n_eff_revenue")),
    Quantity("n_eff_territory", "groups", "the same by territory", readers.measure("n_eff_territory")),
    Quantity(
        "n_eff_all",
        "groups",
        "effective number of all independent groups by members",
        readers.measure("n_eff_all"),
    ),
    *(
        Quantity(
            f"{name}_{variant}",
            "groups",
            f"{words}, with n_min {number}",
            readers.variant(variant, field),
            reading=variant,
        )
        for variant, number in (("three_armed", 3), ("ten_armed", 10))
        for name, field, words in (
            ("n_groups", "n", "independent lineage groups"),
            ("n_eff", "n_eff", "effective number of independent lineage groups"),
        )
    ),
    *(
        Quantity(
            f"{name}_{BY_PERSONS}",
            unit,
            f"{name} {_EVER}",
            readers.variant(BY_PERSONS, field),
            reading=BY_PERSONS,
        )
        for name, field, unit in (
            ("la", "la", "ratio"),
            ("s1", "s1", "share"),
            ("abs", "absorbed", "share"),
            ("rev", "rev", "ratio"),
            ("vac", "vac", "share"),
            ("pi", "pi", "share"),
            ("n_groups", "n", "groups"),
            ("n_eff", "n_eff", "groups"),
        )
    ),
    *(
        Quantity(
            f"fate_{fate}",
            "share",
            f"share of the members of the campaign's start: {words}",
            readers.fate(fate),
        )
        for fate, words in FATE_WORDS.items()
    ),
    Quantity(
        "holders",
        TEXT,
        "a sign a community: 0 nobody holds it, 1 the founding group, 2 a splinter, 3 another group",
        holders,
    ),
    Quantity("splits", "events", "splits of the lineage since the campaign began", readers.count("splits")),
    Quantity("mergers", "events", "mergers since the campaign began", readers.count("mergers")),
    Quantity(
        "desertions",
        "events",
        "desertions in a body of 5 to 15 since then (P26)",
        readers.count("desertions"),
    ),
    Quantity(
        "removals", "persons", "members captured or killed by the state since then", readers.count("removals")
    ),
    Quantity(
        "deaths", "persons", "killed since the campaign began, on all sides", readers.deaths(None, None)
    ),
    Quantity(
        "deaths_state", "persons", "soldiers and police killed since then", readers.deaths(None, (STATE,))
    ),
    Quantity(
        "deaths_groups",
        "persons",
        "members of armed groups killed since then",
        readers.deaths(None, ARMED_ACTORS),
    ),
    Quantity(
        "deaths_civilians", "persons", "civilians killed since then", readers.deaths(None, (CIVILIANS,))
    ),
    Quantity(
        "deaths_civilians_by_state",
        "persons",
        "civilians killed by the state",
        readers.deaths((STATE,), (CIVILIANS,)),
    ),
    Quantity(
        "deaths_civilians_by_groups",
        "persons",
        "civilians killed by groups and by columns in firms' service",
        readers.deaths(ARMED_ACTORS, (CIVILIANS,)),
    ),
    Quantity(
        "violence",
        "events per 100 000 person-months",
        "violent events in the year that ends at the horizon",
        readers.violence(None),
    ),
    Quantity(
        "violence_by_state",
        "events per 100 000 person-months",
        "of these by the state",
        readers.violence((STATE,)),
    ),
    Quantity(
        "violence_by_groups",
        "events per 100 000 person-months",
        "of these by groups and by columns in firms' service",
        readers.violence(ARMED_ACTORS),
    ),
    *(
        _at_once(f"dismantled_{name}", "yes/no", DEFINITION_WORDS[name], readers.dismantled(name))
        for name in DEFINITIONS
    ),
    *(
        _at_once(
            f"dismantled_{name}_{variant}",
            "yes/no",
            f"{DEFINITION_WORDS[name]}; all thresholds moved {moved.way} by a fifth",
            readers.dismantled(name, variant),
            reading=variant,
        )
        for name in DEFINITIONS
        for variant, moved in MOVED.items()
    ),
    *(
        _at_once(
            f"dismantled_{name}_{BY_PERSONS}",
            "yes/no",
            f"{DEFINITION_WORDS[name]}; {_EVER}",
            readers.dismantled(name, BY_PERSONS),
            reading=BY_PERSONS,
        )
        for name in ("links", "size")
    ),
    *(
        _at_once(
            f"dismantled_week_{name}",
            "weeks",
            f"weeks from the campaign's start to the dismantling by {name}; missing without",
            readers.dismantled_week(name),
        )
        for name in DEFINITIONS
    ),
    _at_once(
        "dismantled_week",
        "weeks",
        "the same by the headline's definition, personnel",
        readers.dismantled_week("personnel"),
    ),
    _at_once(
        "weak_start",
        "yes/no",
        "whether the group was weak when the campaign began",
        lambda r, _: readers.yes(r.weak_start),
    ),
    _at_once(
        "start_strength",
        "ratio",
        "members then over those of the run's first week",
        readers.baseline("start_strength"),
    ),
    _at_once(
        "la_0", "persons", "armed lineage outside firms' service at baseline, LA0", readers.baseline("armed")
    ),
    _at_once("lf_0", "persons", "lineage in the pay of firms at baseline", readers.baseline("hired")),
    _at_once(
        "rev_0",
        "share",
        "lineage revenue over the potential of the valley at baseline",
        readers.baseline("revenue"),
    ),
    _at_once(
        "cli_0",
        "share",
        "armed lineage under the strongest centre's command at baseline",
        readers.baseline("links"),
    ),
    _at_once("pi_0", "share", "profit orientation at baseline, Π0", readers.baseline("profit")),
    _at_once("n_groups_0", "groups", "independent lineage groups at baseline", readers.baseline("groups")),
    _at_once("members_0", "persons", "members of all groups at baseline", readers.baseline("members")),
    _at_once(
        "violence_0",
        "events per 100 000 person-months",
        "violent events in the year before",
        readers.violence_before,
    ),
    _at_once(
        "first_split_week",
        "weeks",
        "weeks from the campaign's start to the first split of the lineage; missing without",
        lambda r, _: readers.known_week(r.first_split),
    ),
    _at_once(
        "three_groups_week",
        "weeks",
        "weeks from the campaign's start to the first with three independent lineage groups; missing without",
        lambda r, _: readers.known_week(r.three_groups),
    ),
    _at_once("weeks_observed", "weeks", "weeks of the run from the campaign's start on", readers.observed),
    _at_once(
        "removed", "persons", "members captured or killed until 13 weeks after the campaign", readers.removed
    ),
    _at_once(
        "fate_paths",
        TEXT,
        "members of the campaign's start by their places in the list of fates at each horizon, with counts",
        lambda r, _: fate_paths(r),
    ),
    _at_once(
        "splinter_lives",
        TEXT,
        "splinters since the campaign began: birth, weeks alone, what ended that, armed members at birth",
        lambda r, _: splinter_lives(r),
    ),
    _at_once(
        "relapse_share",
        "share",
        "who returned of those who quit or surrendered (P23)",
        lambda r, _: readers.relapse(r),
    ),
)
"""Every outcome, in the order of the documentation."""

QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in CATALOGUE}
"""By name."""


__all__ = ["CATALOGUE", "FATES", "QUANTITIES", "VARIANTS", "Quantity", "Value"]
