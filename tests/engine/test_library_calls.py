"""Calls from Python: names of scenarios, seeds, and worlds that travel."""

import pickle

import pytest

import vraem
from vraem import engine


@pytest.mark.parametrize("seed", [-1, 1.5, True, "3"])
def test_a_seed_that_is_none_is_refused(seed: object):
    for call in (vraem.new_world, vraem.run):
        with pytest.raises(ValueError, match="expected an integer of 0 or more"):
            call("history", seed=seed)


def test_a_scenario_may_be_named():
    assert vraem.new_world("history", 3).scenario == vraem.load("history")
    with pytest.raises(vraem.ScenarioError, match="hystory"):
        vraem.run("hystory")


def test_a_world_out_of_a_pickle_can_be_guarded_and_goes_on_as_the_original():
    world = vraem.new_world(vraem.load("history", ["run.households=400"]), 3)
    again = pickle.loads(pickle.dumps(world))
    engine.advance_guarded(again)
    engine.advance(world)
    assert again.growers.cash.tobytes() == world.growers.cash.tobytes()
    assert all(array.flags.writeable for table in again.tables for _, array in table.columns())
