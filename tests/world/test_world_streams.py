"""Random streams: a draw belongs to its address (seed, stream, week, row) and to nothing else."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from vraem.world import STREAMS, Streams

METHODS = ("uniform", "uniform_double", "normal")
DRAWS = 4000
LARGEST_CORRELATION = 4.5 / np.sqrt(DRAWS)
"""Fixed seeds, so that this is no lottery: the correlations below are what they are."""


def draw(
    method: str, seed: int = 5, stream: str = "harvest_choice", week: int = 3, rows: slice = slice(0, 100)
):
    return getattr(Streams(seed), method)(stream, week, rows.start, rows.stop)


@pytest.mark.parametrize("method", METHODS)
def test_any_subset_of_rows_gives_the_draws_of_the_whole(method: str):
    whole = draw(method)
    for start in range(40):
        for stop in (start, start + 1, start + 7, 100):
            part = draw(method, rows=slice(start, stop))
            assert part.tobytes() == whole[start:stop].tobytes(), (start, stop)


@pytest.mark.parametrize("method", METHODS)
def test_the_order_in_which_draws_are_asked_for_does_not_matter(method: str):
    asked = [
        (stream, week, start) for stream in ("seizure", "land_choice") for week in (0, 9) for start in (0, 5)
    ]

    def answers(order: list[tuple[str, int, int]]) -> dict[tuple[str, int, int], bytes]:
        streams = Streams(11)
        return {key: getattr(streams, method)(*key, key[2] + 30).tobytes() for key in order}

    assert answers(asked) == answers(asked[::-1])


@pytest.mark.parametrize("method", METHODS)
def test_a_draw_between_two_others_shifts_neither(method: str):
    alone, disturbed = Streams(2), Streams(2)
    first = getattr(alone, method)("seizure", 4, 0, 50)
    for other in METHODS:
        getattr(disturbed, other)("seizure", 4, 3, 44)
        getattr(disturbed, other)("seizure", 5, 0, 9)
    assert getattr(disturbed, method)("seizure", 4, 0, 50).tobytes() == first.tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_streams_survive_pickling_at_any_moment(method: str):
    streams = Streams(8)
    expected = getattr(streams, method)("seizure", 4, 0, 50).tobytes()
    twin = pickle.loads(pickle.dumps(streams))
    assert getattr(twin, method)("seizure", 4, 0, 50).tobytes() == expected


def series_of_addresses() -> dict[str, Callable[[int], NDArray]]:
    """Draws that differ in one part of the address."""
    return {
        "streams": lambda k: draw("uniform_double", stream=sorted(STREAMS)[k], rows=slice(0, DRAWS)),
        "seeds": lambda k: draw("uniform_double", seed=k, rows=slice(0, DRAWS)),
        "seeds far apart": lambda k: draw("uniform_double", seed=k * 2**40 + 1, rows=slice(0, DRAWS)),
        "weeks": lambda k: draw("uniform_double", week=k, rows=slice(0, DRAWS)),
        "rows": lambda k: draw("uniform_double", rows=slice(k * DRAWS, (k + 1) * DRAWS)),
        "neighbouring rows": lambda k: draw("uniform_double", rows=slice(k, k + DRAWS)),
        "normal draws of weeks": lambda k: draw("normal", week=k, rows=slice(0, DRAWS)),
        "draws in single precision": lambda k: draw("uniform", week=k, rows=slice(0, DRAWS)),
    }


@pytest.mark.parametrize("part", series_of_addresses())
def test_draws_of_different_addresses_are_uncorrelated(part: str):
    columns = np.stack([series_of_addresses()[part](k) for k in range(12)]).astype(float)
    correlation = np.corrcoef(columns)
    np.fill_diagonal(correlation, 0.0)
    assert np.abs(correlation).max() < LARGEST_CORRELATION


def test_different_addresses_never_share_a_draw():
    blocks = [
        draw("uniform_double", seed, stream, week, slice(0, 500))
        for seed in (0, 1)
        for stream in STREAMS
        for week in (0, 1, 2)
    ]
    values = np.concatenate(blocks)
    assert len(np.unique(values)) == len(values)


@pytest.mark.parametrize("method", ["uniform", "uniform_double"])
def test_uniform_draws_are_uniform(method: str):
    draws = draw(method, rows=slice(0, 40_000)).astype(float)
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    share = np.histogram(draws, bins=20, range=(0.0, 1.0))[0] / len(draws)
    assert np.abs(share - 0.05).max() < 4.0 * np.sqrt(0.05 * 0.95 / len(draws))


def test_normal_draws_are_standard_normal():
    draws = draw("normal", rows=slice(0, 40_000))
    assert abs(draws.mean()) < 0.02
    assert abs(draws.std() - 1.0) < 0.02
    assert abs(np.mean(np.abs(draws) > 1.96) - 0.05) < 0.005
    assert np.isfinite(draws).all()


def test_numbers_of_streams_are_unique_and_frozen():
    assert len(set(STREAMS.values())) == len(STREAMS)
    known = {
        "household_traits": 1,
        "household_land": 2,
        "household_coca": 3,
        "firm_traits": 4,
        "harvest_choice": 10,
        "land_choice": 11,
        "load_rounding": 20,
        "seizure": 21,
        "eradication_place": 30,
        "eradication_household": 31,
        "border_price": 40,
        "border_jump": 41,
    }
    assert {name: STREAMS.get(name) for name in known} == known, (
        "results of old versions could not be made again"
    )


def test_a_stream_that_is_not_in_the_table_is_refused():
    with pytest.raises(KeyError):
        Streams(1).uniform("dice", 0, 0, 1)


def test_an_empty_request_gives_no_draws():
    assert [len(draw(method, rows=slice(7, 7))) for method in METHODS] == [0, 0, 0]
