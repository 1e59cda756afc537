"""Scenario discovery: under which assumptions does an outcome come? PRIM of the EMA workbench, CART of scikit-learn.

PRIM (Friedman & Fisher 1999; Bryant & Lempert 2010) peels the space of assumptions down to a box in which the
outcome is frequent: *coverage* is the part of all its cases that lie in the box, *density* the part of the
box in which it comes. CART (Breiman et al. 1984) cuts the space in two again and again. Both find conditions;
neither proves causes, and a box found among many assumptions in few runs is partly luck: ``p`` says how
surprising each limit is, runs of one draw of assumptions counting for as much as they tell apart. (The
workbench wraps scikit-learn's tree too, but loses which form of a switch a branch keeps.)
"""

import contextlib
import inspect
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.clusters import clustered_mean
from vraem.analysis.intervals import is_clear
from vraem.analysis.results import Results
from vraem.analysis.words import form_words, percent
from vraem.experiment.design import MissingLibraryError
from vraem.experiment.extras import install

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CASES = 20
"""With fewer runs of either outcome there is nothing to discover."""
PEEL = 0.05
"""Share of runs that one step of PRIM peels off."""
LEAST_MASS = 0.05
MOST_LIMITS = 4
"""Limits of a box that a reader can hold in mind; PRIM goes on peeling long after."""
DENSITY = 0.8
LEAF_SHARE = 0.05
"""Least part of the runs in a leaf of the tree."""
MOST_LEAVES = 8
_OF = "!is!"
"""What stands between a switch and its form in the name of a yes-or-no column."""


class Limit(NamedTuple):
    """One condition of a box: a range of a number, or forms of a switch; ``p`` of its quasi-p test."""

    factor: str
    low: float | None
    high: float | None
    forms: tuple[str, ...]
    p: float

    @property
    def words(self) -> str:
        """The condition as a reader reads it."""
        if self.forms:
            return f"{self.factor} is {' or '.join(map(form_words, self.forms))}"
        if self.low is None:
            return f"{self.factor} at most {self.high:.3g}"
        if self.high is None:
            return f"{self.factor} at least {self.low:.3g}"
        return f"{self.factor} from {self.low:.3g} to {self.high:.3g}"


class Box(NamedTuple):
    """Conditions under which the outcome is frequent: ``coverage`` and ``density`` against ``base`` in all runs."""

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    base: float
    mass: float
    runs: int

    @property
    def sentence(self) -> str:
        """The box in words."""
        if not self.limits:
            return "no condition was found under which it is more frequent"
        said = " and ".join(limit.words for limit in self.limits)
        return (
            f"{said}: {percent(self.density)} of the runs there, {percent(self.base)} in all "
            f"({percent(self.coverage)} of all cases)"
        )


class Leaf(NamedTuple):
    """One leaf of the tree: conditions, share of runs with the outcome, runs."""

    limits: tuple[Limit, ...]
    density: float
    coverage: float
    runs: int


class Discovery(NamedTuple):
    """What was discovered about one outcome; ``note`` says why there is nothing, if there is not."""

    outcome: str
    box: Box | None
    leaves: tuple[Leaf, ...]
    note: str


def discover(
    results: Results,
    holds: NDArray[np.bool_],
    among: NDArray[np.bool_],
    *,
    factors: Sequence[str] | None = None,
    outcome: str = "gangs",
) -> Discovery:
    """Conditions among the factors under which a statement holds (runs,), among some runs (runs,)."""
    names = [name for name in factors or (*results.factors, "arm") if name in results.frame]
    cases, y = results.frame.loc[among, names], holds[among]
    if min(int(y.sum()), int((~y).sum())) < FEWEST_CASES:
        return Discovery(outcome, None, (), f"fewer than {FEWEST_CASES} runs with or without it")
    x = inputs(cases)
    if not len(x.columns):
        return Discovery(outcome, None, (), "nothing was varied")
    try:
        return Discovery(outcome, prim(x, y, results.clusters[among]), cart(x, y), "")
    except MissingLibraryError as error:
        return Discovery(outcome, None, (), str(error))


def inputs(cases: "pd.DataFrame") -> "pd.DataFrame":
    """Factors as PRIM and CART take them: numbers, and categories; what does not vary is left out."""
    import pandas as pd

    kept = {}
    for name in cases.columns:
        column = cases[name]
        if column.nunique(dropna=True) < 2 or column.isna().any():
            continue
        number = pd.api.types.is_numeric_dtype(column)
        kept[name] = column.astype(float) if number else pd.Categorical(column.astype(str))
    return pd.DataFrame(kept, index=cases.index).reset_index(drop=True)


def prim(
    x: "pd.DataFrame", y: NDArray[np.bool_], clusters: NDArray[np.int64], density: float = DENSITY
) -> Box:
    """The box of at most ``MOST_LIMITS`` limits that best joins coverage and density.

    ``clusters`` (runs,) or (runs, ways): what chance drew (`Results.clusters`).

    None, that is all runs, if peeling to the end does not reach a `density`.
    Each limit must be clear at a level divided by the number of factors (Bonferroni): among 200 assumptions
    ten would seem to matter at 5 per cent though none does.
    """
    search = _library("ema_workbench.analysis.prim").Prim
    # before version 3 the workbench wanted a density, and left out the way to a last box that is less dense
    any_box = {"threshold": 0.0} if "threshold" in inspect.signature(search).parameters else {}
    with _quiet():
        found = search(x, y.astype(bool), peel_alpha=PEEL, mass_min=LEAST_MASS, **any_box).find_box()
    base = float(y.mean())
    nothing = Box((), 1.0, base, base, 1.0, len(y))
    if found is None:
        return nothing
    trajectory = found.peeling_trajectory
    if trajectory["mean"].iloc[-1] < density:
        return nothing
    best, quality = nothing, base
    for place in range(len(trajectory)):
        if int(trajectory["res_dim"].iloc[place]) > MOST_LIMITS:
            continue
        box = _box(x, found.box_lims[place], y, clusters)
        joint = box.density * box.coverage**0.5  # density first: a box is read as "here it comes"
        if joint > quality and all(is_clear(limit.p, len(x.columns)) for limit in box.limits):
            best, quality = box, joint
    return best


def _box(x: "pd.DataFrame", limits: "pd.DataFrame", y: NDArray[np.bool_], clusters: NDArray[np.int64]) -> Box:
    inside = {name: _inside(x[name], limits[name]) for name in x.columns}
    restricted = [name for name, held in inside.items() if not held.all()]
    everywhere = np.ones(len(y), dtype=bool)

    def in_all_but(left_out: str | None) -> NDArray[np.bool_]:
        held = [inside[name] for name in restricted if name != left_out]
        return np.asarray(np.logical_and.reduce([everywhere, *held]))

    within = in_all_but(None)
    hits, runs = int((y & within).sum()), int(within.sum())
    found = tuple(
        _limit(x, limits, name, _surprise(y, in_all_but(name), within, clusters)) for name in restricted
    )
    return Box(found, hits / int(y.sum()), hits / max(runs, 1), float(y.mean()), runs / len(y), runs)


def _inside(column: "pd.Series[Any]", limit: "pd.Series[Any]") -> NDArray[np.bool_]:
    low, high = limit.iloc[0], limit.iloc[1]
    if isinstance(low, set | frozenset):
        return np.asarray(column.isin(low))
    values = column.to_numpy()
    return np.asarray((values >= low) & (values <= high))


def _surprise(
    y: NDArray[np.bool_],
    without: NDArray[np.bool_],
    within: NDArray[np.bool_],
    clusters: NDArray[np.int64],
) -> float:
    """Quasi-p of one limit: chance of so many cases inside if the limit did not matter (Bryant & Lempert 2010).

    ``without``: the box but for this limit, from which the rate is taken. Both counts are divided by the design
    effect there (Rao & Scott 1992), since runs of one draw are not independent.
    """
    from scipy import special

    rate = float(y[without].mean())
    effect = _design_effect(y[without], clusters[without])
    hits, runs = int((y & within).sum()) / effect, int(within.sum()) / effect
    if not hits:
        return 1.0
    # the upper tail of the binomial, whose counts need not be whole
    return float(special.betainc(hits, runs - hits + 1.0, rate))


def _design_effect(y: NDArray[np.bool_], clusters: NDArray[np.int64]) -> float:
    """How much larger the variance of the share of ``y`` (runs,) is than if its runs were independent; at least 1."""
    alone = float(y.var()) / len(y)
    known = clustered_mean(y, clusters)
    return max(known.error**2 / alone, 1.0) if alone and known.freedom else 1.0


def _limit(x: "pd.DataFrame", limits: "pd.DataFrame", name: str, p: float) -> Limit:
    low, high = limits[name].iloc[0], limits[name].iloc[1]
    if isinstance(low, set | frozenset):
        return Limit(name, None, None, tuple(sorted(map(str, low))), p)
    column = x[name]
    return Limit(
        name,
        float(low) if low > column.min() else None,
        float(high) if high < column.max() else None,
        (),
        p,
    )


def cart(x: "pd.DataFrame", y: NDArray[np.bool_]) -> tuple[Leaf, ...]:
    """Leaves of a classification tree, the densest first."""
    import pandas as pd

    dummies = pd.get_dummies(x, prefix_sep=_OF).astype(float)
    with _quiet():
        tree = _library("sklearn.tree").DecisionTreeClassifier(
            min_samples_leaf=max(int(LEAF_SHARE * len(y)), 1), max_leaf_nodes=MOST_LEAVES, random_state=0
        )
        places = tree.fit(dummies.to_numpy(), y).apply(dummies.to_numpy())
    leaves = []
    for leaf, path in _paths(tree.tree_, list(dummies.columns)):
        inside = places == leaf
        hits = int((y & inside).sum())
        limits = _merged(x, path)
        leaves.append(Leaf(limits, hits / int(inside.sum()), hits / int(y.sum()), int(inside.sum())))
    return tuple(sorted(leaves, key=lambda leaf: (-leaf.density, -leaf.runs)))


def _paths(tree: Any, names: Sequence[str]) -> Iterator[tuple[int, list[tuple[str, bool, float]]]]:
    """Each leaf with the cuts on the way to it: (column, whether at most the value, value)."""
    open_nodes: list[tuple[int, list[tuple[str, bool, float]]]] = [(0, [])]
    while open_nodes:
        node, path = open_nodes.pop()
        if tree.children_left[node] < 0:
            yield node, path
            continue
        name, value = names[tree.feature[node]], float(tree.threshold[node])
        open_nodes.append((int(tree.children_left[node]), [*path, (name, True, value)]))
        open_nodes.append((int(tree.children_right[node]), [*path, (name, False, value)]))


def _merged(x: "pd.DataFrame", path: Sequence[tuple[str, bool, float]]) -> tuple[Limit, ...]:
    """Cuts on the way to a leaf as one condition a factor."""
    forms: dict[str, set[str]] = {}
    ranges: dict[str, list[float | None]] = {}
    for name, at_most, value in path:
        factor, is_form, form = name.partition(_OF)
        if is_form:
            left = forms.setdefault(factor, set(map(str, x[factor].cat.categories)))
            forms[factor] = left - {form} if at_most else left & {form}
        else:
            ends = ranges.setdefault(factor, [None, None])
            ends[1 if at_most else 0] = value  # further down the tree cuts are nearer
    return (
        *(Limit(name, None, None, tuple(sorted(kept)), float("nan")) for name, kept in forms.items()),
        *(Limit(name, low, high, (), float("nan")) for name, (low, high) in ranges.items()),
    )


def _library(name: str) -> Any:
    import importlib

    try:
        with _quiet():
            return importlib.import_module(name)
    except ImportError as error:
        raise MissingLibraryError(
            f"scenario discovery needs {name.partition('.')[0]}: {install('analysis')}"
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The workbench tells its progress and warns of back ends that nobody asked for."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        before = logging.root.manager.disable
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(before)


def as_rows(discovery: Discovery) -> Mapping[str, Any]:
    """A discovery as plain data, for files."""
    box = discovery.box
    return {
        "outcome": discovery.outcome,
        "note": discovery.note,
        "box": None
        if box is None
        else {**box._asdict(), "limits": [_row(limit) for limit in box.limits], "sentence": box.sentence},
        "leaves": [
            {**leaf._asdict(), "limits": [_row(limit) for limit in leaf.limits]} for leaf in discovery.leaves
        ],
    }


def _row(limit: Limit) -> dict[str, Any]:
    return {**limit._asdict(), "words": limit.words}
