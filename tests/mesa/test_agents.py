"""Growers and traffickers: attributes that are columns, methods that keep the sums."""

import pickle
from typing import Any, ClassVar

import numpy as np
import pytest

from vraem.agents import Grower, Trafficker, coordinate
from vraem.armed_agents import Protector, SecurityUnit
from vraem.mesa_rows import RowAgent, Rows
from vraem.model import Model
from vraem.valley import ROUTES, ROWS
from vraem.world import World
from vraem.world.declarations import SEIZED, UNDER_WAY


def plots(world: World) -> np.ndarray:
    """Coca of each household, counted by age."""
    g = world.growers
    return g.coca_cohorts.sum(axis=0, dtype=np.float64) * g.coca_scale + g.coca_old


def bearing(world: World) -> np.ndarray:
    """Coca of each household as hectares of full yield, counted by age in the ring of its own quarter."""
    g, ages = world.growers, world.ages
    weeks = (world.week - 1) - ((world.week - 1) - g.slot.astype(int)) % 13
    total = g.coca_old_bearing.astype(np.float64)
    for age in range(ages.length):
        at = np.array([ages.at(age, int(week)) for week in weeks])
        total += ages.factor(age) * g.coca_cohorts[at, np.arange(len(g))] * g.coca_scale
    return total


@pytest.mark.parametrize("kind", [Grower, Trafficker])
def test_every_column_is_an_attribute_and_agrees_with_it(make: Any, kind: type[RowAgent]) -> None:
    model = make(weeks=5)
    table = getattr(model.world, kind.table)
    agents = model.set_of(kind)
    for column, array in table.columns():
        values = agents.get(column.name)
        for row in (0, 7, len(table) - 1):
            mine = getattr(agents[row], column.name)
            assert np.array_equal(mine, array[..., row])
            assert np.array_equal(values[row], array[..., row])


def test_writing_an_attribute_writes_the_column(make: Any) -> None:
    model = make()
    grower, firm = model.growers[11], model.traffickers[2]
    grower.cash, firm.capacity, firm.seized_memory[1] = 123.5, 10.0, 4.0
    firm.passed_memory = [1, 2, 3, 4, 5]
    assert model.world.growers.cash[11] == 123.5
    assert model.world.firms.capacity[2] == 10.0
    assert model.world.firms.seized_memory[1, 2] == 4.0
    assert model.world.firms.passed_memory[:, 2].tolist() == [1, 2, 3, 4, 5]
    model.world.growers.cash[11] = 7
    assert grower.cash == 7.0


def test_a_column_under_a_sum_is_read_only_and_names_the_method(make: Any) -> None:
    model = make()
    with pytest.raises(AttributeError, match=r"Grower.coca_area is read-only: .*plant\(ha\)"):
        model.growers[0].coca_area = 1.0
    with pytest.raises(AttributeError, match=r"Trafficker.hcl_stock is read-only: .*intercept"):
        model.traffickers[0].hcl_stock = 1.0
    with pytest.raises(AttributeError, match="ship_by"):
        model.traffickers.set("route_share", 0.2)
    with pytest.raises(AttributeError, match="follows from other attributes"):
        model.growers[0].income = 5.0
    with pytest.raises(ValueError, match="read-only"):
        model.traffickers[0].risk_belief[0] = 0.5


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (-5.0, ValueError, "Grower.cash: got -5.0, expected 0 to 1e\\+06 USD"),
        (float("nan"), ValueError, "got nan"),
        ("rich", TypeError, "expected a number in USD"),
    ],
)
def test_a_value_out_of_range_is_refused(make: Any, value: Any, error: type[Exception], words: str) -> None:
    model = make()
    before = model.world.growers.cash.copy()
    with pytest.raises(error, match=words):
        model.growers[0].cash = value
    with pytest.raises(error):
        model.growers.set("cash", value)
    assert np.array_equal(before, model.world.growers.cash)


def test_a_misspelt_attribute_is_refused_and_a_label_is_kept(make: Any) -> None:
    grower = make().growers[4]
    with pytest.raises(AttributeError, match="did you mean 'land'"):
        grower.lands = 3.0
    grower.visited = True
    assert grower.model.growers[4].visited


def test_planting_takes_land_and_cash_and_no_more_than_there_is(make: Any) -> None:
    model = make(weeks=6)
    grower = next(g for g in model.growers if g.free_land > 1.0 and g.coca_area > 0.1)
    grower.cash = 2_000.0
    before, free, old = grower.coca_area, grower.free_land, grower.coca_old
    cost = model.world.p.coca_establishment_cost
    planted = grower.plant(0.25)
    assert planted == pytest.approx(0.25)
    assert grower.coca_area == pytest.approx(before + 0.25)
    assert grower.free_land == pytest.approx(free - 0.25)
    assert grower.cash == pytest.approx(2_000.0 - 0.25 * cost, rel=1e-5)
    assert grower.coca_old == old
    grower.cash = 0.1 * cost
    assert grower.plant(50.0) == pytest.approx(0.1, rel=1e-5)
    grower.cash = 1e6
    assert grower.plant(1e6) == pytest.approx(free - 0.35, rel=1e-3)
    never = next(g for g in model.growers if g.never_grows)
    never.cash = 2_000.0
    assert (never.plant(0.5), never.cash) == (0.0, 2_000.0)
    with pytest.raises(ValueError, match="ha: got -1"):
        grower.plant(-1)


@pytest.mark.parametrize("weeks", [0, 1, 6, 13, 20])
def test_planted_plots_ripen_with_their_household_whatever_its_slot(make: Any, weeks: int) -> None:
    model = make(weeks=weeks)
    model.growers.set("cash", 3_000.0)
    model.growers.do("plant", 0.2)
    for _ in range(60):
        model.step()
        assert np.allclose(plots(model.world), model.world.growers.coca_area, atol=2e-4)
    assert np.allclose(bearing(model.world), model.world.growers.coca_bearing, atol=2e-3)


@pytest.mark.parametrize(
    ("method", "flow", "left"), [("abandon", "abandoned", 0.6), ("eradicate", "eradicated", 0.6)]
)
def test_giving_up_and_losing_plots_keeps_every_sum(make: Any, method: str, flow: str, left: float) -> None:
    model = make(weeks=4)
    before = model.growers.array("coca_area")
    community = model.world.communities.coca_area.copy()
    ha = model.growers.map(method, 0.4)
    assert np.allclose(model.growers.array("coca_area"), left * before, atol=1e-4)
    assert sum(ha) == pytest.approx(0.4 * before.sum(), rel=1e-4)
    assert np.allclose(model.world.communities.coca_area, left * community, rtol=1e-4, atol=0.01)
    model.step()
    assert model.series(flow)[-1] >= sum(ha) * model.world.households_per_row


def test_one_by_one_and_all_at_once_come_to_the_same(make: Any) -> None:
    one, other = make(weeks=4), make(weeks=4)
    chosen = [5, 60, 700]
    for row in chosen:
        assert one.growers[row].abandon(0.5) >= 0
        one.growers[row].plant(0.1)
    some = other.growers.select(np.isin(np.arange(4000), chosen))
    some.do("abandon", 0.5).do("plant", [0.1, 0.1, 0.1])
    assert np.array_equal(one.growers.array("coca_area"), other.growers.array("coca_area"))
    assert np.allclose(one.world.communities.coca_area, other.world.communities.coca_area)


def test_eradication_reaches_memory_and_news(make: Any) -> None:
    model = make(weeks=2)
    grower = model.growers.sort("coca_area")[0]
    grower.eradicate(0.5)
    assert grower.eradicated_share == pytest.approx(0.5)
    assert model.world.communities.eradication_news[grower.community] > 0
    with pytest.raises(ValueError, match=r"share: got 1\.5, expected 0 to 1"):
        grower.eradicate(1.5)


def test_converting_is_paid_and_becomes_licit_land(make: Any) -> None:
    model = make(weeks=2)
    grower = model.growers.sort("coca_area")[0]
    grower.cash = 1e5
    coca, licit = grower.coca_area, grower.licit_area
    ha = grower.convert(0.5)
    assert ha == pytest.approx(coca / 2)
    assert grower.licit_area == pytest.approx(licit + ha)
    assert grower.cash == pytest.approx(1e5 - ha * model.world.p.licit_establishment_cost, rel=1e-5)
    model.step()


def test_all_methods_every_week_pass_the_balance_checker(make: Any) -> None:
    model = make()

    @model.on_week
    def meddle(model: Model) -> None:
        groups = (model.growers.shuffle().select(at_most=100) for _ in range(4))
        for method, amount, growers in zip(
            ("plant", "abandon", "convert", "eradicate"), (0.3, 0.2, 0.5, 0.7), groups, strict=True
        ):
            growers.do(method, amount)
        model.traffickers.shuffle().select(at_most=3).do("intercept", 0.5)
        model.traffickers[0].ship_by({"foot": 0.5, "river": 0.5})
        model.traffickers[1].capacity *= 0.9

    model.run_model()
    assert max(model.result().balance.values()) < 1e-4


def test_intercepted_loads_are_seized_by_the_process(make: Any) -> None:
    model = make()
    firm = model.traffickers[0]
    while not firm.loads:  # most loads arrive in the week in which they leave; those on foot do not
        model.step()
        firm = max(model.traffickers, key=lambda firm: len(firm.loads))
    mine = np.flatnonzero(
        (model.world.shipments.rows_in_use("firm") == firm.row)
        & (model.world.shipments.rows_in_use("status") == UNDER_WAY)
    )
    assert len(firm.loads) == len(mine) > 0
    assert firm.intercept(1.0) == pytest.approx(firm.hcl_under_way, rel=1e-5)
    assert {load.route for load in firm.loads} <= set(ROUTES)
    memory = firm.seized_memory.sum()
    model.step()
    assert (model.world.shipments.status[mine] == SEIZED).all()
    assert firm.seized_memory.sum() > memory


def test_shares_of_routes_must_add_up(make: Any) -> None:
    firm = make().traffickers[0]
    firm.ship_by({"air": 0.25, "foot": 0.75})
    assert firm.route_share.tolist() == [0.25, 0.75, 0, 0, 0]
    with pytest.raises(ValueError, match="add up to 1"):
        firm.ship_by({"air": 0.5})
    with pytest.raises(ValueError, match="add up to 1"):
        firm.ship_by({"air": float("nan"), "foot": 1.0})
    with pytest.raises(ValueError, match="got rail, expected air"):
        firm.ship_by({"rail": 1.0})


def test_agents_are_neither_made_nor_removed_by_hand(make: Any) -> None:
    model = make()
    with pytest.raises(TypeError, match="agents_by_type"):
        Grower(model)
    with pytest.raises(TypeError, match="cannot be removed"):
        model.growers[0].remove()


PROCESSES: dict[type[RowAgent], tuple[str, ...]] = {
    Grower: ("farming", "planting"),
    Protector: ("operations", "succession", "column_choice", "members", "recruitment"),
    Trafficker: ("contracts", "shipping"),
    SecurityUnit: ("forces", "operations", "attacks"),
}


@pytest.mark.parametrize("kind", PROCESSES)
def test_each_class_names_the_processes_and_every_attribute_has_a_meaning(kind: type[RowAgent]) -> None:
    for process in PROCESSES[kind]:
        assert f"`{process}`" in str(kind.__doc__)
    for attribute in kind.attributes():
        assert attribute.unit
        assert attribute.meaning
        assert attribute.meaning in str(getattr(kind, attribute.name).__doc__)


class Shipment(RowAgent, table="shipments"):
    """A load under way: what a later agent class needs, agents that come and go and move."""

    fixed: ClassVar = {"load": "mass is balanced"}

    @classmethod
    def present(cls, world: World) -> Rows:
        return np.flatnonzero(world.shipments.rows_in_use("status") == UNDER_WAY)

    @classmethod
    def cells(cls, world: World, rows: Rows) -> Rows:
        return world.shipments.cell[rows].astype(np.int64)


class WithShipments(Model):
    agent_classes = (*Model.agent_classes, Shipment)


def test_a_new_agent_class_is_a_declaration(make: Any) -> None:
    model = make(WithShipments)
    seen = set()
    for _ in range(12):
        model.step()
        loads = model.agents_by_type[Shipment]
        assert len(loads) == len(Shipment.present(model.world))
        seen.add(len(loads))
        assert len(model.agents) == sum(len(model.set_of(kind)) for kind in model.agent_types)
        assert sum(loads.get("load")) == pytest.approx(model.newest()["hcl_under_way"], rel=1e-5)
        assert set(model.agents.select(agent_type=Shipment)) == set(loads)
        assert all(load in model.grid[load.pos].agents for load in loads)
        on_grid = [a for cell in model.grid.all_cells for a in cell.agents if isinstance(a, Shipment)]
        assert set(on_grid) == set(loads)
    assert len(seen) > 2


def test_an_agent_comes_back_from_a_pickle_with_its_model(make: Any) -> None:
    model = make(weeks=2)
    grower = model.growers[33]
    grower.visited = True
    again = pickle.loads(pickle.dumps(grower))
    assert again.unique_id == grower.unique_id
    assert again.visited
    assert again is again.model.growers[33]
    assert again.model is not model
    assert again.cash == grower.cash


def test_positions_count_from_the_south_west(make: Any) -> None:
    model = make()
    grower = model.growers[100]
    place = model.world.valley.communities
    assert grower.pos == (place.col[grower.community], ROWS - 1 - place.row[grower.community])
    assert coordinate(0) == (0, ROWS - 1)
