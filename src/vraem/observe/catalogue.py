"""Outcomes of a run that are no weekly series: end states, dismantling, fragmentation, fates, violence.

One place where they are named: `CATALOGUE` says of each its unit or its labels, its meaning, and whether there is one
for each horizon. Experiments ask for them by `measure = "end_state"`; the column of a horizon bears its months,
`end_state_60`. An outcome that a run cannot tell (it is too short, it has no campaign) is missing: None.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vraem.observe.anchor import HORIZONS
from vraem.observe.end_states import DEFINITION_WORDS, DEFINITIONS, END_STATES
from vraem.observe.fates import FATE_WORDS, FATES
from vraem.observe.joint import fate_paths, holders
from vraem.observe.organisation import OrganisationResult, moment
from vraem.observe.thresholds import VARIANTS
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.security_tables import CIVILIANS, LINEAGE_GROUP, OTHER_GROUP, STATE

Value = float | str | None
Reader = Callable[[OrganisationResult, int], Value]
"""Reads an outcome of a run at the horizon with this place in `HORIZONS` (0 where there are no horizons)."""

TEXT = "text"
"""The unit of an outcome whose values are texts that stand for more than a label."""

GROUP_ACTORS = (LINEAGE_GROUP, OTHER_GROUP)


@dataclass(frozen=True)
class Quantity:
    """An outcome: `name`, `unit` (of a number) or `labels` (of a text), `meaning`, whether there is one a horizon."""

    name: str
    unit: str
    meaning: str
    read: Reader
    per_horizon: bool = True
    labels: tuple[str, ...] = ()

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


def _yes(flag: bool | None) -> Value:
    return None if flag is None else float(flag)


def _measure(field: str) -> Reader:
    """A field of `HorizonMeasures`."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        return None if result.measures is None else float(getattr(result.measures, field)[horizon])

    return read


def _baseline(field: str) -> Reader:
    """A field of `Baseline`."""

    def read(result: OrganisationResult, _: int) -> Value:
        return None if result.baseline is None else float(getattr(result.baseline, field))

    return read


def _end_state(variant: str) -> Reader:
    """The label under one table of thresholds."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        return result.verdicts[variant].end_states[horizon] if variant in result.verdicts else None

    return read


def _fragmented(result: OrganisationResult, horizon: int) -> Value:
    if "default" not in result.verdicts or result.verdicts["default"].codes[horizon] < 0:
        return None
    return float(result.verdicts["default"].fragmented[horizon])


def _dismantled(definition: str, variant: str = "default") -> Reader:
    return lambda result, _: _yes(result.dismantled(definition, variant))


def _dismantled_week(definition: str) -> Reader:
    """Weeks from the campaign's start to the dismantling."""

    def read(result: OrganisationResult, _: int) -> Value:
        if "default" not in result.verdicts:
            return None
        return _week(result.since(result.verdicts["default"].dismantling.weeks[definition]))

    return read


def _week(weeks: int) -> Value:
    return float(weeks) if weeks >= 0 else None


def _variant(variant: str, field: str) -> Reader:
    """A field of `HorizonMeasures` under another table of thresholds."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        return (
            float(getattr(result.variants[variant], field)[horizon]) if variant in result.variants else None
        )

    return read


def _fate(fate: str) -> Reader:
    def read(result: OrganisationResult, horizon: int) -> Value:
        name = moment(HORIZONS[horizon])
        return result.fates.share(name, fate) if name in result.fates.moments else None

    return read


def _span(result: OrganisationResult, horizon: int) -> tuple[int, int] | None:
    """The weeks from the campaign's start to a horizon; None if the run does not reach it."""
    if result.anchor is None or result.anchor.horizons[horizon] >= result.weeks:
        return None
    return result.anchor.start, result.anchor.horizons[horizon]


def _count(kind: str) -> Reader:
    def read(result: OrganisationResult, horizon: int) -> Value:
        span = _span(result, horizon)
        return None if span is None else float(result.journal.counts(*span)[kind])

    return read


def _deaths(by: tuple[int, ...] | None, victims: tuple[int, ...] | None) -> Reader:
    """Deaths since the campaign's start, by some perpetrators, of some victims (None: all)."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        span = _span(result, horizon)
        if span is None:
            return None
        deaths = result.violence(*span).deaths
        rows = deaths if by is None else deaths[list(by)]
        return float((rows if victims is None else rows[:, list(victims)]).sum())

    return read


def _violence(by: tuple[int, ...] | None) -> Reader:
    """Events per 100 000 person-months in the year that ends at a horizon, by some perpetrators (None: all)."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        span = _span(result, horizon)
        if span is None:
            return None
        rate = result.violence(max(span[1] - round(WEEKS_A_YEAR) + 1, 0), span[1]).rate
        return float((rate if by is None else rate[list(by)]).sum())

    return read


def _violence_before(result: OrganisationResult, _: int) -> Value:
    if result.anchor is None:
        return None
    first = max(result.anchor.start - round(WEEKS_A_YEAR), 0)
    return float(result.violence(first, result.anchor.start - 1).rate.sum())


def _removed(result: OrganisationResult, _: int) -> Value:
    """Persons captured or killed by the state until the dismantling no longer counts."""
    if result.anchor is None:
        return None
    return float(result.journal.counts(result.anchor.start, result.anchor.grace_ends)["removals"])


def _observed(result: OrganisationResult, _: int) -> Value:
    return None if result.anchor is None else float(result.weeks - result.anchor.start)


def _at_once(name: str, unit: str, meaning: str, read: Reader) -> Quantity:
    """An outcome without horizons."""
    return Quantity(name, unit, meaning, read, per_horizon=False)


CATALOGUE: tuple[Quantity, ...] = (
    Quantity("end_state", "label", "end state (section 10)", _end_state("default"), labels=END_STATES),
    *(
        Quantity(
            f"end_state_{variant}", "label", f"end state {words}", _end_state(variant), labels=END_STATES
        )
        for variant, words in (
            ("low", "with all thresholds moved down by a fifth"),
            ("high", "with all thresholds moved up by a fifth"),
            ("three_armed", "with three armed members enough for an independent group"),
            ("ten_armed", "with ten armed members needed for an independent group"),
        )
    ),
    Quantity(
        "fragmented", "yes/no", "whether there are three independent lineage groups or more", _fragmented
    ),
    Quantity("la", "ratio", "armed lineage outside firms' service over its baseline, LA/LA0", _measure("la")),
    Quantity("lf", "ratio", "lineage in the pay of firms over the armed at baseline, LF/LA0", _measure("lf")),
    Quantity("la_now", "ratio", "the same as la, mean of 26 weeks", _measure("la_now")),
    Quantity("la_low", "ratio", "lowest la_now of any week since the campaign began", _measure("la_low")),
    Quantity("dis", "ratio", "loss of armed strength, 1 − LA/LA0", lambda r, h: _less(_measure("la")(r, h))),
    Quantity("s1", "share", "largest lineage group's share of the armed lineage", _measure("s1")),
    Quantity("abs", "share", "share of the armed lineage in the pay of firms, ABS", _measure("absorbed")),
    Quantity(
        "rev",
        "ratio",
        "lineage revenue over the potential of the valley, over the baseline, REV",
        _measure("rev"),
    ),
    Quantity("vac", "share", "other groups' share of all groups' revenue, VAC", _measure("vac")),
    Quantity("collected", "share", "revenue of all groups over the potential revenue", _measure("collected")),
    Quantity(
        "cli",
        "ratio",
        "armed lineage under the strongest centre's command, over the baseline",
        _measure("links"),
    ),
    Quantity("pi", "share", "profit orientation of the lineage outside firms, Π", _measure("pi")),
    Quantity("delta_pi", "share", "its change against the baseline, ΔΠ", _measure("delta_pi")),
    Quantity("n_groups", "groups", "independent lineage groups, N", _measure("n")),
    Quantity("n_groups_all", "groups", "independent armed groups", _measure("n_all")),
    Quantity(
        "n_eff", "groups", "effective number of independent lineage groups by members", _measure("n_eff")
    ),
    Quantity("n_eff_revenue", "groups", "the same by income", _measure("n_eff_revenue")),
    Quantity("n_eff_territory", "groups", "the same by territory", _measure("n_eff_territory")),
    Quantity(
        "n_eff_all", "groups", "effective number of all independent groups by members", _measure("n_eff_all")
    ),
    *(
        Quantity(f"{name}_{variant}", "groups", f"{words}, with n_min {number}", _variant(variant, field))
        for variant, number in (("three_armed", 3), ("ten_armed", 10))
        for name, field, words in (
            ("n_groups", "n", "independent lineage groups"),
            ("n_eff", "n_eff", "effective number of independent lineage groups"),
        )
    ),
    *(
        Quantity(
            f"fate_{fate}", "share", f"share of the members of the campaign's start: {words}", _fate(fate)
        )
        for fate, words in FATE_WORDS.items()
    ),
    Quantity(
        "holders",
        TEXT,
        "a sign a community: 0 nobody holds it, 1 the founding group, 2 a splinter, 3 another group",
        holders,
    ),
    Quantity("splits", "events", "splits of the lineage since the campaign began", _count("splits")),
    Quantity("mergers", "events", "mergers since the campaign began", _count("mergers")),
    Quantity(
        "desertions", "events", "desertions in a body of 5 to 15 since then (P26)", _count("desertions")
    ),
    Quantity("removals", "persons", "members captured or killed by the state since then", _count("removals")),
    Quantity("deaths", "persons", "killed since the campaign began, on all sides", _deaths(None, None)),
    Quantity("deaths_state", "persons", "soldiers and police killed since then", _deaths(None, (STATE,))),
    Quantity(
        "deaths_groups", "persons", "members of armed groups killed since then", _deaths(None, GROUP_ACTORS)
    ),
    Quantity("deaths_civilians", "persons", "civilians killed since then", _deaths(None, (CIVILIANS,))),
    Quantity(
        "deaths_civilians_by_state",
        "persons",
        "civilians killed by the state",
        _deaths((STATE,), (CIVILIANS,)),
    ),
    Quantity(
        "deaths_civilians_by_groups",
        "persons",
        "civilians killed by groups",
        _deaths(GROUP_ACTORS, (CIVILIANS,)),
    ),
    Quantity(
        "violence",
        "events per 100 000 person-months",
        "violent events in the year that ends at the horizon",
        _violence(None),
    ),
    Quantity(
        "violence_by_state", "events per 100 000 person-months", "of these by the state", _violence((STATE,))
    ),
    Quantity(
        "violence_by_groups",
        "events per 100 000 person-months",
        "of these by groups",
        _violence(GROUP_ACTORS),
    ),
    *(
        _at_once(f"dismantled_{name}", "yes/no", DEFINITION_WORDS[name], _dismantled(name))
        for name in DEFINITIONS
    ),
    *(
        _at_once(
            f"dismantled_{name}_{variant}",
            "yes/no",
            f"{DEFINITION_WORDS[name]}; all thresholds moved {'down' if variant == 'low' else 'up'} by a fifth",
            _dismantled(name, variant),
        )
        for name in DEFINITIONS
        for variant in ("low", "high")
    ),
    *(
        _at_once(
            f"dismantled_week_{name}",
            "weeks",
            f"weeks from the campaign's start to the dismantling by {name}; missing without",
            _dismantled_week(name),
        )
        for name in DEFINITIONS
    ),
    _at_once(
        "dismantled_week",
        "weeks",
        "the same by the headline's definition, personnel",
        _dismantled_week("personnel"),
    ),
    _at_once(
        "weak_start",
        "yes/no",
        "whether the group was weak when the campaign began",
        lambda r, _: _yes(r.weak_start),
    ),
    _at_once(
        "start_strength",
        "ratio",
        "members then over those of the run's first week",
        _baseline("start_strength"),
    ),
    _at_once("la_0", "persons", "armed lineage outside firms' service at baseline, LA0", _baseline("armed")),
    _at_once("lf_0", "persons", "lineage in the pay of firms at baseline", _baseline("hired")),
    _at_once(
        "rev_0", "share", "lineage revenue over the potential of the valley at baseline", _baseline("revenue")
    ),
    _at_once(
        "cli_0", "share", "armed lineage under the strongest centre's command at baseline", _baseline("links")
    ),
    _at_once("pi_0", "share", "profit orientation at baseline, Π0", _baseline("profit")),
    _at_once("n_groups_0", "groups", "independent lineage groups at baseline", _baseline("groups")),
    _at_once("members_0", "persons", "members of all groups at baseline", _baseline("members")),
    _at_once(
        "violence_0",
        "events per 100 000 person-months",
        "violent events in the year before",
        _violence_before,
    ),
    _at_once(
        "first_split_week",
        "weeks",
        "weeks from the campaign's start to the first split of the lineage; missing without",
        lambda r, _: _week(r.first_split),
    ),
    _at_once(
        "three_groups_week",
        "weeks",
        "weeks from the campaign's start to the first with three independent lineage groups; missing without",
        lambda r, _: _week(r.three_groups),
    ),
    _at_once("weeks_observed", "weeks", "weeks of the run from the campaign's start on", _observed),
    _at_once("removed", "persons", "members captured or killed until 13 weeks after the campaign", _removed),
    _at_once(
        "fate_paths",
        TEXT,
        "members of the campaign's start by their places in the list of fates at each horizon, with counts",
        lambda r, _: fate_paths(r),
    ),
    _at_once(
        "relapse_share",
        "share",
        "who returned of those who quit or surrendered (P23)",
        lambda r, _: _relapse(r),
    ),
)
"""Every outcome, in the order of the documentation."""

QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in CATALOGUE}
"""By name."""


def _less(ratio: Value) -> Value:
    return 1.0 - ratio if isinstance(ratio, float) else None


def _relapse(result: OrganisationResult) -> Value:
    return result.returned / result.ever_left if result.ever_left else None


__all__ = ["CATALOGUE", "FATES", "QUANTITIES", "VARIANTS", "Quantity", "Value"]
