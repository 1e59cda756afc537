"""An export replaces and removes its own files only; neither it nor a merge gets into folders of others."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.experiment.part_files import StoreError
from vraem.experiment.runner import SweepReport
from vraem.experiment.store import Store

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.mark.parametrize("name", ["runs.csv", "failures.csv"])
def test_a_file_of_somebody_else_is_neither_written_over_nor_removed(
    name: str, one_worker: Reference, tmp_path: Path
) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match=f"{name}: got a file that no export of this sweep wrote"):
        Store.open(one_worker[0]).export(tmp_path)
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_export_is_made_again_but_not_over_what_was_changed_since(
    one_worker: Reference, tmp_path: Path
) -> None:
    store = Store.open(one_worker[0])
    first = {path: path.read_bytes() for path in store.export(tmp_path)}
    assert {path: path.read_bytes() for path in store.export(tmp_path)} == first
    store.export(tmp_path, "parquet")
    store.export(tmp_path)
    (tmp_path / "runs.csv").write_text("with my notes", encoding="utf-8")
    with pytest.raises(StoreError, match=r"runs\.csv: got a file that was changed since its export"):
        store.export(tmp_path)


def test_an_export_that_was_cut_off_is_made_again(
    one_worker: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(one_worker[0])
    with monkeypatch.context() as cut:
        cut.setattr(Store, "timings", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.export(tmp_path)
    assert (tmp_path / "runs.csv").exists()
    assert len(store.export(tmp_path)) == 3


def test_part_folders_are_no_place_for_an_export(one_worker: Reference, tmp_path: Path) -> None:
    store = Store.open(Path(shutil.copytree(one_worker[0], tmp_path / "store")))
    for inside in ("runs", "series/below", "../store/timings"):
        with pytest.raises(StoreError, match="holds part files of the sweep; choose another --to"):
            store.export(store.directory / inside)
    assert not (store.directory / "series" / "below").exists()


def test_a_sweep_is_not_merged_into_a_folder_of_something_else(one_worker: Reference, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(cli, ["merge", str(tmp_path), str(one_worker[0])])
    assert done.exit_code == 2
    assert "holds notes.txt and no sweep; choose a folder of a sweep" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
