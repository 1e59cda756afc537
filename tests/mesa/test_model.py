"""The model: weeks, records, scripts, Mesa's collector and batch runner."""

import datetime as dt
import subprocess
import sys
from typing import Any

import mesa
import numpy as np
import pytest

from vraem.agents import Grower, Trafficker
from vraem.armed_agents import Protector, SecurityUnit
from vraem.model import Model
from vraem.observe import SERIES_NAMES, run
from vraem.observe.result import RunResult
from vraem.scenario import Scenario, ScenarioError


def same_bits(one: RunResult, other: RunResult) -> bool:
    series = all(np.array_equal(one.series[name], other.series[name]) for name in SERIES_NAMES)
    places = np.array_equal(one.snapshots.coca_area, other.snapshots.coca_area)
    incomes = np.array_equal(one.snapshots.income_quantiles, other.snapshots.income_quantiles)
    return series and places and incomes and np.array_equal(one.dates, other.dates)


def touch(model: Model) -> None:
    """Look at everything and write what stands there already."""
    for name in ("cash", "price_expectation", "risk_quiet"):
        model.growers.set(name, model.growers.array(name))
    for kind in (Protector, SecurityUnit):
        for agent in model.agents_by_type[kind]:
            for attribute in kind.attributes():
                value = getattr(agent, attribute.name)
                if attribute.writable:
                    setattr(agent, attribute.name, value)
    for agent in (*model.growers[:50], *model.traffickers):
        if isinstance(agent, Grower):
            agent.cash = agent.cash
            agent.land = agent.land
        else:
            agent.capacity = agent.capacity
            agent.seized_memory = agent.seized_memory
            assert agent.loads is not None
    model.agents.shuffle_do(lambda agent: agent.unique_id)
    model.growers.groupby("district").agg("income", sum)
    assert model.grid.coca_area.data.sum() > 0
    assert len(model.datacollector.model_vars["coca_area"]) == model.weeks_done


def test_a_model_gives_the_result_of_a_run_to_the_bit(short: Scenario, make: Any) -> None:
    model = make()
    model.run_model()
    assert model.steps == model.weeks_done == 105
    assert not model.running
    assert same_bits(model.result(), run(short, seed=3))


def test_touching_agents_every_week_changes_no_bit(short: Scenario, make: Any) -> None:
    model = make(end="2013-01-31")
    model.on_week(touch)
    model.run_model()
    assert same_bits(model.result(), run(short.with_({"run.end": dt.date(2013, 1, 31)}), seed=3))


def test_overrides_by_plain_name_are_those_of_the_scenario(short: Scenario) -> None:
    model = Model(short, households=400, processing_cost=250, expectations="naive", end="2012-06-30")
    wanted = short.with_(
        {
            "run.households": 400,
            "run.end": dt.date(2012, 6, 30),
            "parameters.processing_cost": 250,
            "switches.expectations": "naive",
        }
    )
    assert model.world.scenario == wanted
    assert Model(short, households=400, **{"run.seed": 9}).world.seed == 9


def test_a_misspelt_override_is_told_with_a_suggestion(short: Scenario) -> None:
    with pytest.raises(ScenarioError, match="processing_cost"):
        Model(short, procesing_cost=250)


@pytest.mark.parametrize("seed", [-1, 1.5, "one", True])
def test_a_seed_that_is_no_whole_number_is_refused(short: Scenario, seed: Any) -> None:
    with pytest.raises(ValueError, match="seed: got"):
        Model(short, seed=seed)


def test_a_step_after_the_end_is_refused(short: Scenario) -> None:
    model = Model(short, households=400, end="2012-01-16")
    model.run_model()
    with pytest.raises(RuntimeError, match="ended with the week of 2012-01-16"):
        model.step()


def test_a_result_before_the_end_holds_the_weeks_done(make: Any) -> None:
    model = make(weeks=20)
    result = model.result()
    assert len(result.dates) == len(result["coca_area"]) == 20
    assert np.array_equal(result["coca_area"], model.series("coca_area"))
    assert model.newest()["coca_area"] == result["coca_area"][-1]
    assert model.date == dt.date(2012, 1, 2) + dt.timedelta(weeks=19)


def test_what_a_script_does_counts_in_its_own_week(make: Any) -> None:
    model = make()
    done: list[float] = []

    @model.on_week
    def clear_five(model: Model) -> None:
        growers = model.growers.select(model.growers.array("coca_area") > 0.5, at_most=5)
        done.append(sum(growers.map("eradicate")) * model.world.households_per_row)

    for _ in range(30):
        model.step()
    assert min(done) > 0
    assert np.allclose(model.series("eradicated"), done)
    assert "hectares of households = of communities" in model.result().balance


def test_what_is_done_between_two_weeks_counts_in_the_next(make: Any) -> None:
    model = make(weeks=3)
    ha = model.growers.sort("coca_area")[0].eradicate() * model.world.households_per_row
    assert ha > 0
    model.step()
    assert model.series("eradicated").tolist() == pytest.approx([0, 0, 0, ha])


def test_a_failed_script_stops_the_model_for_good(make: Any) -> None:
    model = make()

    @model.on_week
    def fail(model: Model) -> None:
        raise KeyError("of the script")

    with pytest.raises(KeyError, match="of the script"):
        model.step()
    with pytest.raises(RuntimeError, match="cut short"):
        model.step()


def test_the_collector_holds_every_week_whenever_it_is_asked_for(make: Any) -> None:
    late, early = make(weeks=8), make()
    assert early.datacollector.model_vars["leaf_price"] == []
    for _ in range(8):
        early.step()
    for model in (late, early):
        frame = model.datacollector.get_model_vars_dataframe()
        assert frame.shape == (8, len(SERIES_NAMES))
        assert frame["leaf_price"].tolist() == model.series("leaf_price").tolist()


def test_reporters_of_agents_are_collected_when_asked_for(make: Any) -> None:
    model = make()
    model.collect({"weeks": "weeks_done"}, agenttype_reporters={Trafficker: {"store": "hcl_stock"}})
    for _ in range(3):
        model.step()
    frame = model.datacollector.get_agenttype_vars_dataframe(Trafficker)
    assert len(frame) == 3 * len(model.traffickers)
    assert frame["store"].tolist()[-len(model.traffickers) :] == model.traffickers.get("hcl_stock")
    assert model.datacollector.model_vars["weeks"] == [1, 2, 3]
    with pytest.raises(RuntimeError, match="before the first step"):
        model.collect({"late": "weeks_done"})


def test_batch_run_gives_what_single_runs_give(short: Scenario) -> None:
    rows = mesa.batch_run(
        Model,
        {"scenario": [short], "households": 400, "end": "2012-06-30", "run.seed": [1, 2]},
        number_processes=1,
        data_collection_period=-1,
        display_progress=False,
    )
    assert [row["run.seed"] for row in rows] == [1, 2]
    for row in rows:
        alone = run(
            short.with_({"run.households": 400, "run.end": dt.date(2012, 6, 30)}), seed=row["run.seed"]
        )
        assert row["coca_area"] == alone["coca_area"][-1]
    assert rows[0]["coca_area"] != rows[1]["coca_area"]


def test_importing_the_package_does_not_import_mesa() -> None:
    code = "import sys, vraem, vraem.observe; sys.exit('mesa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
