"""Damage to the folder of a sweep is told by the name of the file, with the right advice; nothing counts as empty."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from sweep_worlds import digests

from vraem.experiment.part_files import StoreError
from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.fixture
def store(one_worker: Reference, tmp_path: Path) -> Path:
    """A store that a test may change."""
    return Path(shutil.copytree(one_worker[0], tmp_path / "store"))


def part_of(store: Path, folder: str) -> Path:
    return sorted((store / folder).glob("part-*"))[0]


@pytest.mark.parametrize("folder", ["runs", "failures"])
def test_a_file_in_place_of_a_folder_is_not_taken_for_no_results(store: Path, folder: str) -> None:
    shutil.rmtree(store / folder)
    (store / folder).write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match=f"{folder}: got a file, expected a folder of part files"):
        Store.open(store).status()


def test_a_folder_that_cannot_be_listed_is_not_taken_for_no_results(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.scandir

    def closed(path: Any) -> Any:
        if Path(path).name == "runs":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(StoreError, match=r"runs: cannot be listed \(Permission denied\)"):
        Store.open(store).status()


def test_part_folders_are_tried_before_anything_is_run(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **said: Any) -> Any:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("vraem.experiment.part_files.tempfile.TemporaryFile", full)
    monkeypatch.setattr("vraem.experiment.runner._executor", lambda *_: pytest.fail("workers were started"))
    with pytest.raises(StoreError, match="cannot be written to"):
        sweep(experiment, plan(experiment), tmp_path / "out", workers=1)


def test_a_changed_bit_is_found(store: Path) -> None:
    part = part_of(store, "runs")
    column = parquet.ParquetFile(part).metadata.row_group(0).column(5)
    ends, content = column.data_page_offset + column.total_compressed_size, part.read_bytes()
    for place in range(ends - 40, ends):  # some of them still make numbers, of another value
        part.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        with pytest.raises(StoreError, match=f"{part.name}: cannot be read"):
            Store.open(store).runs()


@pytest.mark.parametrize(
    ("folder", "advice"),
    [
        ("runs", r"; move it away and run the sweep again$"),
        ("series", "run the sweep again with --missing-series$"),
        ("timings", "only what these runs took is lost$"),
    ],
)
def test_the_advice_on_a_damaged_part_is_that_of_its_folder(store: Path, folder: str, advice: str) -> None:
    part_of(store, folder).write_bytes(b"no table")
    read = Store.open(store)
    with pytest.raises(StoreError, match=advice):
        {"runs": read.runs, "series": read.series, "timings": read.timings}[folder]()


def test_series_that_were_lost_are_counted_and_made_again(
    store: Path, experiment: Experiment, one_worker: Reference
) -> None:
    kept = Store.open(store).without_series()
    for part in (store / "series").iterdir():
        part.unlink()
    lost = Store.open(store).without_series()
    assert (len(kept), len(lost)) == (0, 18)
    assert sweep(experiment, plan(experiment), store, workers=1).done == 0
    assert sweep(experiment, plan(experiment), store, workers=1, missing_series=True).done == 18
    assert not Store.open(store).without_series()
    assert digests(store) == one_worker[2]


def test_nothing_is_merged_if_one_part_is_damaged(
    store: Path, experiment: Experiment, tmp_path: Path
) -> None:
    part = part_of(store, "runs")
    part.write_bytes(part.read_bytes()[:-100])
    target = Store.create(tmp_path / "all", experiment)
    with pytest.raises(StoreError, match=f"store/runs/{part.name}: cannot be read"):
        target.merge([store])
    assert not list(target.directory.rglob("part-*"))


def test_merging_replaces_a_damaged_part_and_refuses_a_different_one(
    store: Path, one_worker: Reference, tmp_path: Path
) -> None:
    target = Path(shutil.copytree(store, tmp_path / "all"))
    part = part_of(target, "runs")
    sound = part.read_bytes()
    part.write_bytes(b"no table")
    assert Store.open(target).merge([store]) == 1
    assert part.read_bytes() == sound
    parquet.write_table(parquet.read_table(part).slice(1), part)
    with pytest.raises(StoreError, match=f"store/runs/{part.name}: got another file than .*all/runs"):
        Store.open(target).merge([store])


def changed(part: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    parquet.write_table(change(parquet.read_table(part)), part)


def as_type(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.column_names.index(name), name, table[name].cast(kind))


def without_arm(table: pa.Table) -> pa.Table:
    return table.set_column(1, "arm", pa.nulls(len(table), pa.string()))


@pytest.mark.parametrize(
    ("folder", "change", "said"),
    [
        ("runs", as_type("replicate", pa.string()), "column replicate holds string, expected int64"),
        ("runs", as_type("area", pa.string()), "column area holds string, expected double"),
        ("runs", lambda table: table.drop_columns(["price"]), "no column price"),
        ("runs", without_arm, "a row without arm"),
        ("timings", lambda table: table.drop_columns(["finished"]), "no column finished"),
        ("timings", as_type("seconds", pa.string()), "column seconds holds string, expected double"),
    ],
)
def test_a_part_with_other_columns_is_told_by_its_name(
    store: Path, folder: str, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    part = part_of(store, folder)
    changed(part, change)
    read = Store.open(store)
    with pytest.raises(StoreError, match=rf"{part.name}: cannot be read \({said}\)"):
        {"runs": read.runs, "timings": read.timings}[folder]()


def test_failures_that_name_runs_only_are_told(store: Path) -> None:
    keys = parquet.read_table(part_of(store, "runs"), columns=["id", "arm", "point", "replicate"])
    parquet.write_table(keys, store / "failures" / "part-x.parquet")
    with pytest.raises(StoreError, match=r"part-x\.parquet: cannot be read \(no column seed\)"):
        Store.open(store).failures()


def test_parts_whose_other_columns_do_not_go_together_are_told(store: Path) -> None:
    part = part_of(store, "runs")
    table = parquet.read_table(part)
    other = table.set_column(table.column_names.index("rules"), "rules", pa.array([[1]] * len(table)))
    parquet.write_table(other, store / "runs" / "part-zz.parquet")
    with pytest.raises(StoreError, match=r"part-zz\.parquet: cannot be read"):
        Store.open(store).runs()


def put(manifest: dict[str, Any], key: str, value: Any) -> None:
    *tables, last = key.split(".")
    for name in tables:
        manifest = manifest[name]
    if value is None:
        del manifest[last]
    else:
        manifest[last] = value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("vraem", None),
        ("vraem", 9),
        ("experiment", []),
        ("experiment.id", None),
        ("experiment.name", 3),
        ("columns.outcomes", ["area"]),
        ("columns.outcomes", {"area": 1}),
        ("columns.factors", {"parameters.demand_elasticity": ["x"]}),
        ("columns.factors", {"parameters.demand_elasticity": ["x", "list", 1]}),
        ("columns.texts", "area"),
        ("libraries", None),
        ("thresholds_hash", 4),
    ],
)
def test_a_manifest_of_another_shape_is_told_in_one_line(store: Path, key: str, value: Any) -> None:
    path = store / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    put(manifest, key, value)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(
        StoreError, match=rf"manifest\.json: cannot be read as the manifest of a sweep \({key}"
    ):
        Store.open(store)


def test_a_manifest_that_is_nested_without_end_is_told(store: Path) -> None:
    (store / "manifest.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be read as the manifest"):
        Store.open(store)


def test_fewer_replicates_leave_the_larger_number_in_the_folder(store: Path, experiment: Experiment) -> None:
    fewer = replace(experiment, replicates=replace(experiment.replicates, count=2))
    told: list[int | None] = []
    report = sweep(fewer, plan(fewer), store, workers=1, progress=lambda now: told.append(now.total))
    assert (report.done, report.skipped, told[-1]) == (0, 12, 12)
    assert "count = 6" in (store / "experiment.toml").read_text(encoding="utf-8")
