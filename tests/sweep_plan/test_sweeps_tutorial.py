"""The tutorial works as written: its files are sound and its lines open the results."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.experiment.design import DESIGNS
from vraem.experiment.library import packaged_experiments
from vraem.experiment.loader import load_experiment
from vraem.experiment.plan import run_count

PAGE = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")
TOML = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the five runs of the tutorial were done."""
    place = tmp_path_factory.mktemp("tutorial")
    (place / "five.toml").write_text(TOML[0], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        done = CliRunner().invoke(cli, ["sweep", "five.toml", "--workers", "1"])
        assert done.exit_code == 0, done.output
        yield place


def test_the_results_open_in_one_line_each_in_pandas_polars_and_duckdb(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for name in ("polars", "duckdb"):
        pytest.importorskip(name)
    assert len(PYTHON) == 5
    names: dict = {}
    for block in PYTHON:
        exec(block, names)
        assert len(names["runs"]) == (1 if "duckdb" in block else 5)
    assert names["differences"]["history"].tolist() == [0.0] * 5


def test_the_first_file_is_five_runs(folder):
    assert run_count(load_experiment(folder / "five.toml")) == 5


@pytest.mark.parametrize("more", range(1, len(TOML)))
def test_each_piece_can_be_added_to_the_first_file(more, tmp_path):
    piece = TOML[more]
    first = re.sub(r"\[replicates\]\ncount = 5[^\n]*\n", "", TOML[0]) if "[replicates]" in piece else TOML[0]
    if "against" in piece:
        first += TOML[1]
    file = tmp_path / "more.toml"
    file.write_text(f"{first}\n{piece}", encoding="utf-8")
    experiment = load_experiment(file)
    if "arm.each" in piece:
        arms = [name for name, _ in experiment.arms[1:]]
        assert arms == ["crews-500-pichari", "crews-500-kimbiri", "crews-1500-pichari", "crews-1500-kimbiri"]


def test_the_page_names_every_design_and_packaged_experiment_with_its_size():
    table = {line.split("|")[1].strip(" `"): line for line in PAGE.splitlines() if line.startswith("| `")}
    assert set(DESIGNS) <= set(table)
    assert all(
        line.rstrip("| ").endswith("yes") == DESIGNS[kind].common
        for kind, line in table.items()
        if kind in DESIGNS
    )
    for name in packaged_experiments():
        assert f"{run_count(load_experiment(name)):,}".replace(",", " ") in table[name]
