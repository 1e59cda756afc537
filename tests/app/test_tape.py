"""The tape holds what the world was, weighs little and leaves no trace in the run."""

import zlib

import numpy as np
import pytest

from tests.app.reader import ReadTape
from vraem import engine
from vraem.observe import run
from vraem.scenario import Scenario
from vraem.tape import Tape, TapeRecorder, header, place_data
from vraem.tape.blocks import quantised
from vraem.valley import ROUTES, Valley
from vraem.world import World
from vraem.world.organisation_tables import ACTIVE, LIVING

WEEKS = 120
PAGE_BUDGET, PAGE_WEEKS = 4e6 * 3 / 4, 1_200
"""Bytes before base64 that a page of so many weeks may weigh."""


@pytest.fixture(scope="module")
def played(short: Scenario, valley: Valley) -> tuple[World, ReadTape, ReadTape]:
    """A world after `WEEKS` weeks, its tape in one block and the same in blocks of seven weeks."""
    world = engine.new_world(short, 5, valley)
    whole, pieces = TapeRecorder(world), TapeRecorder(world)
    blocks = []
    for week in range(WEEKS):
        engine.advance(world)
        whole.record(world)
        pieces.record(world)
        if week % 7 == 6 or week == WEEKS - 1:
            blocks.append(pieces.take())
        engine.close_week(world)
    sizes = {"places": len(world.communities), "firms": len(world.firms)}
    return world, ReadTape([whole.take()], sizes), ReadTape(blocks, sizes)


def test_recording_changes_no_bit_of_a_run(short: Scenario, valley: Valley) -> None:
    plain, taped = (engine.new_world(short, 2, valley) for _ in range(2))
    recorder = TapeRecorder(taped)
    for week in range(60):
        for world in (plain, taped):
            engine.advance(world)
        recorder.record(taped)
        if week % 10 == 0:
            recorder.take()
        for world in (plain, taped):
            engine.close_week(world)
    for one, other in zip(plain.tables, taped.tables, strict=True):
        assert len(one) == len(other)
        for column, _ in one.columns():
            same = np.array_equal(
                one.rows_in_use(column.name), other.rows_in_use(column.name), equal_nan=True
            )
            assert same, f"{one.spec.name}.{column.name}"
    assert plain.market == taped.market
    assert plain.flows == taped.flows


def test_series_are_those_of_the_run(short: Scenario, valley: Valley, tape: Tape) -> None:
    result = run(short, seed=1, valley=valley)
    read = ReadTape([tape.block], {"places": len(valley.communities), "firms": len(tape.header["firmBases"])})
    pairs = {"cocaArea": "coca_area_visible", "leafPrice": "leaf_price", "hclPrice": "hcl_price"}
    pairs |= {f"seized{index}": f"hcl_seized_{route}" for index, route in enumerate(ROUTES)}
    for ours, theirs in pairs.items():
        assert np.allclose(read.series[ours], result[theirs], rtol=1e-3), ours


def test_blocks_in_pieces_tell_the_same_as_one(played: tuple[World, ReadTape, ReadTape]) -> None:
    _, whole, pieces = played
    assert whole.weeks == pieces.weeks == WEEKS
    for name, values in whole.series.items():
        assert np.array_equal(values, pieces.series[name])
    for name, weeks in whole.tables.items():
        for one, other in zip(weeks, pieces.tables[name], strict=True):
            assert all(np.array_equal(one[field], other[field]) for field in one)
    for name, frames in whole.keyframes.items():
        for (week, one), (other_week, other) in zip(frames, pieces.keyframes[name], strict=True):
            assert week == other_week
            assert all(np.array_equal(one[field], other[field]) for field in one)


def test_columns_of_the_last_week_are_the_worlds(played: tuple[World, ReadTape, ReadTape]) -> None:
    world, read, _ = played
    columns = world.columns
    last = read.tables["columns"][-1]
    living = np.flatnonzero(columns.status[: columns.count] == LIVING)
    assert np.array_equal(last["row"][last["ended"] == 0], living)
    shown = last["row"].astype(int)
    assert np.array_equal(last["seat"], columns.seat[shown])
    assert np.allclose(last["link"], columns.link[shown], atol=1 / 255)
    assert np.allclose(last["armed"], columns.armed[shown])


def test_posts_followed_change_by_change_lead_to_the_members(
    played: tuple[World, ReadTape, ReadTape],
) -> None:
    world, read, _ = played
    members = world.members
    state: dict[str, dict[int, float]] = {"status": {}, "rank": {}, "column": {}}
    for week in read.tables["posts"]:
        for name, known in state.items():
            known.update(zip(week["row"].astype(int).tolist(), week[name].tolist(), strict=True))
    assert len(state["status"]) == members.count
    for name, known in state.items():
        now = np.array([known[row] for row in range(members.count)])
        assert np.array_equal(now, members.__dict__[name][: members.count]), name
    active = int((members.status[: members.count] == ACTIVE).sum())
    assert active == sum(value == ACTIVE for value in state["status"].values())
    assert sum(len(week["born"]) for week in read.tables["persons"]) == members.count


def test_every_load_is_on_tape_once_and_the_stopped_ones_are_named(
    played: tuple[World, ReadTape, ReadTape],
) -> None:
    world, read, _ = played
    shipments = world.shipments
    kg = np.concatenate([week["kg"] for week in read.tables["loads"]])
    assert np.allclose(kg, shipments.load[: shipments.count], atol=0.06)
    stopped = np.concatenate([week["load"] for week in read.tables["stopped"]]).astype(int)
    assert sorted(stopped.tolist()) == np.flatnonzero(shipments.status[: shipments.count] == 2).tolist()


def test_incidents_are_the_journal(played: tuple[World, ReadTape, ReadTape]) -> None:
    world, read, _ = played
    kinds = np.concatenate([week["kind"] for week in read.tables["incidents"]])
    assert np.array_equal(kinds, world.incidents.kind[: world.incidents.count])


def test_coca_of_the_last_keyframe_is_that_of_the_valley(played: tuple[World, ReadTape, ReadTape]) -> None:
    world, read, _ = played
    week = read.keyframes["land"][-1][0]
    assert WEEKS - 4 <= week < WEEKS
    coca = read.value("land", "coca", -1).sum()
    assert coca == pytest.approx(world.communities.coca_area.sum(), rel=0.05)


def test_a_tape_weighs_little(tape: Tape) -> None:
    weeks = tape.header["weeks"]
    assert len(zlib.compress(tape.block, 9)) < PAGE_BUDGET * weeks / PAGE_WEEKS


def test_numbers_out_of_range_take_the_nearest_end() -> None:
    assert quantised(np.array([-3.0, 0.5, 900.0]), "u1", 1.0).tolist() == [0, 0, 255]
    assert quantised(np.array([1.26]), "u2", 0.1).tolist() == [13]
    assert quantised(np.array([-5, 300], np.int16), "u1", 1.0).tolist() == [0, 255]


def test_no_place_of_the_page_is_an_airstrip(valley: Valley) -> None:
    place = place_data(valley)
    assert not {"airstrips", "strips"} & set(place)
    shown = [tuple(map(round, (town["x"], town["y"]))) for town in place["towns"]]
    assert len(shown) == len(valley.places.name)
    assert all("strip" not in exit_["name"].lower() for exit_ in place["exits"])


def test_the_head_says_which_run_it_is(other: Scenario, valley: Valley) -> None:
    head = header(engine.new_world(other, 9, valley))
    assert (head["name"], head["seed"], head["weeks"]) == ("other", 9, 209)
    tables = {order["table"] for order in head["dated"]}
    assert tables == {"event", "campaign"}
    assert len(head["ways"]) == len(ROUTES) * len(head["firmBases"])
