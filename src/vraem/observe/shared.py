"""Scenarios that share a past run it once and fork where their inputs part, bit for bit as if each ran alone."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import takewhile
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from vraem import engine
from vraem.observe.finish import finished
from vraem.observe.recorder import Recorder
from vraem.observe.result import RunResult
from vraem.scenario import as_scenario
from vraem.valley import load as load_valley
from vraem.world.inputs import WeeklyInputs

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.valley import Valley
    from vraem.world import World


@dataclass(frozen=True)
class SharedRun:
    """A finished run and the weeks that were simulated for it alone or first for it; the rest was shared."""

    result: RunResult
    weeks_run: int


@dataclass
class _Branch:
    """Scenarios, by their place in the answer, that have not parted yet, with the world they share."""

    places: list[int]
    world: "World"
    recorder: Recorder
    weeks_run: int = 0
    seconds: float = 0.0


def run_together(
    scenarios: "Sequence[Scenario | str]", *, seed: int, valley: "Valley | None" = None
) -> list[SharedRun]:
    """Run `scenarios`, or the files or packaged scenarios of these names, with one seed, the past they share only once.

    Scenarios share a past if parameters, switches, groups, posts, start and households agree, up to the first
    week in which an input (driver, event or campaign) differs. The weeks of a shared past count for the first of
    its scenarios.

    Returns
    -------
    list of SharedRun
        In the order of `scenarios`.

    """
    place = valley or load_valley()
    answer: dict[int, SharedRun] = {}
    given = [as_scenario(each) for each in scenarios]
    for places in _families(given):
        first = given[places[0]]
        began = perf_counter()
        world = engine.new_world(first, seed, place)
        trunk = _Branch(places, world, Recorder(world.clock), seconds=perf_counter() - began)
        _grow(trunk, given, answer)
    return [answer[number] for number in range(len(given))]


def _families(scenarios: "Sequence[Scenario]") -> list[list[int]]:
    """Places of the scenarios that start alike and follow the same rules."""
    families: list[list[int]] = []
    for number, scenario in enumerate(scenarios):
        for family in families:
            head = scenarios[family[0]]
            same_rules = head.rules == scenario.rules
            same_start = (head.run.start, head.run.households) == (
                scenario.run.start,
                scenario.run.households,
            )
            if same_rules and same_start:
                family.append(number)
                break
        else:
            families.append([number])
    return families


def _grow(branch: _Branch, scenarios: "Sequence[Scenario]", answer: dict[int, SharedRun]) -> None:
    """Run a branch to where its scenarios part, then each of its limbs."""
    own = branch.world
    worlds = {
        number: engine.fork(own, scenarios[number]) if scenarios[number] is not own.scenario else own
        for number in branch.places
    }
    first, *others = branch.places
    parting = {number: first_difference(worlds[first], worlds[number]) for number in others}
    until = min(parting.values(), default=worlds[first].clock.weeks)
    leader = worlds[first]
    recorder = branch.recorder.copy(leader.clock)
    recorder.watch(*worlds.values())
    began = perf_counter()
    weeks_before = leader.week
    while leader.week < min(until, leader.clock.weeks):
        engine.advance(leader)
        recorder.record(leader)
        engine.close_week(leader)
    seconds = branch.seconds + perf_counter() - began
    weeks_run = branch.weeks_run + leader.week - weeks_before
    together = [first, *(number for number in others if parting[number] > until)]
    apart = [number for number in others if parting[number] <= until]
    limbs = [together, *_alike(apart, worlds)] if apart else []
    if not limbs:
        for number in branch.places:
            counted = (weeks_run, seconds) if number == first else (0, 0.0)
            answer[number] = _finished(leader, scenarios[number], recorder, *counted)
        return
    for limb in limbs:
        world = engine.fork(leader, scenarios[limb[0]])
        counted = (weeks_run, seconds) if limb[0] == first else (0, 0.0)
        _grow(_Branch(limb, world, recorder.copy(world.clock), *counted), scenarios, answer)


def _alike(places: list[int], worlds: "dict[int, World]") -> list[list[int]]:
    """Scenarios that leave the trunk, in groups that go on together for at least a week."""
    groups: list[list[int]] = []
    for number in places:
        for group in groups:
            head = worlds[group[0]]
            if first_difference(head, worlds[number]) > max(head.week, 0):
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def _finished(
    world: "World", scenario: "Scenario", recorder: Recorder, weeks_run: int, seconds: float
) -> SharedRun:
    return SharedRun(finished(world, recorder, scenario=scenario, seconds=seconds), weeks_run)


def first_difference(one: "World", other: "World") -> int:
    """The first week in which the inputs of two worlds differ, or in which only one of them still runs.

    Two that never differ part at a week after the last.
    """
    shared = min(one.clock.weeks, other.clock.weeks)
    never = shared if one.clock.weeks != other.clock.weeks else shared + 1
    return min(_first_unequal(one.inputs, other.inputs, shared), never)


def _first_unequal(one: WeeklyInputs, other: WeeklyInputs, weeks: int) -> int:
    """The first of the `weeks` in which any input differs; `weeks` + 1 if none does."""
    found = weeks + 1
    for field in fields(WeeklyInputs):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(ours, tuple):  # orders; the others hold a value a week
            found = min(found, _first_other(ours, theirs, found))
        else:
            unequal = (np.asarray(ours[:weeks]) != np.asarray(theirs[:weeks])).reshape(weeks, -1).any(axis=1)
            found = min(found, int(unequal.argmax())) if unequal.any() else found
    return found


def _first_other(one: Sequence[Any], other: Sequence[Any], never: int) -> int:
    """The first week of the orders, sorted by their first weeks, from which two sequences are no longer equal.

    An order that differs in anything, even only in its end, parts the worlds in its first week. Order counts,
    since draws may be addressed by the place of an order among those of its week.
    """
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return min((max(order.first, 0) for order in (*one[alike:], *other[alike:])), default=never)
