"""Any scenario: parameters within their ranges, forms of the switches, drivers and dated events."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

import vraem
from vraem.scenario import SWITCHES, Scenario, parameter_table
from vraem.valley import ROUTES, facts_columns

FIRST_DAY = dt.date(2012, 1, 2)
COCA_DISTRICTS = sorted(
    str(name)
    for name, role in zip(
        facts_columns("districts")["district"], facts_columns("districts")["coca_role"], strict=True
    )
    if role == "main"
)

ROUTE_NAMES = st.sampled_from((*ROUTES, "all"))
SOME_DISTRICTS = st.lists(st.sampled_from(COCA_DISTRICTS), min_size=1, max_size=5, unique=True).map(sorted)


def positions() -> st.SearchStrategy[dict[str, float | None]]:
    """For each parameter its place between the ends of its range, or None for its default."""
    place = st.none() | st.floats(0.0, 1.0)
    return st.fixed_dictionaries({spec.name: place for spec in parameter_table()})


def parameter_values(places: dict[str, float | None]) -> dict[str, float]:
    """The parameters at their places."""
    values = {}
    for spec in parameter_table():
        place = places[spec.name]
        if place is not None:
            value = min(spec.low + place * (spec.high - spec.low), spec.high)
            values[f"parameters.{spec.name}"] = round(value) if spec.whole else value
    return values


@st.composite
def spans(draw: st.DrawFn) -> dict[str, dt.date]:
    """First and last day of an event; some begin before the run or end after it."""
    first = draw(st.integers(-60, 600))
    length = draw(st.integers(0, 400))
    start = FIRST_DAY + dt.timedelta(days=first)
    return {"start": start, "end": start + dt.timedelta(days=length)}


def _event(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    own = st.fixed_dictionaries({"kind": st.just(kind), **fields})
    return st.builds(lambda event, span: {**event, **span}, own, spans())


def eradications() -> st.SearchStrategy[dict[str, Any]]:
    """Orders from a single plot to more than stands anywhere, in named districts or everywhere."""
    hectares = st.sampled_from((0.5, 40.0, 900.0, 15_000.0, 200_000.0))
    named = _event("eradication", hectares=hectares, districts=SOME_DISTRICTS)
    return named | _event("eradication", hectares=hectares)


def events() -> st.SearchStrategy[dict[str, Any]]:
    """An event of any kind."""
    factor = st.sampled_from((0.05, 0.3, 1.0, 2.0, 6.0))
    return st.one_of(
        eradications(),
        _event("announcement", risk=st.floats(0.0, 1.0), districts=SOME_DISTRICTS),
        _event("announcement", risk=st.floats(0.0, 1.0)),
        _event("price_shock", factor=factor),
        _event("route_capacity", route=ROUTE_NAMES, factor=factor | st.just(0.0)),
        _event("route_risk", route=ROUTE_NAMES, factor=factor | st.just(0.0)),
        _event("route_cost", route=ROUTE_NAMES, factor=factor),
        _event("rewards", factor=factor, paid=st.floats(0.0, 1.0), districts=SOME_DISTRICTS),
        _event("alternative_development", share=st.floats(0.0, 1.0), districts=SOME_DISTRICTS),
    )


@st.composite
def changes(draw: st.DrawFn, longest_weeks: int = 104) -> dict[str, Any]:
    """What a scenario of a year or two changes: anything."""
    weeks = draw(st.integers(40, longest_weeks))
    return {
        "run.households": draw(st.integers(400, 800)),
        "run.end": FIRST_DAY + dt.timedelta(days=7 * weeks - 1),
        "run.seed": draw(st.integers(0, 2**31)),
        "drivers.table": draw(st.sampled_from(("history", "none"))),
        "event": draw(st.lists(events(), max_size=5)),
        **{f"switches.{name}": draw(st.sampled_from(switch.values)) for name, switch in SWITCHES.items()},
        **parameter_values(draw(positions())),
    }


def scenario_of(changed: dict[str, Any]) -> Scenario:
    """The packaged history with `changed` laid over it."""
    return vraem.load("history").with_(changed)
