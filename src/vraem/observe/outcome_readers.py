"""How each outcome is read off a run: functions that the catalogue of outcomes names.

A reader takes what is known of the organisation and the place of a horizon in `HORIZONS` (0 where there are none); it
gives a number, a label, or None where the run cannot tell.
"""

from collections.abc import Callable

from vraem.observe.anchor import HORIZONS
from vraem.observe.organisation import OrganisationResult, moment
from vraem.world.clock import WEEKS_A_YEAR

Value = float | str | None
Reader = Callable[[OrganisationResult, int], Value]
"""Reads an outcome of a run at the horizon with this place in `HORIZONS` (0 where there are no horizons)."""


def yes(flag: bool | None) -> Value:
    """1 or 0, None where it is not known."""
    return None if flag is None else float(flag)


def measure(field: str) -> Reader:
    """A field of `HorizonMeasures`."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        return None if result.measures is None else float(getattr(result.measures, field)[horizon])

    return read


def baseline(field: str) -> Reader:
    """A field of `Baseline`."""

    def read(result: OrganisationResult, _: int) -> Value:
        return None if result.baseline is None else float(getattr(result.baseline, field))

    return read


def end_state(variant: str) -> Reader:
    """The label under one reading."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        return result.verdicts[variant].end_states[horizon] if variant in result.verdicts else None

    return read


def fragmented(variant: str) -> Reader:
    """Whether a run is fragmented at a horizon, 1 or 0, under one reading."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        verdicts = result.verdicts.get(variant)
        return (
            None if verdicts is None or verdicts.codes[horizon] < 0 else float(verdicts.fragmented[horizon])
        )

    return read


def dismantled(definition: str, variant: str = "default") -> Reader:
    """Whether a run is dismantled by a definition, 1 or 0."""
    return lambda result, _: yes(result.dismantled(definition, variant))


def dismantled_week(definition: str) -> Reader:
    """Weeks from the campaign's start to the dismantling."""

    def read(result: OrganisationResult, _: int) -> Value:
        if "default" not in result.verdicts:
            return None
        return known_week(result.since(result.verdicts["default"].dismantling.weeks[definition]))

    return read


def known_week(weeks: int) -> Value:
    """A number of weeks; None where it is negative, which stands for never."""
    return float(weeks) if weeks >= 0 else None


def variant(variant: str, field: str) -> Reader:
    """A field of `HorizonMeasures` under another reading."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        return (
            float(getattr(result.variants[variant], field)[horizon]) if variant in result.variants else None
        )

    return read


def fate(fate: str) -> Reader:
    """The share of those who were members at the start whose fate this is."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        name = moment(HORIZONS[horizon])
        return result.fates.share(name, fate) if name in result.fates.moments else None

    return read


def _span(result: OrganisationResult, horizon: int) -> tuple[int, int] | None:
    """The weeks from the campaign's start to a horizon; None if the run does not reach it."""
    if result.anchor is None or result.anchor.horizons[horizon] >= result.weeks:
        return None
    return result.anchor.start, result.anchor.horizons[horizon]


def count(kind: str) -> Reader:
    """Incidents of a kind since the campaign's start."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        span = _span(result, horizon)
        return None if span is None else float(result.journal.counts(*span)[kind])

    return read


def deaths(by: tuple[int, ...] | None, victims: tuple[int, ...] | None) -> Reader:
    """Deaths since the campaign's start, by some perpetrators, of some victims (None: all)."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        span = _span(result, horizon)
        if span is None:
            return None
        deaths = result.violence(*span).deaths
        rows = deaths if by is None else deaths[list(by)]
        return float((rows if victims is None else rows[:, list(victims)]).sum())

    return read


def violence(by: tuple[int, ...] | None) -> Reader:
    """Events per 100 000 person-months in the year that ends at a horizon, by some perpetrators (None: all)."""

    def read(result: OrganisationResult, horizon: int) -> Value:
        span = _span(result, horizon)
        if span is None:
            return None
        rate = result.violence(max(span[1] - round(WEEKS_A_YEAR) + 1, 0), span[1]).rate
        return float((rate if by is None else rate[list(by)]).sum())

    return read


def violence_before(result: OrganisationResult, _: int) -> Value:
    """Events per 100 000 person-months in the year before the campaign."""
    if result.anchor is None:
        return None
    first = max(result.anchor.start - round(WEEKS_A_YEAR), 0)
    return float(result.violence(first, result.anchor.start - 1).rate.sum())


def removed(result: OrganisationResult, _: int) -> Value:
    """Persons captured or killed by the state until the dismantling no longer counts."""
    if result.anchor is None:
        return None
    return float(result.journal.counts(result.anchor.start, result.anchor.grace_ends)["removals"])


def observed(result: OrganisationResult, _: int) -> Value:
    """Weeks seen since the campaign's start."""
    return None if result.anchor is None else float(result.weeks - result.anchor.start)


def less(ratio: Value) -> Value:
    """One less a ratio."""
    return 1.0 - ratio if isinstance(ratio, float) else None


def relapse(result: OrganisationResult) -> Value:
    """Of those who ever left of their own will, who came back."""
    return result.returned / result.ever_left if result.ever_left else None
