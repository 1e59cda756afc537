"""Pickles and copies go on as the original would; dropped models leave nothing behind."""

import copy
import copyreg
import gc
import pickle
import weakref
from typing import Any

import mesa
import numpy as np
import pytest

from vraem.agents import Grower, Trafficker
from vraem.model import Model


def clear_some(model: Model) -> None:
    """A script that a pickle can hold: a function of a module."""
    model.growers.select(at_most=20).do("eradicate", 0.5)
    model.protectors.select(model.protectors.array("commands"), at_most=1).do("raid")


def through_pickle(model: Model) -> Model:
    again: Model = pickle.loads(pickle.dumps(model))
    return again


@pytest.mark.parametrize("twin_of", [through_pickle, copy.deepcopy, copy.copy])
@pytest.mark.parametrize("looked_at", [False, True])
def test_a_copy_goes_on_to_the_bit(make: Any, twin_of: Any, looked_at: bool) -> None:
    model = make()
    model.on_week(clear_some)
    model.collect(agenttype_reporters={Trafficker: {"store": "hcl_stock"}})
    for _ in range(20):
        model.step()
    if looked_at:
        assert len(model.agents) == sum(len(model.set_of(kind)) for kind in model.agent_classes)
        assert len(model.protectors) > 300
        assert model.grid.coca_area.data.sum() > 0
    twin = twin_of(model)
    assert (twin.steps, twin.date) == (20, model.date)
    for _ in range(20):
        model.step()
        twin.step()
    for name in ("coca_area", "eradicated", "hcl_price", "members", "captured", "operations"):
        assert np.array_equal(model.series(name), twin.series(name))
    mine, its = (m.datacollector.get_agenttype_vars_dataframe(Trafficker) for m in (model, twin))
    assert mine.equals(its)
    assert twin.growers[0].model is twin
    twin.growers[0].cash = 1.0
    model.growers[0].cash = 2.0
    assert twin.growers[0].cash == 1.0


class Journalist(mesa.Agent):
    """An agent of the user's own that remembers a household."""

    def __init__(self, model: Model, source: Any) -> None:
        super().__init__(model)
        self.source = source


def test_labels_and_own_agents_survive_a_pickle(make: Any) -> None:
    model = make(weeks=2)
    model.growers[40].visited = True
    Journalist(model, model.growers[41])
    model.protectors[-1].arrest()
    model.former_protectors[-1].questioned = True
    twin = through_pickle(model)
    (writer,) = twin.agents_by_type[Journalist]
    assert writer.source is twin.growers[41]
    assert twin.growers[40].visited
    assert twin.former_protectors[-1].questioned
    assert len(twin.agents) == len(model.agents)
    through_pickle(twin).step()


class Neighbour(Grower):
    """A household with an attribute of the user's own that starts with a value of the class."""

    mood = 0.0


class Village(Model):
    """A valley of neighbours."""

    agent_classes = (Neighbour, *Model.agent_classes[1:])


@pytest.mark.parametrize("twin_of", [through_pickle, copy.deepcopy])
def test_attributes_that_start_with_a_value_of_the_class_survive(twin_of: Any) -> None:
    village = Village("history", seed=1, households=400, end="2012-12-31")
    village.growers[3].mood = 0.5
    twin = twin_of(village)
    assert [twin.growers[row].mood for row in (2, 3)] == [0.0, 0.5]


def test_a_class_of_agents_with_an_init_is_refused() -> None:
    with pytest.raises(TypeError, match="no __init__ is called"):

        class Remembering(Grower):
            def __init__(self) -> None:
                self.memory = []


@pytest.mark.parametrize("use", ["nothing", "agents", "grid", "all"])
def test_a_dropped_model_is_freed(make: Any, use: str) -> None:
    model = make(weeks=2)
    kinds_before = len(copyreg.dispatch_table)
    if use in ("agents", "all"):
        model.growers.do(lambda agent: agent.cash)
        Journalist(model, model.growers[0])
        assert len(model.agents) > 4000
        assert model.protectors[0].arrest()
        assert model.security_units[0].reinforce(1.0) > 0.0
    if use in ("grid", "all"):
        cell = model.growers[5].cell
        assert cell.get_neighborhood(2)
        assert cell.neighborhood
        del cell
    if use == "all":
        model.on_week(lambda m: m.growers[0])
        model.step()
        assert model.datacollector.get_model_vars_dataframe().shape[0] == 3
    world, model = weakref.ref(model.world), weakref.ref(model)
    gc.collect()
    assert model() is None
    assert world() is None
    assert len(copyreg.dispatch_table) <= kinds_before
