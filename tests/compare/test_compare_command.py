"""`vraem compare` answers with a table, words and files, or with one line a fault."""

import json
import subprocess
import sys

import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.cli.comparison_page import closing, table, words

SMALL = ("--households", "400", "--replicates", "2", "--workers", "1", "--set", "run.end=2013-06-30")
SLUMP = """
extends = "history"
name = "slump"
description = "half the price"
compare_with = "history"

[[event]]
kind = "price_shock"
start = 2012-06-04
end = 2023-12-31
factor = 0.5
"""


def call(*words):
    return CliRunner().invoke(cli, ["compare", *map(str, words)], prog_name="vraem")


@pytest.fixture
def slump(tmp_path):
    file = tmp_path / "slump.toml"
    file.write_text(SLUMP, encoding="utf-8")
    return file


def test_the_command_compares_writes_and_draws(slump, tmp_path):
    out = tmp_path / "out"
    done = call("history", slump, *SMALL, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "slump against history" in done.stdout
    assert "are the same until 2012-06-04" in done.stdout
    document = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    assert [scenario["arm"] for scenario in document["scenarios"]] == ["history", "slump"]
    runs = parquet.read_table(out / "comparison.parquet").to_pandas()
    assert set(runs.arm) == {"history", "slump"}
    assert sorted(set(runs.seed)) == [1, 2]
    paths = parquet.read_table(out / "paths.parquet").to_pandas()
    assert ((paths.low <= paths["median"]) & (paths["median"] <= paths.high) | paths["median"].isna()).all()
    stems = ("difference-paths", "differences", "paths")
    drawn = sorted(path.name for path in (out / "figures").iterdir())
    assert drawn == sorted(f"{stem}.{ending}" for stem in stems for ending in ("png", "svg"))


def test_one_scenario_is_set_against_the_one_its_file_names(slump, tmp_path):
    done = call(slump, *SMALL, "--no-figures", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "slump against history" in done.stdout
    assert not (tmp_path / "out" / "figures").exists()


def test_the_same_comparison_is_replaced_another_is_not_unless_forced(slump, tmp_path):
    out = tmp_path / "out"
    quick = (*SMALL, "--no-figures", "--out", out)
    assert call("history", slump, *quick).exit_code == 0
    before = (out / "comparison.parquet").read_bytes()
    assert call("history", slump, *quick).exit_code == 0
    assert (out / "comparison.parquet").read_bytes() == before
    refused = call(slump, "history", *quick)
    assert refused.exit_code == 2
    assert "holds other results" in refused.stderr
    assert call(slump, "history", *quick, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "compare: got no scenario, expected two or more"),
        (["history"], "compare: got one scenario (history), expected two or more"),
        (["history", "baseline"], "baseline: got the same as history in every week"),
        (["history", "histroy"], "did you mean history?"),
        (["history", "price-slump", "--set", "run.bogus=1"], "run.bogus: got an unknown key"),
        (["history", "price-slump"], "its file names baseline to compare it with"),
    ],
)
def test_faults_are_one_line_and_exit_code_2(arguments, expected, tmp_path):
    done = call(*arguments, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert expected in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_faults_of_all_files_are_told_at_once(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(
            f'extends = "history"\nname = "{name}"\nbogus = 1\n', encoding="utf-8"
        )
    done = call(tmp_path / "one.toml", tmp_path / "two.toml")
    assert done.exit_code == 2
    assert "one.toml" in done.stderr
    assert "two.toml" in done.stderr
    assert done.stderr.splitlines()[-1] == "4 faults"


def test_different_households_are_one_line(slump, tmp_path):
    slump.write_text(SLUMP + "\n[run]\nhouseholds = 500\n", encoding="utf-8")
    done = call("history", slump, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stderr.startswith("slump: run.households: got 500, expected 40000 as in history; ")


def test_one_replicate_is_refused_by_the_command():
    done = call("history", "price-slump", "--replicates", 1)
    assert done.exit_code == 2
    assert "2" in done.stderr


def test_the_table_marks_what_is_clear_and_words_name_it(halved):
    row = next(line for line in table(halved, "slump").splitlines() if "price of cocaine" in line)
    assert row.rstrip().endswith("*")
    assert "%" in row
    (sentence, *_) = words(halved, "slump")
    clear, _, rest = sentence.partition("Not clear:")
    assert "growers' income -" in clear
    assert "growers' income" not in rest


def test_the_page_ends_with_what_intervals_do_not_cover(halved):
    assert "do not cover doubt about parameters" in closing(halved)
    assert f"about {halved.variance_gain:.1f} times as many runs" in closing(halved)


def test_help_imports_no_heavy_library():
    code = (
        "import sys\nfrom vraem.cli import cli\n"
        "try: cli(['compare', '--help'], prog_name='vraem')\nexcept SystemExit: pass\n"
        "print([m for m in ('pydantic', 'numpy', 'scipy', 'matplotlib', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip().endswith("[]")


def test_a_seed_after_which_none_can_follow_is_refused_before_the_runs():
    done = call("history", "baseline", "--seed", 2**63 - 1)
    assert done.exit_code == 2
    assert "Invalid value for '--seed'" in done.stderr
