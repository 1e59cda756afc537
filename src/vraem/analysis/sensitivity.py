"""Which assumptions matter: Morris' elementary effects, Sobol' indices, and plain tables by quarter of a range.

Indices are SALib's, from sweeps whose designs are ``morris`` and ``saltelli``. Where the design is any other,
quarters of a factor's range (or forms of a switch) show how a share moves with it, with intervals over outer
draws.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.intervals import LEVEL, Interval
from vraem.analysis.resampling import posterior_share
from vraem.analysis.results import Results
from vraem.analysis.words import form_words
from vraem.experiment.design import MissingLibraryError
from vraem.experiment.extras import install

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment, Factor

QUARTERS = 4
_SEED = 1


class Effect(NamedTuple):
    """Morris' measures of one factor, per unit of its range.

    Mean absolute effect (``importance``) with its ``half_width``, ``mean`` effect with its ``mean_half_width``
    (Student's over trajectories), both of 95 %, and ``spread`` of effects. Chance alone gives a mean absolute effect
    above nought, which grows with the spread, so its size cannot say whether there is an effect.
    """

    factor: str
    importance: float
    mean: float
    spread: float
    half_width: float
    mean_half_width: float

    @property
    def clear(self) -> bool:
        """Whether chance does not explain the mean effect; effects that go both ways may hide in it."""
        return abs(self.mean) > self.mean_half_width


class Index(NamedTuple):
    """Sobol' indices of one factor: first order and total, with half widths (95 %)."""

    factor: str
    first: float
    first_half_width: float
    total: float
    total_half_width: float


def morris_effects(experiment: "Experiment", means: NDArray[np.float64]) -> list[Effect]:
    """Elementary effects, the most important factor first.

    ``means`` (points,): the outcome of each point of a ``morris`` design, in order; factors are on the scale
    of their priors, so that effects compare. Raises ``MissingLibraryError``, ``ValueError`` for another
    design.
    """
    _require(experiment, "morris", len(means))
    cube = unit_cube(experiment)
    found = _salib("morris").analyze(
        _problem(experiment.factors), cube, means, num_levels=experiment.design.levels or 4, seed=_SEED
    )
    from scipy import stats

    trajectories = experiment.design.samples
    student = float(stats.t.ppf(0.5 + LEVEL / 2.0, trajectories - 1)) if trajectories > 1 else np.inf
    around_mean = student / trajectories**0.5 * np.asarray(found["sigma"], dtype=np.float64)
    columns = (
        *(found[name] for name in ("names", "mu_star", "mu", "sigma", "mu_star_conf")),
        around_mean,
    )
    effects = [
        Effect(str(name), *(float(value) for value in row)) for name, *row in zip(*columns, strict=True)
    ]
    return sorted(effects, key=lambda each: -each.importance)


def sobol_indices(experiment: "Experiment", means: NDArray[np.float64]) -> list[Index]:
    """Sobol' indices, the largest total first, from the outcome of each point of a ``saltelli`` design, in order.

    Raises ``MissingLibraryError``, ``ValueError`` for another design.
    """
    _require(experiment, "saltelli", len(means))
    found = _salib("sobol").analyze(_problem(experiment.factors), means, calc_second_order=False, seed=_SEED)
    names = [factor.name for factor in experiment.factors]
    columns = (names, found["S1"], found["S1_conf"], found["ST"], found["ST_conf"])
    indices = [
        Index(str(name), *(float(value) for value in row)) for name, *row in zip(*columns, strict=True)
    ]
    return sorted(indices, key=lambda each: -each.total)


def point_means(results: Results, column: str, points: int, arm: str | None = None) -> NDArray[np.float64]:
    """Mean of an outcome at each point (points,), over replicates and arms (or one arm).

    A seed of an arm in which the outcome is unknown at any point is left out at all of them: points would else differ
    by which seeds they have. Raises ``ValueError`` if a point has no run, or none that the others have too.
    """
    kept = results if arm is None else results.of_arm(arm)
    values = kept.numbers(column)
    rows = kept.frame[["arm", "replicate"]].assign(known=np.isfinite(values))
    common = results.experiment is not None and results.experiment.replicates.common
    known = (
        rows.groupby(["arm", "replicate"])["known"].transform("all") if common else rows["known"]
    ).to_numpy()
    at = kept.draws[known]
    counts = np.bincount(at, minlength=points)
    if len(counts) > points or (counts[:points] == 0).any():
        missing = int((counts[:points] == 0).sum())
        raise ValueError(f"{column}: {missing} of {points} points have no run; indices need them all")
    return np.bincount(at, values[known], points) / counts


def unit_cube(experiment: "Experiment") -> NDArray[np.float64]:
    """The sampled points (points, factors) in the unit cube, drawn anew from the design."""
    import importlib

    design = experiment.design
    sample = importlib.import_module("SALib.sample.morris").sample
    cube = sample(
        _problem(experiment.factors), design.samples, num_levels=design.levels or 4, seed=design.seed % 2**32
    )
    return np.asarray(cube, dtype=np.float64)


def _problem(factors: Sequence["Factor"]) -> dict[str, Any]:
    names = [factor.name for factor in factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _require(experiment: "Experiment", kind: str, count: int) -> None:
    from vraem.experiment.design import point_count

    if experiment.design.kind != kind:
        raise ValueError(f'the design is "{experiment.design.kind}", expected "{kind}"')
    expected = point_count(experiment.design, experiment.factors)
    if count != expected:
        raise ValueError(f"got {count} points, expected {expected}")


def _salib(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(f"SALib.analyze.{name}")
    except ImportError as error:
        raise MissingLibraryError(f"sensitivity indices need SALib: {install('analysis')}") from error


class Band(NamedTuple):
    """A share among the runs of one part of a factor's range, or one form of a switch."""

    factor: str
    part: str
    low: float | None
    high: float | None
    share: Interval
    runs: int


def by_quarter(
    results: Results, holds: NDArray[np.bool_], among: NDArray[np.bool_], factor: str
) -> list[Band]:
    """How often a statement holds (runs,) among some runs (runs,), by quarter of a factor's draws or form of a switch.

    Parts bear the lowest and the highest value that was drawn in them.

    Empty for a factor that was not varied, and if no run counts.
    """
    if factor not in results.frame or factor not in results.factors or not among.any():
        return []
    column = results.frame[factor]
    if column.dtype.kind not in "fiu":
        return [
            _band(results, holds, among & (column == form).to_numpy(), factor, form_words(form), None, None)
            for form in sorted(column.dropna().unique())
        ]
    values = column.to_numpy(dtype=np.float64)
    part = quarters(values)
    found = []
    for number in range(int(part.max(initial=-1)) + 1):
        inside = part == number
        low, high = float(values[inside].min()), float(values[inside].max())
        text = f"{low:.3g} to {high:.3g}" if high > low else f"{low:.3g}"
        found.append(_band(results, holds, among & inside, factor, text, low, high))
    return found


def quarters(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The quarter (rows,) of its draws in which each value lies, from 0 on, no part empty; -1 where there is no number.

    Equal values stay together, and where there are no more than four each is a part of its own.
    """
    known = np.isfinite(values)
    distinct = np.unique(values[known])
    if len(distinct) <= QUARTERS:
        edges = distinct[:-1]
    else:
        edges = np.quantile(values[known], np.linspace(0.0, 1.0, QUARTERS + 1)[1:-1])
    part = np.full(len(values), -1, dtype=np.int64)
    part[known] = np.unique(np.searchsorted(edges, values[known]), return_inverse=True)[1].ravel()
    return part


def _band(
    results: Results,
    holds: NDArray[np.bool_],
    among: NDArray[np.bool_],
    factor: str,
    part: str,
    low: float | None,
    high: float | None,
) -> Band:
    known = posterior_share(holds, results.clusters, among=among, name=f"band {factor} {part}")
    return Band(factor, part, low, high, known.interval(), int(known.total))


class Lever(NamedTuple):
    """How far a share moves over a factor: highest less lowest band, with the bands it was taken from."""

    factor: str
    range: float
    bands: tuple[Band, ...]


def lever_of(results: Results, holds: NDArray[np.bool_], among: NDArray[np.bool_], factor: str) -> Lever:
    """How far the share moves over one factor; by nothing where fewer than two bands have runs."""
    bands = tuple(by_quarter(results, holds, among, factor))
    shares = [band.share.estimate for band in bands if band.runs]
    return Lever(factor, max(shares, default=0.0) - min(shares, default=0.0), bands)


def levers(results: Results, holds: NDArray[np.bool_], among: NDArray[np.bool_]) -> list[Lever]:
    """All factors by how far the share moves over them, the farthest first; chance alone moves it a little."""
    each = (lever_of(results, holds, among, factor) for factor in results.factors)
    found = [lever for lever in each if sum(band.runs > 0 for band in lever.bands) > 1]
    return sorted(found, key=lambda lever: (-lever.range, lever.factor))
