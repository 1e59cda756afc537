"""A full disk, a closed folder, a folder of something else: one clear line, and nothing that was finished is lost."""

import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest
from sweep_worlds import digests, rows, small, start_sweep

from vraem.experiment import part_files
from vraem.experiment.output_error import OutputError
from vraem.experiment.part_files import StoreError, write_whole
from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB. Needs the right to mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def one_line(text: str) -> bool:
    return "\n" not in text.strip() and "Traceback" not in text


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")
def test_a_full_disk_is_one_line_and_what_is_on_it_stays(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = small(tmp_path, count=3, series='"all"')
    directory = small_disk / "store"
    tasks = list(plan(experiment))
    report = sweep(experiment, tasks[:1], directory, workers=1)
    before = rows(directory)
    assert len(before) == report.done == 3
    with pytest.raises(StoreError) as caught:
        sweep(experiment, tasks, directory, workers=1)
    said = str(caught.value)
    assert one_line(said)
    assert "No space left on device" in said
    assert "run again to go on" in said
    assert re.search(r"\d+ finished runs were not written yet and will be run again", said)
    assert set(before) <= set(rows(directory)), "what was finished is still there"
    assert not list(directory.rglob("*.tmp")), "no half file takes up the disk"
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    report = sweep(experiment, tasks, directory, workers=2)
    assert report.skipped >= 3
    sweep(experiment, tasks, tmp_path / "large", workers=2)
    assert digests(directory) == digests(tmp_path / "large")


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")
def test_a_read_only_folder_is_one_line(small_disk: Path, tmp_path: Path) -> None:
    experiment = small(tmp_path)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError) as caught:
        sweep(experiment, plan(experiment), small_disk / "store", workers=1)
    assert one_line(str(caught.value))
    assert "Read-only file system" in str(caught.value)


def test_a_disk_that_fills_while_writing_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error comes late, when the file is flushed: the old file stays as it was."""
    target = tmp_path / "whole.txt"
    write_whole(target, lambda file: file.write(b"old"))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(part_files.os, "fsync", full)
    with pytest.raises(StoreError, match=r"cannot be written to \(No space left on device\)"):
        write_whole(target, lambda file: file.write(b"new"))
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["whole.txt"]


def test_records_that_could_not_be_written_wait_for_the_next_try(
    experiment: Experiment, one_worker: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vraem.experiment.failures import WorkerDied, died
    from vraem.experiment.rows import Columns

    store = Store.create(tmp_path / "store", experiment)
    writer = part_files.PartWriter(store.directory, Columns.of(experiment))
    run = next(plan(experiment)).runs[0]
    writer.add(died(run, WorkerDied("gone"), None))
    real = os.replace

    def full(*_: object) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(part_files.os, "replace", full)
    with pytest.raises(StoreError, match="Disk quota exceeded"):
        writer.flush()
    monkeypatch.setattr(part_files.os, "replace", real)
    writer.flush()
    assert Store.open(store.directory).failures()["id"].to_pylist() == [run.id]


def test_a_whole_file_or_none(tmp_path: Path) -> None:
    def write(file: IO[bytes]) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", write)
    assert not list(tmp_path.iterdir())


def test_the_store_of_another_experiment_is_refused(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    other = replace(experiment, id="0123456789abcdef", name="other")
    with pytest.raises(StoreError) as caught:
        Store.create(one_worker[0], other)
    assert one_line(str(caught.value))
    assert "another experiment (small" in str(caught.value)
    Store.create(tmp_path / "other", other)
    with pytest.raises(StoreError, match="another experiment"):
        Store.open(one_worker[0]).merge([tmp_path / "other"])


def test_results_of_another_version_are_not_mixed(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vraem.experiment.store_manifest.__version__", "0.0.9")
    Store.create(tmp_path / "store", experiment)
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"holds results of vraem 0\.0\.9"):
        Store.create(tmp_path / "store", experiment)


def test_labels_of_another_table_of_thresholds_are_not_mixed(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "vraem.experiment.store_manifest.THRESHOLDS", SimpleNamespace(hash="0123456789abcdef")
    )
    assert Store.create(tmp_path / "store", experiment).thresholds_hash == "0123456789abcdef"
    monkeypatch.undo()
    with pytest.raises(StoreError, match="labelled by the thresholds 0123456789abcdef, not ") as caught:
        Store.create(tmp_path / "store", experiment)
    assert one_line(str(caught.value))


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": 7, "experiment": {}}', "no json"])
def test_a_folder_that_is_no_store_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path)
    assert one_line(str(caught.value))
    assert isinstance(caught.value, OutputError), "commands catch it with their other outputs' errors"


def test_a_folder_without_a_manifest_or_a_file_in_its_place_is_named(
    experiment: Experiment, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"got no manifest.json, expected the folder of a sweep"):
        Store.open(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="got a file, expected a folder"):
        Store.create(tmp_path / "file", experiment)


def test_a_damaged_part_is_named(experiment: Experiment, one_worker: Reference, tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store", experiment)
    (store.directory / "runs" / "part-broken-00000.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(StoreError, match=r"part-broken-00000.parquet: cannot be read .*move it away"):
        store.runs()


def test_workers_that_cannot_write_end_the_sweep_with_one_line(tmp_path: Path) -> None:
    """The folder vanishes under a sweep in a process of its own: no traceback but that of the caller's script."""
    experiment = small(tmp_path, count=2)
    path = tmp_path / "small.toml"
    path.write_text(experiment.text, encoding="utf-8")
    blocked = tmp_path / "store"
    blocked.mkdir()
    (blocked / "runs").write_text("a file where a folder must be", encoding="utf-8")
    process = start_sweep(path, blocked, workers=1)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "StoreError" in said.strip().splitlines()[-1]
    assert "expected a folder of part files" in said.strip().splitlines()[-1]
