"""Mass, money and hectares balance every week, whatever the parameters, switches and events."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import vraem
from vraem import engine
from vraem.scenario import parameter_table
from vraem.valley import ROUTES
from vraem.world import World

from .strategies import changes, scenario_of

CAREFUL = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LARGEST_ERROR = 1e-6
AREA_ERROR = 1e-4


@CAREFUL
@given(changes())
def test_every_balance_holds_in_every_week(changed: dict[str, Any]):
    balance = vraem.run(scenario_of(changed), check=True).balance
    assert len(balance) >= 10
    for name, error in balance.items():
        assert error <= (AREA_ERROR if name.startswith("hectares") else LARGEST_ERROR), name


@CAREFUL
@given(changes())
def test_whole_runs_balance_in_the_recorded_series(changed: dict[str, Any]):
    world = vraem.new_world(scenario_of(changed))
    leaf, paste, hcl = (
        float(getattr(world.firms, f"{good}_stock").sum()) for good in ("leaf", "paste", "hcl")
    )
    p, run = world.p, vraem.run_world(world)
    total = {name: float(values.sum()) for name, values in run.series.items()}
    last = {name: float(values[-1]) for name, values in run.series.items()}
    gone = sum(total[f"hcl_{end}_{route}"] for end in ("exported", "seized") for route in ROUTES)
    shipped = sum(total[f"hcl_shipped_{route}"] for route in ROUTES)
    processed = leaf + total["leaf_sold_firms"] - last["leaf_stock"]
    assert total["leaf_grown"] == pytest.approx(
        total["leaf_unpicked"] + total["leaf_lost"] + total["leaf_sold_legal"] + total["leaf_sold_firms"],
        rel=1e-9,
    )
    assert total["paste_made"] == pytest.approx(processed * p.paste_per_kg_hcl / p.leaf_per_kg_hcl, rel=1e-6)
    used = paste + total["paste_made"] - last["paste_stock"]
    assert total["hcl_made"] == pytest.approx(used / p.paste_per_kg_hcl, rel=1e-6)
    assert shipped == pytest.approx(hcl + total["hcl_made"] - last["hcl_stock"], rel=1e-6)
    assert shipped == pytest.approx(gone + last["hcl_under_way"], rel=1e-6, abs=1e-6)


@CAREFUL
@given(changes(longest_weeks=60))
def test_every_dollar_of_the_households_is_accounted_for(changed: dict[str, Any]):
    world = vraem.new_world(scenario_of(changed))
    for _ in range(world.clock.weeks):
        for process in engine.SCHEDULE:
            cash, income = _sum(world, "cash"), _sum(world, "coca_income")
            area, licit = _sum(world, "coca_area"), _sum(world, "licit_area")
            forgiven = float(-world.growers.cash.clip(max=0.0).sum(dtype=np.float64))
            process.step(world)
            gained = _sum(world, "cash") - cash
            scale = max(cash, 1.0)
            if process.name == "farming":
                assert gained == pytest.approx(_sum(world, "coca_income") - income, abs=1e-5 * scale)
            elif process.name == "planting":
                converted = _sum(world, "licit_area") - licit
                given_up = (world.flows.abandoned + world.flows.converted) / world.households_per_row
                planted = _sum(world, "coca_area") - area + given_up
                cost = (
                    planted * world.p.coca_establishment_cost + converted * world.p.licit_establishment_cost
                )
                assert gained == pytest.approx(-cost, abs=1e-4 * scale)
            elif process.name == "incomes":
                flows = world.flows
                paid = (
                    flows.licit_income + flows.logging_income + flows.off_farm_income
                ) / world.households_per_row
                assert gained <= paid + forgiven + 1e-5 * scale
            else:
                assert gained == 0.0
        engine.close_week(world)


@CAREFUL
@given(changes())
def test_land_cash_and_shares_stay_within_their_limits(changed: dict[str, Any]):
    world = vraem.new_world(scenario_of(changed))
    growers, firms, communities = world.growers, world.firms, world.communities
    for _ in range(world.clock.weeks):
        engine.advance(world)
        engine.close_week(world)
    assert (growers.coca_area + growers.licit_area <= growers.land * (1 + 1e-5) + 1e-4).all()
    assert (growers.coca_area[growers.never_grows] == 0.0).all()
    assert ((growers.cash >= 0.0) & (growers.cash <= world.p.household_cash_buffer * (1 + 1e-6))).all()
    assert np.allclose(firms.route_share.sum(axis=0), 1.0)
    assert np.allclose(communities.purchase_share.sum(axis=0), 1.0)
    assert (communities.leaf_price >= 0.0).all()
    assert world.market.leaf_price > 0.0
    assert world.market.hcl_price > 0.0


SPECS = {spec.name: spec for spec in parameter_table()}
CLOSED = {
    "kind": "route_capacity",
    "route": "all",
    "start": dt.date(2012, 3, 1),
    "end": dt.date(2013, 12, 31),
}
CORNERS: dict[str, dict[str, Any]] = {
    "every parameter at its lowest": {f"parameters.{name}": spec.low for name, spec in SPECS.items()},
    "every parameter at its highest": {f"parameters.{name}": spec.high for name, spec in SPECS.items()},
    "firms stop buying close to a normal stock": {
        "parameters.stock_limit": SPECS["stock_limit"].low,
        "parameters.normal_stock": SPECS["normal_stock"].high,
    },
    "every route closed": {"event": [CLOSED | {"factor": 0.0}]},
}


@pytest.mark.parametrize("corner", CORNERS)
def test_the_corners_of_the_parameter_space_run_and_balance(corner: str):
    overrides = {"run.households": 500, "run.end": dt.date(2013, 12, 31)}
    vraem.run(scenario_of(overrides | CORNERS[corner]), seed=5, check=True)


@pytest.mark.slow
@pytest.mark.parametrize("spec", parameter_table(), ids=lambda spec: spec.name)
def test_each_parameter_alone_runs_from_end_to_end_of_its_range(spec: Any):
    overrides = {"run.households": 400, "run.end": dt.date(2013, 6, 30)}
    for value in (spec.low, spec.high):
        vraem.run(scenario_of(overrides | {f"parameters.{spec.name}": value}), seed=5, check=True)


def _sum(world: World, column: str) -> float:
    return float(getattr(world.growers, column).sum(dtype=np.float64))
