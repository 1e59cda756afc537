"""Observed values that charts, tables and patterns are set against, read from the fact table of the economy.

One row of the table becomes one `Observation` with its period, its range and its source. Prices in soles are
converted with the exchange rates of the same table. Nothing here is an input of the model.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from vraem.valley import facts_table

VALLEY = "VRAEM"
COUNTRY = "Peru"

AREA_TOLERANCE = 0.15
"""Relative distance from the surveyed area that pattern P1 allows."""

_MONTHS_A_YEAR = 12
_YEAR_ONLY = 4


class Observation(NamedTuple):
    """One observed value over the period from `start` to `end`, both days included."""

    place: str
    start: date
    end: date
    value: float
    low: float
    high: float
    source: str
    confidence: str

    @property
    def middle(self) -> date:
        """The middle of the period: mid-month for a month, mid-year for a year."""
        return self.start + (self.end - self.start + timedelta(days=1)) / 2

    def overlaps(self, other: "Observation") -> bool:
        """Whether the two periods share a day."""
        return self.start <= other.end and other.start <= self.end


SET_ASIDE: Mapping[tuple[str, str, str], str] = {
    (
        "leaf_price",
        VALLEY,
        "2020-02-01",
    ): "growers' quote, probably of chewing grade; the official price stands",
    ("hcl_price", VALLEY, "2012-11-01"): "one analyst's quote; the surveyed price of that year stands",
}
"""Rows of the fact table that contradict a better one, by series, place and start, with the reason."""


def coca_area(place: str = VALLEY) -> dict[int, Observation]:
    """Surveyed coca area (ha) on 31 December, by year (P1)."""
    surveys = (_observation(row) for row in _rows("coca_area", place, "ha"))
    return {survey.end.year: survey for survey in surveys}


def prices(product: str) -> list[Observation]:
    """Observed prices of `product` (leaf, paste or hcl) in USD/kg, in order of time.

    A value for all Peru is kept only where the valley has none in its period.
    """
    series = f"{product}_price"
    valley = _in_dollars(series, VALLEY)
    country = [seen for seen in _in_dollars(series, COUNTRY) if not any(map(seen.overlaps, valley))]
    return sorted([*valley, *country], key=lambda seen: seen.middle)


def seized_share() -> list[Observation]:
    """Reported share of the output that is seized: the valley in 2014, all Peru from 2018 (P8)."""
    return [
        _observation(row) for place in (VALLEY, COUNTRY) for row in _rows("seized_share_of_output", place)
    ]


def callao_share() -> list[Observation]:
    """Reported share of the valley's cocaine that goes to Callao first (P30)."""
    return [_observation(row) for row in _rows("route_share_first_to_callao", VALLEY)]


def valley_share() -> dict[int, float]:
    """Surveyed share of the valley in Peru's coca area on 31 December, by year (P31)."""
    valley, country = coca_area(VALLEY), coca_area(COUNTRY)
    return {year: valley[year].value / country[year].value for year in valley if year in country}


def soles_per_dollar(day: date) -> float:
    """Exchange rate at `day`: of the shortest period that holds it, else of the nearest in time."""
    rates = [_observation(row) for row in _rows("fx_pen_per_usd", COUNTRY)]

    def distance(rate: Observation) -> tuple[timedelta, timedelta]:
        gap = max(rate.start - day, day - rate.end, timedelta(0))
        return gap, rate.end - rate.start

    return min(rates, key=distance).value


def _in_dollars(series: str, place: str) -> list[Observation]:
    """Prices of one place; a row in soles counts only where no row in dollars covers the same period."""
    dollars = [_observation(row) for row in _rows(series, place, "usd_per_kg")]
    periods = {(seen.start, seen.end) for seen in dollars}
    soles = [_observation(row) for row in _rows(series, place, "pen_per_kg")]
    converted = [_converted(seen) for seen in soles if (seen.start, seen.end) not in periods]
    return [*dollars, *converted]


def _converted(seen: Observation) -> Observation:
    rate = soles_per_dollar(seen.middle)
    return seen._replace(value=seen.value / rate, low=seen.low / rate, high=seen.high / rate)


def _rows(series: str, place: str, unit: str | None = None) -> Iterable[Mapping[str, str]]:
    for row in _table():
        wanted = row["series"] == series and row["place"] == place and unit in (None, row["unit"])
        if wanted and (series, place, row["period_start"]) not in SET_ASIDE:
            yield row


@cache
def _table() -> tuple[Mapping[str, str], ...]:
    return tuple(facts_table("economy"))


def _observation(row: Mapping[str, str]) -> Observation:
    value = float(row["value"])
    return Observation(
        place=row["place"],
        start=_day(row["period_start"], first=True),
        end=_day(row["period_end"], first=False),
        value=value,
        low=float(row["low"] or value),
        high=float(row["high"] or value),
        source=row["source"],
        confidence=row["confidence"],
    )


def _day(text: str, *, first: bool) -> date:
    if len(text) > _YEAR_ONLY:
        return date.fromisoformat(text)
    return date(int(text), 1, 1) if first else date(int(text), _MONTHS_A_YEAR, 31)
