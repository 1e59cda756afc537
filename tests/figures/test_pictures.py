"""The pictures in the documentation are of the model that the documentation is of."""

import re

import pytest

import vraem
from tests.figures.pictures import FOLDER, OF_GROUPS, OF_SWEEPS, version_of

DOCUMENTS = [FOLDER.parents[1] / "README.md", *sorted(FOLDER.parent.rglob("*.md"))]
DRAWN = {"valley", "area", *OF_GROUPS, *OF_SWEEPS}


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_picture_is_of_this_version(name):
    assert version_of(FOLDER / f"{name}.png") == vraem.__version__, "run: make pictures"


def test_pictures_that_are_kept_are_those_that_documents_show():
    shown = {
        name for text in DOCUMENTS for name in re.findall(r"images/([\w-]+)\.png", text.read_text("utf-8"))
    }
    assert {path.stem for path in FOLDER.iterdir()} == DRAWN == shown
