"""No decision reads a label: neither in the text of the processes nor in what they do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import vraem
from vraem.world import World

from .choices import split
from .worlds import advance, fresh, used

SOURCE = Path(vraem.__file__).parent
FILES = sorted([*(SOURCE / "processes").glob("*.py"), *(SOURCE / "world").glob("*.py"), SOURCE / "engine.py"])
LABELS = re.compile(
    r"gang|dismantl|intact|resilien|diminished|fragment|dissolved|absorbed|factionali|end_state|"
    r"rump|splinters|insurgen|verdict|profit_orient",
    re.IGNORECASE,
)
"""Names of end states and of what they are made of."""
OBSERVERS = ("vraem.observe", "vraem.analysis", "vraem.experiment", "vraem.figures", "vraem.tape")


def words(tree: ast.AST) -> Iterator[str]:
    """Every name, attribute, argument and text of the code, docstrings left out."""
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword):
            yield node.arg or ""
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_name_of_an_end_state_occurs_in_the_code_of_a_process(file: Path):
    found = [word for word in words(ast.parse(file.read_text(encoding="utf-8"))) if LABELS.search(word)]
    assert found == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_process_imports_an_observer(file: Path):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        assert not [name for name in names if name.startswith(OBSERVERS)], file.name


def readers(attribute: str) -> set[str]:
    """Files whose code reads or writes an attribute of that name."""
    found = set()
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.Attribute) and node.attr == attribute for node in ast.walk(tree)):
            found.add(file.name)
    return found


def test_nobody_reads_the_journal_but_who_writes_it():
    assert readers("incidents") <= {"journal.py", "state.py", "build.py"}


def test_the_share_of_the_lineage_is_read_for_the_journal_and_for_the_roots_of_support_only():
    counted = {"groups.py", "build_organisation.py"}
    assert readers("lineage_share") <= counted | {"journal.py", "communities.py"}


def test_who_descends_from_whom_is_read_by_who_hands_it_on_only():
    assert readers("descent") <= {"groups.py", "recruitment.py", "build_organisation.py"}


def everything_but_labels(world: World) -> dict[str, np.ndarray]:
    """Every column but those that say who is of the lineage, which the journal copies."""
    left_out = {
        "members.lineage",
        "members.descent",
        "groups.lineage_share",
        "incidents.by",
        "incidents.victim",
    }
    return {
        name: used(table, column.name).copy()
        for table in world.tables
        for column, _ in table.columns()
        if (name := f"{table.spec.name}.{column.name}") not in left_out
    }


def test_who_is_of_the_lineage_changes_nothing_that_anybody_does():
    worlds = []
    for lineage in (True, False):
        world = fresh()
        # communities know whom they have lived with: support has roots in the history of places (E1)
        world.p = world.p.replace(support_roots_weight=0.0, check=False)
        split(world, 5)
        world.members.lineage[:] = world.members.descent[:] = lineage
        world.groups.lineage_share[:] = float(lineage)
        worlds.append(everything_but_labels(advance(world, 60)))
    for name, values in worlds[0].items():
        assert np.array_equal(values, worlds[1][name]), name
