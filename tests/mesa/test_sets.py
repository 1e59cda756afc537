"""Sets of agents do what Mesa's own sets do, and are Mesa's own sets."""

from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.agent import AgentSet

from vraem.agents import Grower, Trafficker
from vraem.armed_agents import Protector, SecurityUnit
from vraem.mesa_rows import RowAgent
from vraem.model import Model


@pytest.fixture
def pair(make: Any) -> tuple[Any, AgentSet]:
    """The growers as rows, and the same agents in a plain set of Mesa."""
    growers = make(weeks=3).growers
    return growers, AgentSet(list(growers), random=growers.random)


def test_get_agrees_with_a_plain_set(pair: tuple[Any, AgentSet]) -> None:
    rows, plain = pair
    for name in ("cash", "district", "income", "never_grows", "unique_id"):
        assert rows.get(name) == plain.get(name)
        assert rows.array(name).tolist() == plain.get(name)
    assert rows.get(["cash", "slot"]) == plain.get(["cash", "slot"])
    assert rows.get("boat", handle_missing="default", default_value=0) == [0] * len(rows)
    with pytest.raises(AttributeError):
        rows.get("boat")
    assert rows.agg("cash", [min, max, np.mean]) == plain.agg("cash", [min, max, np.mean])


def test_select_sort_and_groupby_agree_with_a_plain_set(pair: tuple[Any, AgentSet]) -> None:
    rows, plain = pair
    rich = lambda agent: agent.cash > 300  # noqa: E731
    assert list(rows.select(rich)) == list(plain.select(rich))
    assert list(rows.select(rows.array("cash") > 300)) == list(plain.select(rich))
    assert list(rows.select(rich, at_most=7)) == list(plain.select(rich, at_most=7))
    assert len(rows.select(at_most=0.25)) == 1000
    assert len(rows.select(agent_type=Trafficker)) == 0
    assert list(rows.sort("cash")) == list(plain.sort("cash"))
    assert list(rows.sort("cash", ascending=True)) == list(plain.sort("cash", ascending=True))
    mine, theirs = rows.groupby("district"), plain.groupby("district")
    assert mine.count() == theirs.count()
    assert mine.agg("cash", sum) == theirs.agg("cash", sum)
    assert rows.groupby(lambda agent: agent.slot).count() == plain.groupby("slot").count()
    with pytest.raises(ValueError, match="mask: got shape"):
        rows.select(np.ones(3, dtype=bool))


def test_set_and_do_write_the_columns(pair: tuple[Any, AgentSet]) -> None:
    rows, _ = pair
    some = rows.select(at_most=10)
    some.set("cash", np.arange(10.0)).set("visited", True)
    assert some.get("cash") == list(range(10))
    assert rows.array("cash")[10:].min() >= 0
    assert some.get("visited") == [True] * 10
    some.do(lambda agent: setattr(agent, "cash", 5.0))
    assert some.get("cash") == [5.0] * 10
    assert len(some.map("abandon", 0.1)) == 10


def test_labels_of_the_users_own_are_set_one_for_all_or_one_for_each(make: Any) -> None:
    firms = make().traffickers
    firms.set("watched", True)
    assert firms.get("watched") == [True] * len(firms)
    firms.set("mark", np.arange(len(firms)))
    assert firms.get("mark") == list(range(len(firms)))
    firms.set("pair", [1, 2])
    assert firms[0].pair == [1, 2]


def test_a_class_that_the_model_lacks_has_nobody(make: Any) -> None:
    class Stranger(RowAgent):
        """Rows that no model has."""

    assert len(make().agents.select(agent_type=Stranger)) == 0


def test_shuffling_draws_nothing_from_the_run(make: Any) -> None:
    growers = make().growers
    mixed = growers.shuffle()
    assert list(mixed) != list(growers)
    assert set(mixed) == set(growers)
    seen: list[int] = []
    growers.shuffle_do(lambda agent: seen.append(agent.row))
    assert seen != sorted(seen)
    assert sorted(seen) == list(range(4000))


def test_a_set_is_one_of_mesa_and_behaves_like_a_collection(make: Any) -> None:
    model = make()
    growers = model.growers
    assert isinstance(growers, AgentSet)
    assert isinstance(growers[0], mesa.Agent)
    assert growers[3] in growers
    assert growers[3] not in growers.select(at_most=2)
    assert [agent.row for agent in growers[2:5]] == [2, 3, 4]
    assert growers[-1].row == 3999
    assert growers.copy().select(at_most=1, inplace=True).to_list() == [growers[0]]
    assert len(growers) == 4000
    with pytest.raises(TypeError, match="select"):
        growers.add(growers[0])


def test_the_model_holds_all_agents_in_their_classes(make: Any) -> None:
    model = make()
    assert model.agent_types == [Grower, Protector, Trafficker, SecurityUnit]
    assert len(model.agents) == sum(len(model.set_of(kind)) for kind in model.agent_types)
    assert list(model.agents.select(agent_type=Grower, at_most=5)) == model.growers[:5]
    assert sorted(model.agents.get("unique_id")) == sorted(set(model.agents.get("unique_id")))
    with pytest.raises(KeyError, match="Grower, Protector, Trafficker, SecurityUnit"):
        model.set_of(Stranger)  # type: ignore[arg-type]


class Stranger(mesa.Agent):
    """An agent of the user's own."""


def test_an_agent_of_the_users_own_joins_and_leaves(make: Any) -> None:
    model = make()
    guest = Stranger(model)
    assert guest in model.agents
    assert list(model.agents_by_type[Stranger]) == [guest]
    assert guest.unique_id not in model.growers.get("unique_id")
    guest.remove()
    assert guest not in model.agents


def test_forty_thousand_agents_are_there_at_once() -> None:
    model = Model("history", seed=1)  # what it takes is measured by `tests.benchmarks`
    assert len(model.agents) > 40_000
    for kind, name in ((Grower, "cash"), (Protector, "rank_name"), (SecurityUnit, "presence")):
        assert len(model.agents_by_type[kind].get(name)) == len(model.set_of(kind))


def test_sets_of_one_class_are_joined_and_parted_in_order(pair: tuple[Any, AgentSet]) -> None:
    rows, _ = pair
    area = rows.array("coca_area")
    large, small = rows.select(area > 0.5), rows.select(area < 1.0)
    assert (large | small).rows.tolist() == [
        *large.rows,
        *(row for row in small.rows if row not in large.rows),
    ]
    assert (large & small).rows.tolist() == [row for row in large.rows if row in set(small.rows.tolist())]
    assert (rows - large).rows.tolist() == rows.select(area <= 0.5).rows.tolist()
    assert set((large ^ small).rows.tolist()) == set((large | small).rows.tolist()) - set(
        (large & small).rows.tolist()
    )
    assert len(large | small) == len(rows.select((area > 0.5) | (area < 1.0)))
    with pytest.raises(TypeError, match="unsupported operand"):
        large | large.population.model.traffickers


def test_masks_of_any_kind_choose_and_wrong_ones_are_refused(pair: tuple[Any, AgentSet]) -> None:
    rows, _ = pair
    mask = rows.array("coca_area") > 0.5
    chosen = rows.select(mask).rows.tolist()
    assert rows.select(pd.Series(mask)).rows.tolist() == chosen
    assert rows.select(mask.tolist()).rows.tolist() == chosen
    with pytest.raises(ValueError, match="mask: got shape"):
        rows.select(mask[:-1])
    with pytest.raises(ValueError, match="at_most: got -1, expected 0 or more"):
        rows.select(at_most=-1)


@pytest.mark.parametrize("column", ["capacity", "shield"])
def test_what_is_divided_by_cannot_be_set_to_nothing(make: Any, column: str) -> None:
    firms = make(weeks=1).traffickers
    with pytest.raises(ValueError, match=rf"Trafficker\.{column}: got 0"):
        firms.set(column, 0.0)
    firms.set(column, 1e-3)
    model = firms.population.model
    for _ in range(5):
        model.step()
    assert np.isfinite(model.series("leaf_price")).all()
