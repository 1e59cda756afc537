"""Designs: how points are laid over the factors of an experiment.

A point is a draw of every factor as pairs of a dotted key and a value. Designs that fill a range draw in the
unit cube and go through each factor's prior; a factor with levels takes the level under its share of the unit
interval. scipy and SALib are imported only by the designs that need them.

References: Latin hypercube, McKay et al. 1979; scrambled Sobol' sequence, Owen 1998; design for Sobol' indices,
Saltelli 2002; elementary effects, Morris 1991.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vraem.experiment.extras import install
from vraem.experiment.priors import evenly, quantile
from vraem.experiment.types import Design, Factor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point = tuple[tuple[str, Any], ...]
"""The draw of one point: dotted keys with their values, in the order of the factors."""

_LARGEST_SAMPLER_SEED = 2**32
_UNIT_BITS = 53


class MissingLibraryError(RuntimeError):
    """A library that a design needs is not installed; the text is one line that says how to get it."""


@dataclass(frozen=True)
class DesignSpec:
    """What a kind of design needs and how its points are counted and compared.

    ``samples`` and ``levels``: whether the key must be said (``levels`` only when a factor is a range), with the
    least that makes sense. ``power_of_two``: of samples. ``common``: whether points are compared with one
    another, so that they have the same seeds unless the file says otherwise. ``drawn``: whether points come of chance,
    one sample after the other; the points of other designs are chosen.
    """

    count: Callable[[Design, Sequence[Factor]], int]
    points: Callable[[Design, Sequence[Factor]], Iterable[Point]]
    meaning: str
    samples: int = 0
    levels: int = 0
    power_of_two: bool = False
    common: bool = False
    drawn: bool = False


def points(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    """The points of a design, one after the other; always the same for the same design and factors.

    Without factors there is one point, which changes nothing. Raises ``MissingLibraryError``.
    """
    if not factors:
        yield ()
        return
    yield from DESIGNS[design.kind].points(design, factors)


def point_count(design: Design, factors: Sequence[Factor]) -> int:
    """How many points a design has, without making them."""
    return DESIGNS[design.kind].count(design, factors) if factors else 1


def points_a_draw(design: Design, factors: Sequence[Factor]) -> int:
    """How many points in a row come of one draw of the factors: all of them where points are chosen, not drawn."""
    count = point_count(design, factors)
    return max(count // design.samples, 1) if factors and DESIGNS[design.kind].drawn else count


def levels_of(design: Design, factor: Factor) -> tuple[Any, ...]:
    """The levels of a factor: those it lists, or values spread over its range from end to end."""
    return factor.values or evenly(factor, design.levels or 2)


def ends_of(factor: Factor) -> tuple[Any, ...]:
    """The lowest and the highest value of a factor; all of them if they have no order."""
    if not factor.values:
        return evenly(factor, 2)
    if all(isinstance(value, int | float) for value in factor.values):
        return tuple(dict.fromkeys((min(factor.values), max(factor.values))))
    return factor.values


def at_share(factor: Factor, share: float) -> Any:
    """The value of a factor at a share (0 to 1) of the probability of its prior or of its list of levels."""
    if factor.values:
        return factor.values[min(int(share * len(factor.values)), len(factor.values) - 1)]
    return quantile(factor, share)


def _product(choices: Iterable[Sequence[Any]], factors: Sequence[Factor]) -> Iterator[Point]:
    keys = [factor.key for factor in factors]
    for values in itertools.product(*choices):
        yield tuple(zip(keys, values, strict=True))


def _grid(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    return _product([levels_of(design, factor) for factor in factors], factors)


def _grid_count(design: Design, factors: Sequence[Factor]) -> int:
    return math.prod(len(levels_of(design, factor)) for factor in factors)


def _factorial(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    return _product([ends_of(factor) for factor in factors], factors)


def _factorial_count(design: Design, factors: Sequence[Factor]) -> int:
    return math.prod(len(ends_of(factor)) for factor in factors)


def _one_at_a_time(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    """First the arms as they are, then every other level of one factor after the other."""
    yield ()
    for factor in factors:
        for value in _others(design, factor):
            yield ((factor.key, value),)


def _others(design: Design, factor: Factor) -> list[Any]:
    return [value for value in levels_of(design, factor) if value != factor.default]


def _one_at_a_time_count(design: Design, factors: Sequence[Factor]) -> int:
    return 1 + sum(len(_others(design, factor)) for factor in factors)


def _prior(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    """Independent draws; more samples, or another factor, change none of those that were there."""
    for number in range(design.samples):
        yield tuple(
            (factor.key, at_share(factor, _hashed_share(design.seed, factor.key, number)))
            for factor in factors
        )


def _hashed_share(seed: int, key: str, number: int) -> float:
    """A uniform number in [0, 1) addressed by its seed, factor and point."""
    digest = hashlib.sha256(f"vraem prior draw 1\n{seed}\n{key}\n{number}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - _UNIT_BITS)) / 2**_UNIT_BITS


def _samples(design: Design, factors: Sequence[Factor]) -> int:
    return design.samples


def _through(cube: NDArray[np.float64], factors: Sequence[Factor]) -> Iterator[Point]:
    """Rows of the unit cube (points, factors) as values, made one at a time."""
    for row in cube:
        yield tuple(
            (factor.key, at_share(factor, float(share))) for factor, share in zip(factors, row, strict=True)
        )


def _latin_hypercube(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    from scipy.stats import qmc

    sampler = _seeded(qmc.LatinHypercube, len(factors), design.seed)
    return _through(sampler.random(design.samples), factors)


def _sobol(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    from scipy.stats import qmc

    sampler = _seeded(qmc.Sobol, len(factors), design.seed)
    return _through(sampler.random_base2(design.samples.bit_length() - 1), factors)


def _seeded(sampler: Callable[..., Any], dimensions: int, seed: int) -> Any:
    try:
        return sampler(dimensions, rng=seed)
    except TypeError:  # before scipy 1.15 the argument had another name
        return sampler(dimensions, seed=seed)


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """The unit cube in the form of SALib."""
    names = [factor.key for factor in factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _salib(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(f"SALib.sample.{name}")
    except ImportError as error:
        raise MissingLibraryError(
            f'the design "{"saltelli" if name == "sobol" else name}" needs SALib: {install("analysis")}'
        ) from error


def _saltelli(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    sample = _salib("sobol").sample
    seed = design.seed % _LARGEST_SAMPLER_SEED
    cube = sample(_problem(factors), design.samples, calc_second_order=False, seed=seed)
    return _through(cube, factors)


def _saltelli_count(design: Design, factors: Sequence[Factor]) -> int:
    return design.samples * (len(factors) + 2)


def _morris(design: Design, factors: Sequence[Factor]) -> Iterator[Point]:
    sample = _salib("morris").sample
    seed = design.seed % _LARGEST_SAMPLER_SEED
    cube = sample(_problem(factors), design.samples, num_levels=design.levels or 4, seed=seed)
    return _through(cube, factors)


def _morris_count(design: Design, factors: Sequence[Factor]) -> int:
    return design.samples * (len(factors) + 1)


DESIGNS: dict[str, DesignSpec] = {
    "grid": DesignSpec(_grid_count, _grid, "every combination of levels", levels=2, common=True),
    "one_at_a_time": DesignSpec(
        _one_at_a_time_count,
        _one_at_a_time,
        "the arms as they are, then one factor at a time to each other level",
        levels=2,
        common=True,
    ),
    "factorial": DesignSpec(
        _factorial_count, _factorial, "every combination of each factor's lowest and highest", common=True
    ),
    "latin_hypercube": DesignSpec(
        _samples,
        _latin_hypercube,
        "every factor's range in as many strata as samples, each hit once",
        2,
        drawn=True,
    ),
    "sobol": DesignSpec(
        _samples,
        _sobol,
        "a scrambled Sobol' sequence, evenly spread in all factors",
        2,
        power_of_two=True,
        drawn=True,
    ),
    "saltelli": DesignSpec(
        _saltelli_count,
        _saltelli,
        "the scheme for Sobol' indices: samples times (factors + 2) points",
        2,
        power_of_two=True,
        common=True,
        drawn=True,
    ),
    "morris": DesignSpec(
        _morris_count,
        _morris,
        "trajectories that move one factor at a time: samples times (factors + 1) points",
        1,
        common=True,
        drawn=True,
    ),
    "prior": DesignSpec(_samples, _prior, "independent draws from the priors", 1, drawn=True),
}
