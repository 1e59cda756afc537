"""The folder of a run: whole, labelled, the same each time, and never written over another run by accident."""

import hashlib
import json
import os
import sys
from datetime import UTC, datetime

import numpy as np
import pyarrow.parquet as parquet
import pytest

from vraem.experiment.output import MANIFEST_FILE, check_folder, content_hash, write_run
from vraem.experiment.output_error import OutputError
from vraem.experiment.summary import summarise
from vraem.observe import SERIES
from vraem.scenario import load
from vraem.valley import load as load_valley
from vraem.version import __version__

TABLES = [
    "communities.parquet",
    "end_states.json",
    "groups.csv",
    "incidents.parquet",
    "manifest.json",
    "members_by_fate.csv",
    "scenario.toml",
    "series.parquet",
    "summary.json",
]


def draw_one(result, folder):
    path = folder / "area.png"
    path.write_bytes(b"picture of seed %d" % result.seed)
    return [path]


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def folder(run, tmp_path):
    write_run(run, tmp_path / "run", draw=draw_one, command=("vraem", "run", "history"))
    return tmp_path / "run"


def test_a_run_folder_holds_every_file_and_nothing_else_is_left_behind(folder):
    assert files_in(folder) == sorted([*TABLES, "figures/area.png"])
    assert os.listdir(folder.parent) == ["run"]


def test_the_files_written_are_named_and_the_manifest_is_the_last(run, tmp_path):
    written = write_run(run, tmp_path / "run", draw=draw_one)
    assert sorted(path.relative_to(tmp_path / "run").as_posix() for path in written) == files_in(
        tmp_path / "run"
    )
    assert written[-1].name == MANIFEST_FILE


def test_the_series_file_has_every_series_with_unit_and_meaning(run, folder):
    table = parquet.read_table(folder / "series.parquet")
    assert table.column_names == ["week", *(spec.name for spec in SERIES)]
    assert str(table.schema.field("week").type) == "date32[day]"
    assert np.array_equal(table["week"].to_numpy().astype("datetime64[D]"), run.dates)
    for spec in SERIES:
        field = table.schema.field(spec.name)
        assert str(field.type) == "double"
        assert field.metadata == {b"unit": spec.unit.encode(), b"meaning": spec.meaning.encode()}
        assert np.array_equal(table[spec.name].to_numpy(), run[spec.name])
    assert table.schema.metadata[b"seed"] == b"1"
    assert table.schema.metadata[b"scenario"] == b"history"


def test_the_communities_file_has_one_row_for_each_community_and_year(run, folder):
    valley = load_valley()
    rows = parquet.read_table(folder / "communities.parquet").to_pandas()
    count = len(valley.communities)
    assert len(rows) == count * len(run.snapshots.dates)
    place, number = 4, 123
    row = rows[(rows.year == 2016) & (rows.community == number)].iloc[0]
    assert row.coca_ha == run.snapshots.coca_area[place, number]
    assert row.leaf_price == run.snapshots.leaf_price[place, number]
    assert (row.row, row.col) == (valley.communities.row[number], valley.communities.col[number])
    assert row.district == valley.districts.name[valley.communities.district_id[number] - 1]


def test_the_summary_file_is_the_summary(run, folder):
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8")) == summarise(run)


def test_the_scenario_file_loads_to_the_scenario_that_was_run(run, folder):
    loaded = load(folder / "scenario.toml")
    assert loaded.id == run.scenario.id
    assert loaded == run.scenario


def test_the_manifest_says_what_ran_with_what_when_and_what_was_written(run, tmp_path):
    started = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)
    write_run(run, tmp_path, command=("vraem", "run", "history"), started=started)
    manifest = json.loads((tmp_path / MANIFEST_FILE).read_text(encoding="utf-8"))
    assert manifest["vraem"] == __version__
    assert manifest["python"] == ".".join(map(str, sys.version_info[:3]))
    assert manifest["libraries"]["numpy"] == np.__version__
    assert manifest["scenario"] == {"name": "history", "id": run.scenario.id}
    assert (manifest["seed"], manifest["weeks"]) == (1, len(run.dates))
    assert manifest["command"] == ["vraem", "run", "history"]
    assert manifest["started_utc"] == "2024-05-01T12:00:00+00:00"
    assert manifest["run_seconds"] == run.seconds
    assert manifest["content_sha256"] == content_hash(run)
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert sorted([*manifest["files"], MANIFEST_FILE]) == files_in(tmp_path)


def test_the_same_run_gives_the_same_bytes_in_every_file_but_the_manifest(make_run, tmp_path):
    for name in ("one", "other"):
        write_run(make_run(3, weeks=120), tmp_path / name, draw=draw_one)
    for name in files_in(tmp_path / "one"):
        if name != MANIFEST_FILE:
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_the_content_hash_changes_with_a_single_value(make_run):
    run, other = make_run(weeks=60), make_run(weeks=60)
    assert content_hash(run) == content_hash(other)
    other.series["leaf_price"][-1] = np.nextafter(other["leaf_price"][-1], 9.0)
    assert content_hash(run) != content_hash(other)


def test_another_run_is_not_written_over_unless_forced(make_run, folder):
    other = make_run(2)
    before = (folder / "series.parquet").read_bytes()
    with pytest.raises(OutputError, match=r"holds another run \(scenario history, id \w+, seed 1\)"):
        write_run(other, folder)
    assert (folder / "series.parquet").read_bytes() == before
    write_run(other, folder, force=True)
    assert json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))["seed"] == 2


def test_a_run_of_another_scenario_with_the_same_seed_is_another_run(make_run, folder):
    other = make_run(scenario=load("history", ["parameters.demand_elasticity=5"]))
    with pytest.raises(OutputError, match="holds another run"):
        write_run(other, folder)


def test_the_same_run_is_replaced_and_charts_that_are_no_longer_drawn_go(run, folder):
    write_run(run, folder)
    assert files_in(folder) == TABLES
    assert not (folder / "figures").exists()


def test_files_of_the_user_in_the_folder_stay(run, folder):
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "figures" / "mine.txt").write_text("mine", encoding="utf-8")
    write_run(run, folder)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "figures" / "mine.txt").exists()


def test_a_users_own_scenario_file_is_not_overwritten(run, tmp_path):
    (tmp_path / "scenario.toml").write_text("name = 'mine'\n", encoding="utf-8")
    with pytest.raises(OutputError, match=r"scenario\.toml that is not part of a whole run"):
        write_run(run, tmp_path)
    assert (tmp_path / "scenario.toml").read_text(encoding="utf-8") == "name = 'mine'\n"


@pytest.mark.parametrize("text", ["[]", '{"seed": 1}'])
def test_a_manifest_of_something_else_is_left_alone_whatever_is_forced(run, tmp_path, text):
    (tmp_path / MANIFEST_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds a manifest\.json of something else"):
        write_run(run, tmp_path, force=True)
    assert files_in(tmp_path) == [MANIFEST_FILE]


@pytest.mark.parametrize("text", ["", "{", "\x00", '{"scenario": {}, "seed": 1}'])
def test_a_manifest_that_cannot_be_read_is_a_fault_in_one_line(run, tmp_path, text):
    (tmp_path / MANIFEST_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be read as the manifest") as fault:
        write_run(run, tmp_path)
    assert "\n" not in str(fault.value)


def test_a_file_where_the_folder_should_be_is_a_fault_in_one_line(run, tmp_path):
    (tmp_path / "run").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="got a file, expected a folder"):
        write_run(run, tmp_path / "run")


def test_a_folder_below_a_file_is_a_fault_in_one_line(tmp_path):
    (tmp_path / "run").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written to"):
        check_folder(tmp_path / "run" / "deeper", "id", 1)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="no folder is closed to this user"
)
def test_a_closed_folder_is_a_fault_in_one_line(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(OutputError, match="cannot be written to"):
        check_folder(closed, "id", 1)


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
def test_a_fault_while_drawing_leaves_the_run_that_was_there(run, folder, fault):
    def broken(result, where):
        (where / "half.png").write_bytes(b"half")
        raise fault

    before = {name: (folder / name).read_bytes() for name in files_in(folder)}
    with pytest.raises(fault):
        write_run(run, folder, draw=broken)
    assert {name: (folder / name).read_bytes() for name in files_in(folder)} == before
    assert os.listdir(folder.parent) == ["run"]


def test_a_run_too_short_for_a_year_end_is_written_with_an_empty_table_of_communities(make_run, tmp_path):
    write_run(make_run(weeks=9), tmp_path)
    table = parquet.read_table(tmp_path / "communities.parquet")
    assert table.num_rows == 0
    assert "coca_ha" in table.column_names
