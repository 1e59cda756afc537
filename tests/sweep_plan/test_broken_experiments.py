"""Every kind of faulty experiment file is answered with its place, what was found and what was expected."""

import contextlib
import random
from pathlib import Path

import pytest

from vraem.experiment.library import library
from vraem.experiment.loader import load_experiment
from vraem.scenario import Fault, ScenarioError

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(BROKEN.glob("*.toml"))


def faults_of(source: str | Path, *overrides: str) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as caught:
        load_experiment(source, overrides)
    return caught.value.faults


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_broken_file_is_answered_with_exactly_its_faults(file, monkeypatch):
    monkeypatch.chdir(BROKEN)
    told = "".join(f"{fault}\n" for fault in faults_of(file.name))
    assert told == file.with_suffix(".expected").read_text(encoding="utf-8")


def test_the_corpus_is_broad_and_each_case_has_its_answer():
    assert len(CASES) >= 50
    assert {file.stem for file in CASES} == {file.stem for file in BROKEN.glob("*.expected")}


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_each_fault_points_at_something_in_its_file(file, monkeypatch):
    monkeypatch.chdir(BROKEN)
    for fault in faults_of(file.name):
        written = (Path(fault.file).read_text(encoding="utf-8").splitlines() or [""])[fault.line - 1]
        assert fault.got == "nothing" or fault.col <= len(written) + (fault.expected == "]]")


def test_a_missing_file_is_answered_with_the_experiments_that_exist():
    (fault,) = faults_of("clasroom")
    assert fault.expected.startswith("an experiment file, or one of campaign-length, claim, ")
    assert fault.hint.startswith("did you mean classroom")


def test_an_override_that_is_faulty_is_told_as_such():
    (fault,) = faults_of("classroom", "replicates.count=0")
    assert str(fault) == ("--set: replicates.count: got 0, expected a whole number from 1 to 1 000 000")


def test_a_fault_of_the_starting_scenario_is_told_in_its_own_file(make):
    make.file(
        'name = "start"\ndescription = "x"\n[run]\nend = 2012-12-31\nhouseholds = 4\n', name="start.toml"
    )
    path = make.file('name = "e"\ndescription = "x"\nscenario = "start.toml"\n[[arm]]\nname = "a"\n')
    faults = faults_of(path)
    assert {Path(fault.file).name for fault in faults} == {"start.toml", "small.toml"}
    assert [fault.key for fault in faults if fault.file.endswith("start.toml")] == ["run.households"]


@pytest.mark.parametrize("draw", range(60))
def test_a_file_with_a_value_spoilt_is_refused_in_lines_or_sound(draw, make):
    lines = (library() / "eradication.toml").read_text(encoding="utf-8").splitlines()
    dice = random.Random(draw)
    places = [number for number, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    for place in dice.sample(places, 3):
        key = lines[place].partition("=")[0]
        spoilt = dice.choice(
            ["true", "-1", '"x"', "[]", "[1, [2]]", "{a = 1}", "1e400", "2012-01-01", "nan", "[[], {}]"]
        )
        lines[place] = f"{key}= {spoilt}"
    with contextlib.suppress(ScenarioError):  # nothing else may be raised
        assert load_experiment(make.file("\n".join(lines))).id
