"""The Mesa face: `Model`, a `mesa.Model` over the same world, engine and recorder as `vraem.run`.

It holds no rule of behaviour. A week is the engine's week; agents, grid and collector are views that are made
when first asked for; a script of the user's acts at the end of a week, before the week is recorded.
"""

import copy
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from os import PathLike
from time import perf_counter
from typing import Any, ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from vraem import engine
from vraem.agents import Grower, Trafficker
from vraem.armed_agents import Protector, SecurityUnit
from vraem.mesa_grid import build_grid, settle
from vraem.mesa_rows import IDS_A_CLASS, Population, RowAgent, no_collection
from vraem.mesa_sets import AllAgents, RowSet
from vraem.mesa_setup import picklable, resolve
from vraem.observe.balance import Auditor
from vraem.observe.finish import finished
from vraem.observe.recorder import Recorder
from vraem.observe.result import RunResult
from vraem.observe.series import SERIES_NAMES
from vraem.scenario import Scenario
from vraem.world import Flows, World
from vraem.world.streams import checked_seed

Script = Callable[["Model"], object]
_VIEWS = ("_populations", "_registered", "_grid", "_placed", "_revived")
"""Made again after a copy or a pickle."""


class Model(mesa.Model):
    """The valley as a Mesa model: `step()` is one week, `running` turns false after the last.

    Parameters
    ----------
    scenario
        A `Scenario`, a scenario file, or the name of a packaged scenario.
    seed, rng
        Seed of the run, an integer ≥ 0 (`rng` is Mesa's newer name for it); that of the scenario if None.
    households
        Rows of households; that of the scenario if None.
    check
        Check ranges and balances every week, after the scripts.
    kwargs
        Values laid over the scenario: parameters and switches by name (``processing_cost=250``), ``start`` and
        ``end`` as dates or ISO text, any other value by its dotted key (``**{"run.seed": 3}``).

    Raises
    ------
    ScenarioError
        With one line for each thing that is wrong with the scenario or the overrides.

    """

    agent_classes: ClassVar[tuple[type[RowAgent], ...]] = (Grower, Protector, Trafficker, SecurityUnit)
    """The agent classes, in the order of `agents`. A subclass may put its own in their place."""

    _grid: Any

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str] = "history",
        *,
        seed: int | None = None,
        rng: int | None = None,
        households: int | None = None,
        check: bool = False,
        **kwargs: Any,
    ) -> None:
        resolved = resolve(scenario, households, kwargs)
        if seed is not None and rng is not None:
            raise ValueError("seed and rng are two names of one thing: give one of them")
        number = checked_seed(next((s for s in (seed, rng) if s is not None), resolved.run.seed))
        super().__init__(rng=number)
        self._all_agents = AllAgents([], random=self.random)
        self.world: World = engine.new_world(resolved, number)
        self._recorder = Recorder.of(self.world)
        self._auditor = Auditor(self.world) if check else None
        self._scripts: list[Script] = []
        self._in_week = False
        self._carried: dict[str, float] = {}
        self._seconds = 0.0
        self._newest: tuple[int, dict[str, float]] = (0, {})
        self._collector: mesa.DataCollector | None = None
        self._own_reporters: tuple[dict[Any, Any], ...] = ({}, {}, {})
        self._own_agents = 0
        self._start_views()

    # ------------------------------------------------------------------ time

    def step(self) -> None:
        """One week: the engine's processes, then the scripts of `on_week`, then the record.

        Raises `RuntimeError` after the last week, and after a script has failed in the middle of one.
        """
        self._refuse_if_over()
        began = perf_counter()
        self._in_week = True
        try:
            self._run_week()
        except BaseException:
            self.running = False
            raise
        self._in_week = False
        if self._registered:
            self._register_rows()  # somebody may hold the set
        self._seconds += perf_counter() - began
        if self._collector is not None:
            self._collector.collect(self)
        if self.world.week >= self.world.clock.weeks:
            self.running = False

    def _run_week(self) -> None:
        world = self.world
        advance = engine.advance if self._auditor is None else engine.advance_guarded
        advance(world)
        for flow, amount in self._carried.items():
            self.count_flow(flow, amount)
        self._carried.clear()
        for script in self._scripts:
            script(self)
        if self._auditor is not None:
            self._auditor.check(world)
        self._recorder.record(world)
        engine.close_week(world)

    def _refuse_if_over(self) -> None:
        if self._in_week:
            raise RuntimeError(f"the week of {self.date} was cut short by an error: make the model anew")
        if self.world.week >= self.world.clock.weeks:
            raise RuntimeError(
                f"the run has ended with the week of {self.date}; a later `end` makes it longer"
            )

    def _wrapped_step(self) -> None:
        # Mesa counts before it calls `step`, and 3.5 silently drops a step that has failed once
        self._refuse_if_over()
        super()._wrapped_step()

    def on_week(self, script: Script) -> Script:
        """Call `script(model)` at the end of every week to come; usable as a decorator.

        What the script does to agents counts in that week's series. Scripts run in the order in which they
        were given.
        """
        self._scripts.append(script)
        return script

    @property
    def weeks_done(self) -> int:
        """Weeks simulated and recorded."""
        return self.world.week

    @property
    def last_week(self) -> int:
        """Number of the week whose processes ran last: the current one within a script; −1 at the start."""
        return self.world.week if self._in_week else self.world.week - 1

    @property
    def date(self) -> dt.date:
        """The Monday of `last_week`, or of the first week before any has run."""
        return self.world.clock.date(max(self.last_week, 0))

    # ---------------------------------------------------------------- record

    @property
    def scenario(self) -> Any:
        """Left to Mesa, whose newer versions keep another kind of scenario here; see `world.scenario`."""
        raise AttributeError(
            "what is run is model.world.scenario; Mesa gives the name `scenario` another sense"
        )

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Mesa writes its own while it starts; nothing here reads it."""

    def series(self, name: str) -> NDArray[np.float64]:
        """Weekly values of a series (see `vraem.observe.SERIES`) so far, (weeks_done,). Raises `KeyError`."""
        if name not in SERIES_NAMES:
            raise KeyError(f"no series is called {name!r}; known: {', '.join(SERIES_NAMES)}")
        return self._recorder.series()[name][: self.weeks_done]

    def newest(self) -> dict[str, float]:
        """Every series' value in the last week recorded, by name; nothing before the first week."""
        if self._newest[0] != self.weeks_done:
            last = self.weeks_done - 1
            values = {name: float(weekly[last]) for name, weekly in self._recorder.series().items()}
            self._newest = (self.weeks_done, values)
        return dict(self._newest[1])

    def result(self) -> RunResult:
        """What `vraem.run` gives, to the bit; before the end, for the weeks done."""
        balance = dict(self._auditor.largest) if self._auditor is not None else {}
        return finished(self.world, self._recorder, seconds=self._seconds, balance=balance)

    @property
    def datacollector(self) -> mesa.DataCollector:
        """Mesa's collector with every weekly series as a model reporter, past weeks included."""
        if self._collector is None:
            self._collector = self._new_collector()
        return self._collector

    def collect(
        self,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        agenttype_reporters: Mapping[type, Mapping[str, Any]] | None = None,
    ) -> None:
        """Collect more every week, in Mesa's way, beside the weekly series. Before the first step only.

        All households every week fill the memory: 40 000 agents over 626 weeks are 25 million records.
        """
        if self.weeks_done:
            raise RuntimeError(
                "reporters are added before the first step, so that every column has all weeks"
            )
        own, agents, kinds = self._own_reporters
        own.update(model_reporters or {})
        agents.update(picklable(agent_reporters or {}))
        kinds.update({kind: picklable(wanted) for kind, wanted in (agenttype_reporters or {}).items()})
        self._collector = self._new_collector()

    def _new_collector(self) -> mesa.DataCollector:
        weekly = {name: partial(_last_value, name) for name in SERIES_NAMES}
        own, agents, kinds = self._own_reporters
        collector = mesa.DataCollector({**weekly, **own}, agents, kinds)
        for name, values in self._recorder.series().items():
            collector.model_vars[name] += values[: self.weeks_done].tolist()
        if hasattr(collector, "_collection_steps"):
            collector._collection_steps += [float(week + 1) for week in range(self.weeks_done)]
        return collector

    # ---------------------------------------------------------------- agents

    @property
    def growers(self) -> RowSet:
        """The farm households."""
        return self.set_of(Grower)

    @property
    def traffickers(self) -> RowSet:
        """The trafficking firms."""
        return self.set_of(Trafficker)

    @property
    def protectors(self) -> RowSet:
        """The members of armed groups who serve now."""
        return self.set_of(Protector)

    @property
    def former_protectors(self) -> RowSet:
        """Those who served and are gone: hired, quit, surrendered, captured or dead. No part of `agents`."""
        population = self.population(Protector)
        everybody = np.arange(len(self.world.members))
        return RowSet(population, np.setdiff1d(everybody, population.rows()), self.random)

    @property
    def security_units(self) -> RowSet:
        """The units of the security forces that stand now."""
        return self.set_of(SecurityUnit)

    @property
    def agents(self) -> Any:
        """All agents, in Mesa's set; it is made when first asked for, and kept as of the last week from then on."""
        self._register_rows()
        return self._all_agents

    @agents.setter
    def agents(self, value: Any) -> None:
        raise AttributeError("model.agents is filled from the world's tables")

    def _register_rows(self) -> None:
        """Let those who are gone out of Mesa's set, and those who are new in."""
        for kind, population in self._populations.items():
            old, new = self._registered.get(kind), population.rows()
            if old is not None and np.array_equal(old, new):
                continue
            agents, known = population.agents(), old if old is not None else new[:0]
            for row in np.setdiff1d(known, new).tolist():
                self._all_agents.discard(agents[row])
            with no_collection():
                for row in np.setdiff1d(new, known).tolist():
                    self._all_agents.add(agents[row])
            self._registered[kind] = new

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """The agents of each class."""
        return {**{kind: self.set_of(kind) for kind in self._populations}, **self._agents_by_type}

    @property
    def agent_types(self) -> list[type]:
        """The agent classes."""
        return list(self.agents_by_type)

    @property
    def grid(self) -> Any:
        """Mesa's grid of 101 x 133 cells with the valley's property layers and the agents in their cells."""
        if self._grid is None:
            self._grid = build_grid(self)
        settle(self._grid, list(self._populations.values()), self._placed)
        return self._grid

    def set_of(self, kind: type[RowAgent]) -> RowSet:
        """The agents of one class. Raises `KeyError` if the model has none of it."""
        population = self.population(kind)
        return RowSet(population, population.rows(), self.random)

    def population(self, kind: type[RowAgent]) -> Population:
        """The agents of one class, or of its subclass in this model, by row. Raises `KeyError`."""
        for own, population in self._populations.items():
            if issubclass(own, kind):
                return population
        known = ", ".join(own.__name__ for own in self._populations)
        raise KeyError(f"this model has no agents of the class {kind.__name__}; it has {known}")

    def register_agent(self, agent: Any) -> None:
        """Take in an agent of the user's own class."""
        super().register_agent(agent)
        self._own_agents += 1
        agent.unique_id = len(self._populations) * IDS_A_CLASS + self._own_agents
        # Mesa 3.3 counts in a table that would keep this model alive for good
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def count_flow(self, flow: str, amount: float) -> None:
        """Add an amount to a flow of this week's series; of the next week between two steps."""
        if self._in_week:
            setattr(self.world.flows, flow, getattr(self.world.flows, flow) + amount)
        else:
            self._carried[flow] = self._carried.get(flow, 0) + amount

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Let the flows that processes' functions count inside go to this week's series, or to the next week's."""
        if self._in_week:
            yield
            return
        past, self.world.flows = self.world.flows, Flows()
        try:
            yield
        finally:
            done, self.world.flows = self.world.flows, past
            amounts = {field.name: getattr(done, field.name) for field in fields(done)}
            for flow, amount in amounts.items():
                if isinstance(amount, int | float) and amount:
                    self.count_flow(flow, amount)

    # ---------------------------------------------------------------- copies

    def _start_views(self) -> None:
        self._populations = {
            kind: Population(self, kind, number) for number, kind in enumerate(self.agent_classes)
        }
        self._registered: dict[type, NDArray[np.int64]] = {}
        self._grid = None
        self._placed: dict[type, Any] = {}

    def __copy__(self) -> "Model":
        """An independent copy: half of a model, sharing the world of the other, would be no model."""
        return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        """All but the views; agents' labels of the user's own are kept."""
        state = {key: value for key, value in self.__dict__.items() if key not in _VIEWS}
        own = [agent for agent in self._all_agents if not isinstance(agent, RowAgent)]
        state["_all_agents"] = type(self._all_agents)(own, random=self.random)
        state["_labels"] = {kind: population.labels() for kind, population in self._populations.items()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        labels_by_kind = state.pop("_labels")
        self.__dict__.update(state)
        self._start_views()
        for kind, labels in labels_by_kind.items():
            self._populations[kind].label(labels)


def _last_value(name: str, model: Model) -> float:
    """The newest weekly value of a series: a model reporter. Nothing before the first week."""
    return model.newest().get(name, float("nan"))
