"""B1: what the start expects of other incomes, what a firm without money pays, and the null model N2."""

import numpy as np
import pytest

from vraem.processes import revenue
from vraem.processes.groups import living_columns
from vraem.world import World

from .worlds import fresh, make_world, open_week, run_processes, used

FIRM, COLUMN = 3, 1


def in_service(capital: float) -> World:
    """A column that has collected 50 for a firm with `capital`."""
    world = fresh()
    open_week(world, pay=0.0)
    world.columns.service[COLUMN] = FIRM
    world.columns.leaf_tax[COLUMN] = 50.0
    world.firms.capital[FIRM] = capital
    run_processes(world, "revenue")
    return world


@pytest.mark.parametrize("capital", [0.0, -100.0])
def test_a_firm_without_money_pays_no_wages_and_takes_all_the_same(capital: float):
    world = in_service(capital)
    assert world.columns.wages[COLUMN] == 0.0
    assert world.firms.capital[FIRM] == pytest.approx(capital + 50.0)
    assert in_service(1.0).columns.wages[COLUMN] > 0.0


def test_at_the_start_a_column_expects_its_part_of_work_off_the_farm():
    """One column that holds every place, where nothing grows but coca, extorts from that work alone."""
    world = fresh()
    world.p = world.p.replace(licit_net_margin=0.0, check=False)
    used(world.columns, "control")[:] = 0.0
    world.columns.control[:, COLUMN] = 1.0
    revenue.prepare(world)
    households = world.cohort_households.sum(axis=1).mean() * world.households_per_row
    expected = world.p.extortion_rate * world.p.off_farm_income * households
    extorted = used(world.columns, "extortion")
    assert extorted[COLUMN] == pytest.approx(expected, rel=1e-4)
    assert not np.delete(extorted, COLUMN).any()


def test_under_exogenous_fees_who_held_all_places_would_take_what_one_place_yields_in_each():
    world = make_world(1, weeks=10, switches__null_model="exogenous_fees")
    open_week(world)
    run_processes(world, "revenue")
    columns, rows = world.columns, living_columns(world)
    a_place = float(columns.fees[rows].sum() / columns.territory[rows].sum())
    assert a_place > 0.0
    assert world.flows.potential_protection == pytest.approx(a_place * len(world.communities), rel=1e-4)
