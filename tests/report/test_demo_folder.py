"""The demo takes the place of an older one and touches nothing else in its folder."""

import json

import pytest

from vraem.cli.reporting import DEMO_EXPERIMENT, _make_room

MANIFEST = {
    "format": 1,
    "vraem": "0.0.1",
    "python": "3.11.0",
    "created_utc": "2024-01-01T00:00:00+00:00",
    "libraries": {},
    "experiment": {"name": DEMO_EXPERIMENT, "id": "0"},
    "columns": {"factors": {}, "outcomes": {}},
}
OWN = (
    "experiment.toml",
    "plan.parquet",
    "runs/part-1-00000.parquet",
    "series/.part-1-00001.parquet.abc.tmp",
    "report/index.html",
    "report/verdict.json",
    "replay.html",
)


@pytest.fixture
def demo(tmp_path):
    """The folder of a demo of an older version, its content made up."""
    for name in OWN:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    return tmp_path


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_an_older_demo_makes_room_and_files_of_others_stay(demo):
    for name in ("thesis.docx", "report/notes.txt"):
        (demo / name).write_text("mine", encoding="utf-8")
    _make_room(demo, ())
    assert files_in(demo) == ["report/notes.txt", "thesis.docx"]


def test_an_older_demo_alone_leaves_no_folder(demo):
    _make_room(demo, ())
    assert not demo.exists()


def test_the_sweep_of_another_experiment_stays(demo):
    other = MANIFEST | {"experiment": {"name": "claim", "id": "0"}}
    (demo / "manifest.json").write_text(json.dumps(other), encoding="utf-8")
    _make_room(demo, ())
    assert len(files_in(demo)) == len(OWN) + 1
