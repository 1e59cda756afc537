"""A store leaves what is not its own alone, says which of its files is damaged, and shows what holds now."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from sweep_worlds import troubled

from vraem.experiment.part_files import StoreError
from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.store_removal import remove_store
from vraem.experiment.types import Experiment

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.fixture
def store(one_worker: Reference, tmp_path: Path) -> Path:
    """A store that a test may change."""
    return Path(shutil.copytree(one_worker[0], tmp_path / "store"))


@pytest.mark.parametrize("name", ["experiment.toml", "plan.parquet"])
def test_a_file_of_somebody_else_is_never_written_over(
    name: str, experiment: Experiment, tmp_path: Path
) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match=f"holds an? {name} .*choose another --out"):
        Store.create(tmp_path, experiment)
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_a_sweep_that_was_killed_before_its_manifest_goes_on(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "experiment.toml").write_text(experiment.text, encoding="utf-8")
    assert Store.create(tmp_path, experiment).name == "small"


def test_a_damaged_plan_is_told_with_its_name(store: Path) -> None:
    (store / "plan.parquet").write_bytes(b"no table")
    for read in (Store.open(store).status, Store.open(store).plan):
        with pytest.raises(StoreError, match=r"plan\.parquet: cannot be read"):
            read()


def test_a_table_that_names_no_runs_is_told_with_its_name(store: Path) -> None:
    parquet.write_table(pa.table({"other": [1]}), store / "plan.parquet")
    with pytest.raises(StoreError, match=r"plan\.parquet: cannot be read \(no column id\)"):
        Store.open(store).plan()


def test_thresholds_of_an_older_version_are_called_so_both_ways(store: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(store, tmp_path / "older"))
    manifest = json.loads((older / "manifest.json").read_text(encoding="utf-8"))
    del manifest["thresholds_hash"]
    (older / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StoreError, match=", not of an older version;"):
        Store.open(store).merge([older])
    with pytest.raises(StoreError, match=r"by the thresholds of an older version, not [0-9a-f]+;"):
        Store.open(older).merge([store])


def test_what_was_tried_again_is_timed_and_exported_as_it_went_last(
    experiment: Experiment, tmp_path: Path
) -> None:
    tasks = list(plan(experiment))[:1]
    out = tmp_path / "out"
    first = tasks[0].runs[0]
    failing = troubled(experiment, {(first.arm, first.point, first.replicate): "raise"})
    assert sweep(failing, tasks, out, workers=1).failed == 1
    assert "failures.csv" in {path.name for path in Store.open(out).export(tmp_path / "csv")}
    assert sweep(experiment, tasks, out, workers=1, retry_failed=True).done == 1
    timings = Store.open(out).timings().to_pandas().set_index("id")
    assert timings.loc[first.id, "weeks"] == 18  # a run that failed has none
    Store.open(out).export(tmp_path / "csv")
    assert not (tmp_path / "csv" / "failures.csv").exists()


def test_taking_a_store_away_leaves_what_others_put_there(store: Path) -> None:
    (store / "notes.txt").write_text("mine", encoding="utf-8")
    (store / "runs" / "mine.csv").write_text("mine", encoding="utf-8")
    remove_store(Store.open(store))
    left = sorted(path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file())
    assert left == ["notes.txt", "runs/mine.csv"]


def test_taking_a_store_away_leaves_no_empty_folder(store: Path) -> None:
    remove_store(Store.open(store))
    assert not store.exists()
