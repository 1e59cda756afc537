"""Replicates are added until the interval is narrow enough, and only then no more."""

import dataclasses
import math
import random

import numpy as np
import pytest
from scipy import stats

from vraem.experiment.adaptive import half_width, narrow_enough, wanted
from vraem.experiment.plan import next_tasks, plan
from vraem.experiment.types import Replicates, RunRecord

UNTIL = """
[replicates]
count = 4
[replicates.until]
outcome = "area"
against = "control"
half_width = {width}
step = 3
at_most = 20
"""


def simulate(experiment, effect, *, spoil=lambda run: False):
    """Runs all tasks with made-up outcomes until none is asked for; returns the records in order."""
    records = []
    batch = list(plan(experiment))
    while batch:
        for task in batch:
            for run in task.runs:
                done = "failed" if spoil(run) else "done"
                scalars = {} if spoil(run) else {"area": effect(run)}
                records.append(RunRecord(run, done, scalars, None, None, 0.0, 0))
        assert len(records) < 10_000
        batch = list(next_tasks(experiment, records))
    return records


def noisy(spread):
    def effect(run):
        common = random.Random(run.seed).gauss(0, 100)  # the same in both arms: pairing takes it out
        own = random.Random(run.seed + (run.arm == "shock")).gauss(0, spread)
        return 1000 + common + (5 + own if run.arm == "shock" else 0)

    return effect


def replicates_of(records):
    return {record.run.replicate for record in records}


def test_the_interval_is_students(make):
    sample = [3.0, 4.5, 1.0, 2.5, 7.0]
    low, high = stats.t.interval(0.9, 4, np.mean(sample), stats.sem(sample))
    assert half_width(sample, 0.9) == pytest.approx((high - low) / 2)
    assert half_width([1.0], 0.9) == math.inf


def test_replicates_stop_at_the_first_step_where_the_interval_is_narrow_enough(make):
    experiment = make(UNTIL.format(width=5.0))
    records = simulate(experiment, noisy(10))
    count = len(replicates_of(records))
    assert count in (4, 7, 10, 13, 16, 19, 20)
    differences = {}
    for record in records:
        sign = 1 if record.run.arm == "shock" else -1
        replicate = record.run.replicate
        differences[replicate] = differences.get(replicate, 0.0) + sign * record.scalars["area"]
    ordered = [differences[replicate] for replicate in range(count)]
    assert 4 < count < 20
    assert half_width(ordered, 0.9) <= 5.0
    assert all(half_width(ordered[:fewer], 0.9) > 5.0 for fewer in range(4, count, 3))


def test_without_noise_between_arms_the_fewest_are_enough_because_arms_are_paired(make):
    assert len(replicates_of(simulate(make(UNTIL.format(width=1.0)), noisy(0)))) == 4


def test_without_pairing_the_same_runs_are_not_enough(make):
    text = UNTIL.format(width=1.0).replace('against = "control"\n', "")
    assert len(replicates_of(simulate(make(text), noisy(0)))) == 20


def test_replicates_end_at_the_most_that_are_allowed(make):
    assert len(replicates_of(simulate(make(UNTIL.format(width=0.001)), noisy(10)))) == 20


def test_each_point_has_as_many_as_it_needs(make):
    factor = '[[factor]]\nswitch = "risk_belief"\n[design]\nkind = "grid"\n'
    experiment = make(factor + UNTIL.format(width=1.0))
    calm, rough = noisy(0), noisy(50)
    records = simulate(experiment, lambda run: (rough if run.point else calm)(run))
    assert {point: len({r.run.replicate for r in records if r.run.point == point}) for point in (0, 1)} == {
        0: 4,
        1: 20,
    }


def test_the_answer_does_not_hang_on_the_order_of_records(make):
    experiment = make(UNTIL.format(width=5.0))
    records = simulate(experiment, noisy(10))[:14]
    expected = list(next_tasks(experiment, records))
    assert expected
    for draw in range(5):
        assert list(next_tasks(experiment, random.Random(draw).sample(records, len(records)))) == expected


def test_a_step_is_finished_before_the_next_is_decided(make):
    experiment = make(UNTIL.format(width=5.0))
    records = simulate(experiment, noisy(10))
    incomplete = [record for record in records if record.run.replicate < 4][:-1]
    assert [task.runs[0].replicate for task in next_tasks(experiment, incomplete)] == [3]


def test_failed_runs_count_as_ended_and_give_no_value(make):
    experiment = make(UNTIL.format(width=1.0))
    records = simulate(experiment, noisy(0), spoil=lambda run: run.replicate == 1 and run.arm == "shock")
    assert len(replicates_of(records)) == 4
    assert len(replicates_of(simulate(experiment, noisy(0), spoil=lambda run: run.arm == "shock"))) == 20


def test_rows_of_a_table_serve_as_well_as_records(make):
    experiment = make(UNTIL.format(width=5.0))
    records = simulate(experiment, noisy(10))[:14]
    rows = [
        {"arm": r.run.arm, "point": r.run.point, "replicate": r.run.replicate, "area": r.scalars["area"]}
        for r in records
    ]
    assert list(next_tasks(experiment, rows)) == list(next_tasks(experiment, records))


def test_a_share_is_taken_of_the_mean(make):
    rule = Replicates(2, outcome="x", half_width_share=0.1, level=0.9)
    sample = [99.0, 101.0, 100.0, 100.0]
    assert narrow_enough(rule, sample)
    assert not narrow_enough(rule, [value - 99 for value in sample])
    assert not narrow_enough(dataclasses.replace(rule, half_width_share=None, half_width=0.01), sample)


def test_no_record_means_the_first_step(make):
    assert wanted(make(UNTIL.format(width=1.0)), {}) == 4


def test_yes_and_no_that_were_all_the_same_so_far_are_not_known_for_ever():
    rule = Replicates(2, outcome="x", half_width=0.05, level=0.9)
    assert not narrow_enough(rule, [0.0] * 10)
    assert narrow_enough(rule, [0.0] * 100)
    paired = Replicates(2, outcome="x", against="control", half_width=0.05, level=0.9)
    assert not narrow_enough(paired, [0.0] * 40)


def test_what_comes_seldom_is_watched_long_enough():
    random = np.random.default_rng(5)
    rule = Replicates(2, outcome="x", half_width=0.05, level=0.9)
    covered = 0
    for _ in range(200):
        values = (random.random(400) < 0.02).astype(float).tolist()
        count = next(n for n in range(10, 401, 10) if n == 400 or narrow_enough(rule, values[:n]))
        mean = sum(values[:count]) / count
        covered += abs(mean - 0.02) <= max(half_width([*values[:count], 0.0, 1.0], 0.9), 0.02)
    assert covered >= 170
