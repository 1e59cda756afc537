"""The store: what is in it, how it opens elsewhere, what readers drop."""

import datetime
import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
import pytest
from sweep_worlds import digests, keys

from vraem.analysis.results import Results
from vraem.experiment.failures import WorkerDied, died
from vraem.experiment.part_files import PartWriter, StoreError
from vraem.experiment.plan import plan
from vraem.experiment.rows import Columns
from vraem.experiment.runner import SweepReport
from vraem.experiment.store import Store
from vraem.experiment.store_merge import merge_into_new
from vraem.experiment.types import Experiment
from vraem.scenario.faults import ScenarioError

Reference = tuple[Path, SweepReport, dict[str, str]]


def test_a_store_says_what_was_asked_and_with_what(experiment: Experiment, one_worker: Reference) -> None:
    directory = one_worker[0]
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["experiment"]["id"] == experiment.id
    assert manifest["experiment"]["rules_sha256"] == experiment.rules_hash
    assert set(manifest["experiment"]["arms"]) == {"history", "crews", "closed"}
    assert {"vraem", "python", "libraries", "platform", "created_utc"} <= set(manifest)
    assert (directory / "experiment.toml").read_text(encoding="utf-8") == experiment.text
    planned = parquet.read_table(directory / "plan.parquet")
    assert len(planned) == 36
    assert sorted(planned["id"].to_pylist()) == [key[0] for key in keys(experiment)]


def test_a_store_gives_its_experiment_or_says_which_version_can(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    shutil.copytree(one_worker[0], folder)
    assert Store.open(folder).experiment().id == experiment.id
    asked = folder / "experiment.toml"
    asked.write_text(asked.read_text("utf-8").replace('"demand_elasticity"', '"elasticity_of_old"'), "utf-8")
    with pytest.raises(ScenarioError, match="elasticity_of_old"):
        Store.open(folder).experiment()
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text("utf-8")), "vraem": "0.0.1"}), "utf-8")
    with pytest.raises(
        StoreError, match=r"store: got a sweep of vraem 0\.0\.1, which .* cannot read \(.*factor"
    ):
        Store.open(folder).experiment()


def test_tables_of_runs_have_one_order_of_columns_and_rows(one_worker: Reference) -> None:
    table = Store.open(one_worker[0]).runs()
    expected = ["id", "arm", "point", "replicate", "seed", "demand_elasticity", "area", "price", "rules"]
    assert table.column_names == expected
    assert table["id"].to_pylist() == sorted(table["id"].to_pylist())
    assert table.schema.field("area").metadata == {b"unit": b"ha"}


def test_clock_times_stay_out_of_what_is_compared(one_worker: Reference) -> None:
    store = Store.open(one_worker[0])
    for table in (store.runs(), store.series(), store.failures()):
        assert not {"seconds", "finished", "worker", "host", "weeks_run"} & set(table.column_names)
    timings = store.timings()
    assert len(timings) == 36
    assert sum(timings["weeks_run"].to_pylist()) == 36 * 18 - 12 * 14
    assert sum(timings["seconds"].to_pylist()) > 0


def test_tables_open_in_one_line_in_pandas(one_worker: Reference) -> None:
    directory = one_worker[0]
    runs = pd.read_parquet(directory / "runs")
    series = pd.read_parquet(directory / "series")
    assert len(runs) == 36
    assert set(runs.groupby("arm")["area"].count()) == {12}
    assert len(series) == 18 * 18
    assert series["week"].min() == datetime.date(2012, 1, 2)


def test_tables_open_in_one_line_in_polars(one_worker: Reference) -> None:
    polars = pytest.importorskip("polars")
    directory = one_worker[0]
    runs = polars.read_parquet(f"{directory}/runs/*.parquet")
    series = polars.scan_parquet(f"{directory}/series/*.parquet")
    assert runs.shape == (36, 9)
    assert series.filter(polars.col("arm") == "crews").select("coca_area").collect().height == 6 * 18


def test_tables_open_in_one_line_in_duckdb(one_worker: Reference) -> None:
    duckdb = pytest.importorskip("duckdb")
    directory = one_worker[0]
    by_arm = duckdb.sql(f"select arm, avg(area), count(*) from '{directory}/runs/*.parquet' group by arm")
    assert {row[2] for row in by_arm.fetchall()} == {12}
    weeks = duckdb.sql(f"select count(*), max(coca_area) from '{directory}/series/*.parquet'").fetchall()
    assert weeks[0][0] == 18 * 18


def test_rows_that_are_there_twice_are_read_once(one_worker: Reference, tmp_path: Path) -> None:
    directory = tmp_path / "store"
    shutil.copytree(one_worker[0], directory)
    for part in list(directory.glob("*/part-*.parquet")):
        shutil.copy(part, part.with_name(part.name.replace("part-", "part-again-")))
    assert digests(directory) == one_worker[2]
    assert Store.open(directory).status().done == 36


def test_two_arms_that_are_the_same_scenario_keep_their_rows(experiment: Experiment, tmp_path: Path) -> None:
    """They share an id, since nothing that determines the run differs."""
    store = Store.create(tmp_path / "store", experiment)
    writer = PartWriter(store.directory, Columns.of(experiment))
    run = next(plan(experiment)).runs[0]
    for arm in ("history", "crews"):
        twin = type(run)(run.id, arm, run.point, run.replicate, run.seed, run.changes)
        writer.add(died(twin, WorkerDied("gone"), None))
    writer.flush()
    assert store.failures()["arm"].to_pylist() == ["crews", "history"]


def test_status_says_what_is_left(experiment: Experiment, one_worker: Reference) -> None:
    status = Store.open(one_worker[0]).status()
    assert (status.name, status.planned, status.done, status.failed, status.left) == ("small", 36, 36, 0, 0)


def test_exports_of_the_same_runs_are_the_same_files(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """One store in one part and one in many, with rows in another order."""
    store = Store.open(one_worker[0])
    first = store.export(tmp_path / "first")
    assert [path.name for path in first] == ["runs.csv", "timings.csv", "series.csv"]
    split = Store.create(tmp_path / "split", experiment)
    for folder in ("runs", "series"):
        for part in store.directory.glob(f"{folder}/part-*.parquet"):
            file = parquet.ParquetFile(part)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                step = len(table) if folder == "series" else 5
                for number, start in enumerate(range(0, len(table), step)):
                    name = f"part-{99 - group:02d}{99 - number:02d}.parquet"
                    parquet.write_table(table.slice(start, step), split.directory / folder / name)
    split.export(tmp_path / "second")
    for name in ("runs.csv", "series.csv"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    frame = pd.read_csv(tmp_path / "first" / "runs.csv")
    assert frame["area"].tolist() == store.runs()["area"].to_pylist(), "no digit is lost"


def test_exports_as_parquet_hold_one_file_a_table(one_worker: Reference, tmp_path: Path) -> None:
    store = Store.open(one_worker[0])
    store.export(tmp_path / "out", "parquet")
    assert parquet.read_table(tmp_path / "out" / "runs.parquet").equals(store.runs())
    assert parquet.read_table(tmp_path / "out" / "series.parquet").equals(store.series())


def test_series_of_one_arm_and_some_columns(one_worker: Reference) -> None:
    table = Store.open(one_worker[0]).series(["leaf_price"], arm="closed")
    assert table.column_names == ["id", "arm", "point", "replicate", "seed", "week", "leaf_price"]
    assert set(table["arm"].to_pylist()) == {"closed"}
    assert len(table) == 6 * 18


def test_rules_that_were_changed_afterwards_are_refused(one_worker: Reference, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    shutil.copytree(one_worker[0], folder)
    file = folder / "experiment.toml"
    said = file.read_text(encoding="utf-8")
    file.write_text(f"{said}\n[rules.verdict]\nrefuted_below = 0.001\n", encoding="utf-8")
    with pytest.raises(StoreError, match="somebody changed the file or its rules"):
        Results.open(folder)
    file.write_text(said, encoding="utf-8")
    assert len(Results.open(folder).frame)


def test_stores_of_two_experiments_are_merged_into_no_folder(one_worker: Reference, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(one_worker[0], other)
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    manifest["experiment"]["id"] = "0" * 16
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StoreError, match="holds another experiment"):
        merge_into_new(tmp_path / "new", [Store.open(one_worker[0]), Store.open(other)])
    manifest["vraem"] = "0.1.0"
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StoreError, match=r"got a sweep of vraem 0\.1\.0"):
        merge_into_new(tmp_path / "new", [Store.open(other)])
    assert not (tmp_path / "new").exists()
