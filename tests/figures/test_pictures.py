"""The pictures in the documentation are of the model that the documentation is of."""

import re

import pytest

import vraem
from tests.figures.pictures import FOLDER, OF_GROUPS, OF_SWEEPS, version_of

DOCUMENTS = [FOLDER.parents[1] / "README.md", *sorted(FOLDER.parent.rglob("*.md"))]
OF_RUNS = {"valley", "area", *OF_GROUPS}


@pytest.mark.parametrize("name", sorted(OF_RUNS))
def test_a_picture_of_runs_is_of_this_version(name):
    assert version_of(FOLDER / f"{name}.png") == vraem.__version__, "run: make pictures"


@pytest.mark.parametrize("name", sorted(OF_SWEEPS))
def test_a_picture_of_a_sweep_stands_where_its_version_is_said(name):
    version = version_of(FOLDER / f"{name}.png")
    assert version
    for text in (path.read_text("utf-8") for path in DOCUMENTS):
        assert f"images/{name}.png" not in text or version in text


def test_pictures_that_are_kept_are_those_that_documents_show():
    shown = {
        name for text in DOCUMENTS for name in re.findall(r"images/([\w-]+)\.png", text.read_text("utf-8"))
    }
    assert {path.stem for path in FOLDER.iterdir()} == OF_RUNS | {*OF_SWEEPS} == shown
