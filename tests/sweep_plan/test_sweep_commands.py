"""The commands for sweeps, as a person uses them."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner

from vraem.cli import cli

FAST = "[replicates]\ncount = 3\n"


def vraem(*words: str | Path, code: int = 0):
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == code, (done.output, done.exception)
    assert "Traceback" not in done.output
    return done


@pytest.fixture
def file(make):
    return make.file(make.text(FAST))


def test_a_sweep_runs_all_says_what_it_did_and_finds_it_done_the_next_time(file, tmp_path):
    out = tmp_path / "out"
    done = vraem("sweep", file, "--out", out, "--workers", "1")
    assert re.match(r"6 runs done in \d+:\d\d", done.stdout)
    assert "shared pasts saved 25 % of the weeks" in done.stdout
    assert "6 of 6 runs" in done.stderr
    again = vraem("sweep", file, "--out", out, "--workers", "1")
    assert re.match(r"0 runs done in \d+:\d\d", again.stdout)
    assert "6 done before" in again.stdout


def test_replicates_can_be_added_to_a_sweep_that_is_done(file, tmp_path):
    out = tmp_path / "out"
    vraem("sweep", file, "--out", out, "--workers", "1", "--replicates", "1", "--quiet")
    more = vraem("sweep", file, "--out", out, "--workers", "1")
    assert "4 runs done" in more.stdout
    assert "2 done before" in more.stdout
    status = vraem("status", out).stdout
    assert status.startswith("small: 6 of 6 runs done (100%), 0 failed, 0 left\n")


def test_a_value_changed_on_the_command_line_is_another_experiment(file, tmp_path):
    out = tmp_path / "out"
    vraem("sweep", file, "--out", out, "--workers", "1", "--quiet")
    refused = vraem("sweep", file, "--out", out, "--set", "run.households=500", "--quiet", code=2)
    assert "holds another experiment (small, id " in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_shards_in_folders_of_their_own_merge_into_the_whole(file, tmp_path):
    whole, merged = tmp_path / "whole", tmp_path / "merged"
    vraem("sweep", file, "--out", whole, "--workers", "1", "--quiet")
    for part in (1, 2):
        vraem(
            "sweep",
            file,
            "--out",
            tmp_path / f"part{part}",
            "--workers",
            "1",
            "--shard",
            f"{part}/2",
            "--quiet",
        )
    done = vraem("merge", merged, tmp_path / "part1", tmp_path / "part2")
    assert done.stdout == f"{merged}: 6 runs done, 0 failed, 0 left\n"
    for folder in (whole, merged):
        vraem("export", folder)
    for name in ("runs.csv", "series.csv"):
        assert (whole / "export" / name).read_bytes() == (merged / "export" / name).read_bytes()


def test_replicates_are_added_until_the_interval_is_narrow_enough(make, tmp_path):
    until = '[replicates]\ncount = 2\nuntil = {outcome = "area", half_width_share = 1e-9, step = 2, at_most = 5}\n'
    file, out = make.file(make.text(until)), tmp_path / "out"
    assert "10 runs done" in vraem("sweep", file, "--out", out, "--workers", "1").stdout
    plan = parquet.read_table(out / "plan.parquet")
    assert sorted(set(plan["replicate"].to_pylist())) == [0, 1, 2, 3, 4]
    assert "0 runs done" in vraem("sweep", file, "--out", out, "--workers", "1").stdout


def test_shards_say_that_they_add_no_replicates(make, tmp_path):
    until = '[replicates]\ncount = 2\nuntil = {outcome = "area", half_width_share = 1e-9, step = 2, at_most = 5}\n'
    out = tmp_path / "out"
    done = vraem("sweep", make.file(make.text(until)), "--out", out, "--workers", "1", "--shard", "1/1")
    assert "note: shards run the first 2 replicates" in done.stderr
    assert "4 runs done" in done.stdout
    assert "6 runs done" in vraem("sweep", out / "experiment.toml", "--out", out, "--workers", "1").stdout


def test_a_failed_run_is_told_with_its_seed_and_the_exit_code(make, tmp_path):
    out = tmp_path / "out"
    file = make.file(make.text(FAST, head="time_limit = 0.001\n"))
    done = vraem("sweep", file, "--out", out, "--workers", "1", code=1)
    assert "6 runs failed" in done.stdout
    status = vraem("status", out).stdout
    assert "0 of 6 runs done (0%), 6 failed, 0 left" in status
    assert "for example" in status
    assert "arm control, seed " in status or "arm shock, seed " in status


def test_the_command_to_go_on_with_can_be_run_as_it_stands(file, tmp_path):
    out = tmp_path / "a b"
    vraem("sweep", file, "--out", out, "--workers", "1", "--shard", "1/1", "--replicates", "1", "--quiet")
    for part in (out / "runs").iterdir():
        part.unlink()
    command = shlex.split(vraem("status", out).stdout.splitlines()[-1].partition(": ")[2])
    assert command == ["vraem", "sweep", str(out / "experiment.toml"), "--out", str(out)]


def test_an_export_is_one_file_for_each_table(file, tmp_path):
    out = tmp_path / "out"
    vraem("sweep", file, "--out", out, "--workers", "1", "--quiet")
    written = vraem("export", out, "--to", tmp_path / "tables", "--format", "parquet").stdout.splitlines()
    assert [Path(path).name for path in written] == ["runs.parquet", "timings.parquet", "series.parquet"]
    runs = parquet.read_table(written[0])
    assert runs.num_rows == 6
    assert runs.schema.field("area").metadata[b"unit"] == b"ha"


def test_ctrl_c_leaves_what_is_finished_and_the_same_command_goes_on(make, tmp_path):
    out = tmp_path / "out"
    file = make.file(make.text("[replicates]\ncount = 30\n"))
    command = [sys.executable, "-m", "vraem.cli", "sweep", str(file), "--out", str(out), "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        for line in process.stderr:
            if " of 60 runs" in line:
                break
        process.send_signal(signal.SIGINT)
        told, faults = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "run the same command again to go on" in told
    assert "Traceback" not in told + faults
    left = int(told.partition("stopped: ")[2].split()[0])
    assert 0 < left < 60
    before = 60 - left
    again = vraem("sweep", file, "--out", out, "--workers", "2", "--set", "series=none")
    assert f"{left} runs done" in again.stdout
    assert f"{before} done before" in again.stdout


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("sweep", "clasroom"), "did you mean classroom or "),
        (("sweep", "classroom", "--shard", "5/4"), "got 5/4, expected I/N with I from 1 to N, such as 3/16"),
        (
            ("sweep", "classroom", "--dask", "tcp://x:1", "--workers", "2"),
            "--dask and --workers exclude each other",
        ),
        (("status", "no-such-folder"), "expected the folder of a sweep"),
        (("export", "no-such-folder"), "expected the folder of a sweep"),
        (("merge", "new", "no-such-folder"), "expected the folder of a sweep"),
    ],
)
def test_a_mistake_on_the_command_line_gets_one_clear_line(words, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert line in vraem(*words, code=2).stderr
    assert not list(tmp_path.iterdir())


def test_a_design_without_its_library_is_one_line(make, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    more = '[[factor]]\nparameter = "harvest_cost"\n[design]\nkind = "morris"\nsamples = 2\nlevels = 4\n'
    done = vraem("sweep", make.file(make.text(more)), "--out", tmp_path / "out", "--quiet", code=2)
    assert done.stderr == """the design "morris" needs SALib: pip install -e '.[analysis]'\n"""


def test_check_takes_experiments_and_scenarios_and_counts_the_runs(file):
    done = vraem("check", file, "history", "classroom")
    assert f"{file}: sound (experiment small, 2 arms, 1 point, 3 replicates: 6 runs, id " in done.stdout
    assert "history: sound (scenario history" in done.stdout
    assert "classroom: sound (experiment classroom, 4 arms" in done.stdout


def test_check_tells_the_faults_of_an_experiment(make):
    done = vraem("check", make.file(make.text().replace("coca_area", "coca_aera")), code=2)
    assert "did you mean coca_area" in done.stderr


def test_check_notes_an_event_outside_the_run(make):
    file = make.file(
        make.text().replace("start = 2012-07-02\nend = 2012-12-31", "start = 2013-07-02\nend = 2013-12-31")
    )
    assert "note: arm shock: event.0 (price_shock" in vraem("check", file).stdout


def test_the_schema_of_experiments_is_printed():
    schema = json.loads(vraem("schema", "experiment").stdout)
    assert schema["title"] == "vraem experiment"
    assert schema["properties"]["event"]["items"]["discriminator"]["propertyName"] == "kind"


def test_help_does_not_pay_for_sweeps():
    code = (
        "import sys; from click.testing import CliRunner; from vraem.cli import cli;"
        "CliRunner().invoke(cli, ['--help']); print('numpy' in sys.modules, 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
