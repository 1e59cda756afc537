"""What a sweep and its status say of open numbers of replicates, lost series and smaller numbers of seeds."""

import re
import shlex

import pytest

from tests.sweep_plan.test_sweep_commands import vraem
from vraem.experiment.adaptive import half_width
from vraem.experiment.loader import load_experiment
from vraem.experiment.precision import precision_in_words, runs_needed

UNTIL = """
[replicates]
count = 2
[replicates.until]
outcome = "area"
{limit}
step = 2
at_most = {most}
"""
ALONE = '[[arm]]\nname = "control"\n'


def experiment_of(make, limit="half_width = 12", most=4, arms=ALONE):
    return make.file(make.text(UNTIL.format(limit=limit, most=most), arms=arms))


def rows_of(values):
    return [
        {"arm": "control", "point": 0, "replicate": number, "area": value}
        for number, value in enumerate(values)
    ]


def test_a_sweep_that_ends_too_wide_says_so_and_counts_to_its_end(make, tmp_path):
    file, out = experiment_of(make, "half_width = 0.001", 6), tmp_path / "out"
    done = vraem("sweep", file, "--out", out, "--workers", "1")
    wide = r"in 1 of 1 point the interval of area is still ±[\d.e+]+ \(asked 0\.001\) after 6 replicates"
    assert re.search(f"note: {wide}", done.stderr)
    for ended, total in re.findall(r"(\d+) of (\d+) runs", done.stderr):
        assert int(ended) <= int(total)
    assert "6 of 6 runs" in done.stderr
    status = vraem("status", out).stdout
    assert status.startswith("small: 6 of 6 runs done (100%), 0 failed, 0 left\n")
    assert re.search(wide, status)


def test_status_counts_the_replicates_that_shards_did_not_add(make, tmp_path):
    file, out = experiment_of(make, "half_width = 0.001", 6), tmp_path / "out"
    vraem("sweep", file, "--out", out, "--workers", "1", "--shard", "1/1", "--quiet")
    status = vraem("status", out).stdout
    assert status.startswith("small: 2 of 4 runs done (50%), 0 failed, 2 left\n")
    assert "still" not in status
    assert status.splitlines()[-1].startswith("go on with: vraem sweep ")


@pytest.mark.parametrize(
    ("limit", "values", "said"),
    [
        ("half_width = 12", [0.0, 100.0, 0.0, 100.0], f"±{half_width([0, 100, 0, 100], 0.9):.4g} (asked 12)"),
        # Student's t of 3 degrees at .95 is 2.353, and the standard error 57.74 / 2: 68 % of a mean of 100
        ("half_width_share = 0.05", [50.0, 150.0] * 2, "±68\u00a0% of the mean (asked 5 % of the mean)"),
        ("half_width_share = 0.05", [-50.0, -150.0] * 2, "±68\u00a0% of the mean (asked 5 % of the mean)"),
        ("half_width = 0.1", [0.0, 0.0, 0.0, 0.0], "wider than asked (0.1)"),
        ("half_width = 1000", [0.0, 100.0, 0.0, 100.0], ""),
    ],
)
def test_an_interval_that_stayed_too_wide_is_told_with_its_width(make, limit, values, said):
    told = precision_in_words(load_experiment(experiment_of(make, limit)), rows_of(values))
    assert said in told
    assert bool(told) == bool(said)


def test_runs_that_are_needed_are_those_that_did_not_end(make):
    experiment = load_experiment(experiment_of(make))
    assert runs_needed(experiment, [], ()) == 2
    assert runs_needed(experiment, rows_of([0.0, 100.0]), ()) == 2


def test_lost_series_are_told_and_the_command_makes_them_again(make, tmp_path):
    file, out = make.file(make.text("[replicates]\ncount = 2\n")), tmp_path / "out"
    vraem("sweep", file, "--out", out, "--workers", "1", "--quiet")
    for part in (out / "series").iterdir():
        part.unlink()
    line = "series of 4 runs that should be kept are missing; vraem sweep --missing-series makes them again"
    status = vraem("status", out).stdout
    assert line in status
    assert f"note: {line}" in vraem("export", out).stderr
    command = shlex.split(status.splitlines()[-1].partition(": ")[2])
    assert "4 runs done" in vraem(*command[1:], "--workers", "1").stdout
    assert "missing" not in vraem("status", out).stdout


def test_fewer_replicates_leave_a_command_that_goes_on(make, tmp_path):
    file, out = make.file(make.text("[replicates]\ncount = 3\n")), tmp_path / "out"
    vraem("sweep", file, "--out", out, "--workers", "1", "--quiet")
    for part in (out / "runs").iterdir():
        part.unlink()
    some = vraem("sweep", file, "--out", out, "--workers", "1", "--replicates", "1")
    assert "2 of 2 runs" in some.stderr
    status = vraem("status", out).stdout
    assert status.startswith("small: 2 of 6 runs done (33%), 0 failed, 4 left\n")
    command = shlex.split(status.splitlines()[-1].partition(": ")[2])
    assert "4 runs done" in vraem(*command[1:], "--workers", "1").stdout
