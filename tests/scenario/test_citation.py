"""Who cites the model names the version that was run."""

import re
from pathlib import Path

import vraem

CITATION = Path(__file__).parents[2] / "CITATION.cff"


def test_the_citation_names_the_version_of_the_code():
    found = re.search(r"^version: (\S+)$", CITATION.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    assert found[1] == vraem.__version__
