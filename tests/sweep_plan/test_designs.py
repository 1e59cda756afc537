"""Designs have the properties that their names promise."""

import itertools
import math
import sys
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from vraem.experiment.design import DESIGNS, MissingLibraryError, point_count, points
from vraem.experiment.priors import evenly, prior_problem, quantile
from vraem.experiment.types import Design, Factor
from vraem.scenario.parameters import parameter_table

A = Factor("parameters.a", low=0.0, high=10.0, default=5.0)
B = Factor("parameters.b", low=1.0, high=100.0, prior="loguniform", default=10.0)
C = Factor("parameters.c", low=0.0, high=4.0, prior="triangular", mode=1.0, default=1.0)
S = Factor("switches.s", values=("x", "y", "z"), default="x")
ALL = (A, B, C, S)
LOGNORMAL = stats.lognorm(math.log(9) / 2 / stats.norm.ppf(0.975), scale=6)  # 95 per cent from 2 to 18


def shares(factor: Factor, drawn: list[float]) -> np.ndarray:
    """Drawn values back in the unit interval, through SciPy's distributions."""
    span = factor.high - factor.low
    distribution = {
        "uniform": stats.uniform(factor.low, span),
        "loguniform": stats.loguniform(factor.low, factor.high),
        "triangular": stats.triang(((factor.mode or 0) - factor.low) / span, factor.low, span),
    }[factor.prior]
    return distribution.cdf(np.array(drawn))


def column(made, key):
    return [dict(point)[key] for point in made]


def test_a_grid_has_every_combination_of_levels_once():
    made = list(points(Design("grid", levels=3), ALL))
    assert len(made) == len(set(made)) == 3**4
    assert set(column(made, A.key)) == {0.0, 5.0, 10.0}
    assert set(column(made, B.key)) == {1.0, 10.0, 100.0}
    assert set(made) == {
        tuple(zip((f.key for f in ALL), values, strict=True))
        for values in itertools.product([0.0, 5.0, 10.0], [1.0, 10.0, 100.0], [0.0, 2.0, 4.0], "xyz")
    }


def test_one_at_a_time_changes_one_factor_and_leaves_out_the_default():
    made = list(points(Design("one_at_a_time", levels=3), ALL))
    assert made[0] == ()
    assert all(len(point) == 1 for point in made[1:])
    assert [point[0] for point in made[1:]] == [
        (A.key, 0.0), (A.key, 10.0), (B.key, 1.0), (B.key, 100.0),
        (C.key, 0.0), (C.key, 2.0), (C.key, 4.0), (S.key, "y"), (S.key, "z"),
    ]  # fmt: skip


def test_a_factorial_has_the_ends_of_ranges_and_all_forms_of_a_switch():
    listed = Factor("parameters.l", values=(3, 1, 2))
    made = list(points(Design("factorial"), (A, S, listed)))
    assert len(made) == len(set(made)) == 2 * 3 * 2
    assert set(column(made, A.key)) == {0.0, 10.0}
    assert set(column(made, listed.key)) == {1, 3}
    assert set(column(made, S.key)) == {"x", "y", "z"}


@pytest.mark.parametrize("samples", [7, 60])
def test_a_latin_hypercube_hits_every_stratum_of_every_factor_once(samples):
    made = list(points(Design("latin_hypercube", samples=samples), (A, B, C)))
    for factor in (A, B, C):
        strata = np.floor(shares(factor, column(made, factor.key)) * samples + 1e-6).astype(int)
        assert sorted(np.minimum(strata, samples - 1)) == list(range(samples))


def test_a_latin_hypercube_takes_each_form_of_a_switch_equally_often():
    made = list(points(Design("latin_hypercube", samples=60), ALL))
    assert Counter(column(made, S.key)) == {"x": 20, "y": 20, "z": 20}


def test_a_sobol_sequence_is_balanced_in_every_factor_and_in_pairs():
    made = list(points(Design("sobol", samples=64), (A, B)))
    cube = np.column_stack([shares(f, column(made, f.key)) for f in (A, B)])
    for factor in (0, 1):
        assert Counter(np.floor(cube[:, factor] * 64).astype(int)) == dict.fromkeys(range(64), 1)
    # a (0, 6, 2)-net: every box of 64 equal boxes, whatever its shape, holds one point
    for power in range(7):
        rows, columns = 2**power, 2 ** (6 - power)
        boxes = Counter(zip(np.floor(cube[:, 0] * rows), np.floor(cube[:, 1] * columns), strict=True))
        assert set(boxes.values()) == {1}, power
        assert len(boxes) == 64


def test_the_saltelli_scheme_exchanges_one_factor_at_a_time_between_two_samples():
    made = list(points(Design("saltelli", samples=8), (A, B, C)))
    assert len(made) == 8 * (3 + 2)
    for base in range(0, len(made), 5):
        first, *mixed, second = made[base : base + 5]
        for place, point in enumerate(mixed):
            expected = list(first)
            expected[place] = second[place]
            assert list(point) == expected


def test_morris_trajectories_move_one_factor_each_step_and_every_factor_once():
    made = list(points(Design("morris", samples=6, levels=4), ALL))
    assert len(made) == 6 * 5
    for start in range(0, len(made), 5):
        trajectory = made[start : start + 5]
        moved = []
        for before, after in itertools.pairwise(trajectory):
            differing = [one[0] for one, other in zip(before, after, strict=True) if one != other]
            assert len(differing) == 1
            moved += differing
        assert sorted(moved) == sorted(factor.key for factor in ALL)


def test_prior_draws_follow_the_priors_and_stay_inside_their_ranges():
    made = list(points(Design("prior", samples=2000), (A, B, C)))
    for factor in (A, B, C):
        drawn = column(made, factor.key)
        assert min(drawn) >= factor.low
        assert max(drawn) <= factor.high
        assert stats.kstest(shares(factor, drawn), "uniform").pvalue > 0.01
    ranks = np.corrcoef([shares(f, column(made, f.key)) for f in (A, B, C)])
    assert np.abs(ranks - np.eye(3)).max() < 0.07


def test_more_samples_or_factors_leave_earlier_prior_draws_as_they_were():
    few = list(points(Design("prior", samples=10), (A, C)))
    many = list(points(Design("prior", samples=20), (A, B, C)))
    assert [(point[0], point[1]) for point in few] == [(point[0], point[2]) for point in many[:10]]


@pytest.mark.parametrize("kind", list(DESIGNS))
def test_a_design_is_the_same_each_time_and_counts_its_points(kind):
    design = Design(kind, samples=8, levels=4)
    made = list(points(design, ALL))
    assert made == list(points(design, ALL))
    assert len(made) == point_count(design, ALL)


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol", "saltelli", "morris", "prior"])
def test_another_seed_gives_other_points(kind):
    assert list(points(Design(kind, 8, 4, seed=1), ALL)) != list(points(Design(kind, 8, 4, seed=2), ALL))


@pytest.mark.parametrize("kind", ["latin_hypercube", "prior"])
def test_every_parameter_of_the_table_can_be_drawn_inside_its_range(kind):
    factors = [
        Factor(f"parameters.{s.name}", (), s.low, s.high, s.distribution, s.default, s.whole)
        for s in parameter_table()
    ]
    assert [prior_problem(f.prior, f.low, f.high, f.mode) for f in factors] == [""] * len(factors)
    for point in points(Design(kind, samples=40), factors):
        for (_, value), spec in zip(point, parameter_table(), strict=True):
            assert spec.problem(value) == ""


@pytest.mark.parametrize(
    ("factor", "reference"),
    [
        (B, stats.loguniform(1, 100)),
        (C, stats.triang(0.25, 0, 4)),
        (Factor("k", (), 0.2, 0.6, "beta(10,20)"), stats.beta(10, 20)),
        (Factor("k", (), 2.0, 18.0, "lognormal", mode=6.0), LOGNORMAL),
        # mean 2, standard deviation of a normal distribution with 1 to 3 as its central 95 per cent
        (Factor("k", (), 1.0, 3.0, "gamma", mode=2.0), stats.gamma(4 * 1.959964**2, scale=0.5 / 1.959964**2)),
        (Factor("k", (), 0.0, 1.0, "halfnormal"), stats.halfnorm(scale=1 / 1.959964)),
    ],
)
def test_quantiles_agree_with_scipy_between_the_ends_of_the_range(factor, reference):
    first, last = reference.cdf(factor.low), reference.cdf(factor.high)
    for share in (0.0, 0.03, 0.25, 0.5, 0.9, 1.0):
        expected = reference.ppf(first + share * (last - first))
        assert quantile(factor, share) == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_whole_numbers_are_drawn_evenly_and_stay_whole():
    dice = Factor("k", (), 1, 6, whole=True)
    drawn = Counter(quantile(dice, (place + 0.5) / 6000) for place in range(6000))
    assert drawn == dict.fromkeys(range(1, 7), 1000)
    assert evenly(Factor("k", (), 0, 5, whole=True), 3) == (0, 2, 5)


def test_drawn_values_have_few_enough_digits_to_agree_between_machines():
    made = points(Design("latin_hypercube", samples=50), (A, B, C))
    assert all(value == float(f"{value:.10g}") for point in made for _, value in point)


def test_a_missing_library_is_one_line_that_says_how_to_get_it(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(MissingLibraryError) as caught:
        list(points(Design("morris", samples=2, levels=4), ALL))
    assert str(caught.value) == """the design "morris" needs SALib: pip install -e '.[analysis]'"""
