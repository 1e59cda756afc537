"""The auditor sees a kilogram, a dollar or a hectare that comes from nowhere."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

import vraem
from vraem import engine
from vraem.observe.balance import Auditor, BalanceError
from vraem.world import World


def made_world() -> World:
    scenario = vraem.load("history").with_({"run.households": 500, "run.end": dt.date(2013, 1, 31)})
    world = vraem.new_world(scenario, 2)
    for _ in range(20):
        engine.advance(world)
        engine.close_week(world)
    return world


def leaf(world: World) -> None:
    world.firms.leaf_stock[3] += 0.00001 * world.flows.leaf_processed


def paste(world: World) -> None:
    world.firms.paste_stock[0] *= 1.001


def product(world: World) -> None:
    world.firms.hcl_stock[0] += 0.5


def exports(world: World) -> None:
    world.flows.hcl_exported[0] += 1.0


def capital(world: World) -> None:
    world.firms.capital[1] += 0.001 * world.flows.leaf_paid_by_firms


def unpicked(world: World) -> None:
    world.flows.leaf_unpicked += 0.00001 * world.flows.leaf_grown


def tax(world: World) -> None:
    world.flows.leaf_tax += 0.00001 * world.flows.leaf_income


def plots(world: World) -> None:
    world.growers.coca_cohorts[20] *= 1.05


def place(world: World) -> None:
    world.communities.coca_area[world.communities.coca_area.argmax()] += 1.0


def belief(world: World) -> None:
    world.firms.risk_belief[0, 0] = 1.5


def not_a_number(world: World) -> None:
    world.growers.cash[7] = np.nan


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (leaf, "leaf bought"),
        (paste, "paste made"),
        (product, "HCl made"),
        (exports, "HCl shipped"),
        (capital, "capital of firms"),
        (unpicked, "leaf grown"),
        (tax, "leaf paid"),
        (plots, "hectares by age"),
        (place, "hectares of households"),
        (belief, r"firms\.risk_belief: got .* expected 0 to 1"),
        (not_a_number, r"growers\.cash: got nan"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_balance_that_is_off_is_named_with_its_week(tamper: Callable[[World], None], words: str):
    world = made_world()
    auditor = Auditor(world)
    engine.advance(world)
    tamper(world)
    with pytest.raises(BalanceError, match=words) as caught:
        auditor.check(world)
    assert str(caught.value).startswith(world.clock.date(world.week).isoformat())


def test_a_sound_week_passes_and_leaves_its_largest_errors():
    world = made_world()
    auditor = Auditor(world)
    engine.advance(world)
    auditor.check(world)
    assert len(auditor.largest) >= 10
    assert max(auditor.largest.values()) < 1e-4
