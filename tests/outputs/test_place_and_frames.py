"""The map command and the frame of a run."""

import numpy as np
from click.testing import CliRunner

import vraem
from vraem.cli import cli
from vraem.figures import maps
from vraem.figures.style import sheet


def test_the_map_is_written_as_picture_and_drawing(tmp_path):
    answer = CliRunner().invoke(cli, ["map", "--out", str(tmp_path / "valley")])
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "valley.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "valley.svg").read_text(encoding="utf-8")


def test_the_folder_of_the_map_is_made_and_its_name_kept_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(maps, "valley_map", lambda _: sheet("Valley", "km", "")[0])
    for out, stem in (("valley.v2", "valley.v2"), ("valley.svg", "valley")):
        folder = tmp_path / out
        answer = CliRunner().invoke(cli, ["map", "--out", str(folder / out)])
        assert answer.exit_code == 0, answer.output
        assert sorted(path.name for path in folder.iterdir()) == [f"{stem}.png", f"{stem}.svg"]


def test_a_map_that_cannot_be_written_is_one_line_and_exit_2(tmp_path):
    (tmp_path / "no").touch()
    answer = CliRunner().invoke(cli, ["map", "--out", str(tmp_path / "no" / "folder")])
    assert answer.exit_code == 2
    assert len(answer.output.strip().splitlines()) == 1


def test_the_frame_holds_every_series_by_week():
    result = vraem.run(vraem.load("history", ["run.households=400", "run.end=2012-12-31"]), seed=1)
    frame = vraem.weekly_frame(result)
    assert list(frame.columns) == list(result.series)
    assert np.array_equal(frame["leaf_price"].to_numpy(), result["leaf_price"])
    assert frame.index[1] - frame.index[0] == np.timedelta64(7, "D")
