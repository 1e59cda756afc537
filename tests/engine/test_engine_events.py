"""What events and years do inside the model: signs and bookkeeping, not sizes."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

import vraem
from vraem import engine
from vraem.observe import RunResult
from vraem.processes.farming import net_leaf_price
from vraem.scenario import Scenario, ScenarioError
from vraem.valley import ROUTES, facts_columns
from vraem.world import World
from vraem.world.clock import WEEKS_A_QUARTER

DISTRICTS = facts_columns("districts")
COCA_DISTRICTS = [str(name) for name in DISTRICTS["district"][DISTRICTS["coca_role"] == "main"]]
SPAN = {"start": dt.date(2012, 7, 2), "end": dt.date(2013, 6, 30)}
INSIDE = ("2012-07-02", "2013-06-24")
LATE = ("2012-10-01", "2013-06-24")


def scenario(*events: dict[str, Any], **changes: Any) -> Scenario:
    overrides = {"run.households": 2000, "run.end": dt.date(2013, 12, 31), "event": list(events)}
    return vraem.load("history").with_(
        overrides | {key.replace("__", "."): value for key, value in changes.items()}
    )


def run(*events: dict[str, Any], **changes: Any) -> RunResult:
    return vraem.run(scenario(*events, **changes), seed=2)


@pytest.fixture(scope="module")
def plain() -> RunResult:
    return run()


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_leaves_by_a_closed_route(plain: RunResult, route: str):
    closed = run({"kind": "route_capacity", "route": route, "factor": 0.0, **SPAN})
    weeks = closed.between(*INSIDE)
    assert (closed[f"hcl_shipped_{route}"][weeks] == 0.0).all()
    assert plain[f"hcl_shipped_{route}"][weeks].sum() > 0.0
    others = [f"hcl_shipped_{other}" for other in ROUTES if other != route]
    assert sum(closed[name][weeks].sum() for name in others) > sum(
        plain[name][weeks].sum() for name in others
    )


def test_without_controls_nothing_is_seized_and_with_more_of_them_more_is(plain: RunResult):
    free = run({"kind": "route_risk", "route": "all", "factor": 0.0, **SPAN})
    strict = run({"kind": "route_risk", "route": "all", "factor": 5.0, **SPAN})
    weeks = plain.between(*LATE)

    def seized(result: RunResult) -> float:
        return float(sum(result[f"hcl_seized_{route}"][weeks].sum() for route in ROUTES))

    assert seized(free) == 0.0
    assert 0.0 < seized(plain) < seized(strict)
    # firms with bribes or an escort on one route may fear it less; what they fear of all of them rises
    feared = [sum(r.mean(f"risk_belief_{route}", *LATE) for route in ROUTES) for r in (strict, plain)]
    assert feared[0] > feared[1]


def test_a_dearer_route_loses_cargo_to_the_others(plain: RunResult):
    dear = run({"kind": "route_cost", "route": "air", "factor": 3.0, **SPAN})
    assert dear.mean("hcl_shipped_air", *LATE) < plain.mean("hcl_shipped_air", *LATE)


def test_a_fall_of_the_border_price_reaches_product_leaf_pickers_and_fields(plain: RunResult):
    slump = run({"kind": "price_shock", "factor": 0.4, **SPAN})
    for name in (
        "hcl_price",
        "leaf_price",
        "paste_price",
        "pickers",
        "harvest_wage_index",
        "price_expectation",
    ):
        assert slump.mean(name, *LATE) < plain.mean(name, *LATE), name
    assert slump.mean("leaf_unpicked", *LATE) > plain.mean("leaf_unpicked", *LATE)
    assert slump.mean("planted", *LATE) < plain.mean("planted", *LATE)
    fall = slump.mean("leaf_price", *LATE) / plain.mean("leaf_price", *LATE)
    assert fall < slump.mean("hcl_price", *LATE) / plain.mean("hcl_price", *LATE)


@pytest.mark.parametrize("form", ["negative", "positive"])
def test_an_announcement_deters_planting_under_either_response_to_eradication(form: str):
    told = {"kind": "announcement", "risk": 0.5, **SPAN}
    quiet = run(switches__eradication_response=form)
    announced = run(told, switches__eradication_response=form)
    assert announced.mean("perceived_risk", *LATE) > quiet.mean("perceived_risk", *LATE)
    assert announced.mean("planted", *LATE) < quiet.mean("planted", *LATE)


@pytest.mark.parametrize(("form", "more"), [("negative", False), ("positive", True)])
def test_the_sign_of_the_response_to_eradication_is_a_switch(form: str, more: bool):
    crews = {"kind": "eradication", "hectares": 1000.0, "districts": ["Pichari"], **SPAN}
    switch = {"switches__eradication_response": form, "parameters__replant_pull": 1.0}
    gone, stayed = run(crews, **switch), run(**switch)
    assert (gone.mean("planted", *LATE) > stayed.mean("planted", *LATE)) is more


def test_assistance_turns_more_coca_into_licit_crops():
    aid = {"kind": "alternative_development", "share": 1.0, "districts": COCA_DISTRICTS, **SPAN}
    strong = {"parameters__development_bonus": 1.0, "parameters__switch_licit_intercept": -3.4}
    with_aid, without = run(aid, **strong), run(**strong)
    assert with_aid.mean("converted", *INSIDE) > without.mean("converted", *INSIDE)


def assisted(world: World, weeks: int) -> list[float]:
    """Largest assisted share of a community, week by week."""
    found = []
    for _ in range(weeks):
        engine.advance(world)
        found.append(float(world.communities.assisted_share.max()))
        engine.close_week(world)
    return found


def aid(start: dt.date, end: dt.date, share: float) -> dict[str, Any]:
    return {
        "kind": "alternative_development",
        "start": start,
        "end": end,
        "share": share,
        "districts": ["Pichari"],
    }


def test_assistance_holds_from_its_first_to_its_last_week():
    world = vraem.new_world(scenario(aid(dt.date(2012, 1, 9), dt.date(2012, 1, 29), 0.4)), 2)
    assert assisted(world, 6) == pytest.approx([0.0, 0.4, 0.4, 0.4, 0.0, 0.0])


def test_assistance_that_began_before_the_run_serves_from_its_first_week():
    world = vraem.new_world(scenario(aid(dt.date(2011, 6, 6), dt.date(2012, 1, 15), 0.4)), 2)
    assert assisted(world, 4) == pytest.approx([0.4, 0.4, 0.0, 0.0])


def test_shares_of_overlapping_assistance_add_up_to_no_more_than_everybody():
    orders = (
        aid(dt.date(2012, 1, 2), dt.date(2012, 1, 22), 0.7),
        aid(dt.date(2012, 1, 9), dt.date(2012, 1, 15), 0.6),
    )
    world = vraem.new_world(scenario(*orders), 2)
    assert assisted(world, 4) == pytest.approx([0.7, 1.0, 0.7, 0.0])


@pytest.mark.parametrize(
    ("form", "weight"), [("adaptive", None), ("naive", 1.0), ("two_year_mean", 2.0 / 9.0)]
)
def test_growers_expect_prices_by_the_form_of_the_switch(form: str, weight: float | None):
    slump = {"kind": "price_shock", "factor": 0.4, **SPAN}
    world = vraem.new_world(scenario(slump, switches__expectations=form), 2)
    gain = world.p.price_expectation_rate if weight is None else weight
    for _ in range(40):
        start, stop, _ = world.cohorts[world.week % WEEKS_A_QUARTER]
        before = world.growers.price_expectation[start:stop].copy()
        engine.advance(world)
        paid = net_leaf_price(world)[world.growers.community[start:stop]]
        expected = before + gain * (paid - before)
        assert np.allclose(world.growers.price_expectation[start:stop], expected, rtol=1e-4)
        engine.close_week(world)


def test_yearly_incomes_hold_every_harvest_of_the_calendar_year():
    world = vraem.new_world(scenario(), 2)
    earned = np.zeros(len(world.growers))
    year = world.clock.date(0).year
    for week in range(world.clock.weeks):
        if world.clock.date(week).year != year:
            year = world.clock.date(week).year
            earned[:] = 0.0
        for process in engine.SCHEDULE:
            before = world.growers.cash.astype(float)
            process.step(world)
            if process.name == "farming":
                earned += world.growers.cash - before
        assert np.allclose(world.growers.coca_income, earned, rtol=1e-4, atol=0.5), world.clock.date(week)
        engine.close_week(world)


@pytest.mark.parametrize(
    "driver", ["border_price_index", "rest_frontier_area", "capacity_air", "air_cost_multiplier"]
)
def test_a_driver_of_nothing_is_refused_or_runs(driver: str):
    row = {"name": driver, "start": dt.date(2012, 6, 1), "end": dt.date(2013, 12, 31), "value": 0.0}
    try:
        case = scenario(driver=[row], run__households=400)
    except ScenarioError:
        return
    series = vraem.run(case, seed=2, check=True).series
    assert all(np.isfinite(values).all() for values in series.values())
