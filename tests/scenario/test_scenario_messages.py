"""Every kind of faulty input is answered with its place, what was found and what was expected."""

import os
from pathlib import Path

import pytest

from vraem.scenario import Fault, ScenarioError, load, packaged_names

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(BROKEN.glob("*.toml"))


def faults_of(source: str | Path, *overrides: str) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as caught:
        load(source, overrides)
    return caught.value.faults


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_broken_file_is_answered_with_exactly_its_faults(file, monkeypatch):
    monkeypatch.chdir(BROKEN)
    told = "".join(f"{fault}\n" for fault in faults_of(file.name))
    assert told == file.with_suffix(".expected").read_text(encoding="utf-8")


def test_the_corpus_is_broad_and_each_case_has_its_answer():
    assert len(CASES) >= 110
    assert {file.stem for file in CASES} == {file.stem for file in BROKEN.glob("*.expected")}


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_each_fault_with_a_column_points_at_something_in_its_file(file, monkeypatch):
    monkeypatch.chdir(BROKEN)
    for fault in faults_of(file.name):
        if not fault.col:
            continue
        lines = Path(fault.file).read_bytes().decode("utf-8-sig").splitlines()
        written = (lines or [""])[fault.line - 1]
        at_line_end = "not closed" in fault.got or "end of the line" in fault.got or "=" in fault.expected
        assert fault.col <= len(written) + (1 if at_line_end else 0) or fault.got == "nothing"


def test_faults_are_sorted_by_place():
    faults = faults_of(BROKEN / "several-faults-at-once.toml")
    assert list(faults) == sorted(faults)
    assert [fault.line for fault in faults] == [1, 1, 2, 6, 7, 8, 11]


def test_a_missing_file_is_answered_with_the_names_that_exist():
    (fault,) = faults_of("histry")
    assert str(fault) == (
        "histry: got no such file, expected a scenario file, or one of "
        f"{fault.expected.partition('one of ')[2]}; did you mean history?"
    )
    assert "baseline" in fault.expected
    assert fault.expected.endswith(f"and {len(packaged_names()) - 16} more")


def test_a_folder_is_no_scenario(tmp_path):
    (fault,) = faults_of(tmp_path)
    assert (fault.got, fault.expected) == ("a folder", "a scenario file")


def test_a_file_over_one_megabyte_is_not_read(tmp_path):
    large = tmp_path / "large.toml"
    large.write_text("# much\n" * 200_000, encoding="utf-8")
    (fault,) = faults_of(large)
    assert fault.got == "a file of 1.4 MB, over the limit of 1 MB"


def test_a_pipe_is_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    (fault,) = faults_of(pipe)
    assert fault.got == "something that is not a file"


@pytest.mark.parametrize("name", ["a\0b.toml", "x" * 5000 + ".toml", "no/such/folder.toml", ""])
def test_a_path_that_cannot_be_is_a_fault_not_a_crash(name):
    assert len(faults_of(name)) == 1


def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    outside = tmp_path / "outside.toml"
    outside.write_text('name = "outside"\n', encoding="utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.toml").symlink_to(outside)
    (inner / "child.toml").write_text(
        'extends = "link.toml"\nname = "child"\ndescription = "x"\n', encoding="utf-8"
    )
    (fault,) = faults_of(inner / "child.toml")
    assert "leaves the folder" in fault.got


def chain_of(folder: Path, length: int) -> Path:
    """A file with ``length`` parents, the last of which is the baseline."""
    for number in range(length):
        parent = f"f{number + 1}.toml" if number + 1 < length else "baseline"
        text = f'extends = "{parent}"\nname = "f{number}"\ndescription = "link {number}"\n'
        (folder / f"f{number}.toml").write_text(text, encoding="utf-8")
    return folder / "f0.toml"


def test_ten_parents_are_followed_and_eleven_refused(tmp_path):
    assert load(chain_of(tmp_path, 10)).name == "f0"
    (fault,) = faults_of(chain_of(tmp_path, 11))
    assert fault.expected == "a chain of at most 10 parents"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "run.households",
            '--set: got "run.households" (text), expected key=value, such as run.households=4000',
        ),
        ("=3", '--set: got "=3" (text), expected key=value, such as run.households=4000'),
        ("run.seed=1e3", "--set: run.seed: got 1000.0, expected a whole number"),
        ("run.households=many", '--set: run.households: got "many" (text), expected a whole number from 400'),
        (
            "run.end=2023-02-30",
            '--set: run.end: got "2023-02-30" (text), expected a value as in a scenario file',
        ),
        ("run.sed=3", "--set: run.sed: got an unknown key"),
        ("run.seed.deep=3", "--set: run.seed.deep: got a key inside 1, expected a key inside a table"),
        ("event.3.factor=2", "--set: event.3.factor: got 3, expected 0"),
        ("extends=history", "--set: extends: got a parent, expected a key of the scenario itself"),
        ("switches.expectations=nave", '--set: switches.expectations: got "nave" (text)'),
        ('name="a"\nrun.seed=3', "--set: name: got"),
    ],
)
def test_a_faulty_override_is_answered_like_a_faulty_file(override, message):
    (fault,) = faults_of("baseline", "event=[]", override)
    assert str(fault).startswith(message)


@pytest.mark.parametrize(
    "text",
    [".".join("a" * 5000) + " = 1\n", f"[{'.'.join('a' * 5000)}]\n", "a = [[[" * 300],
    ids=["key", "header", "list"],
)
def test_endless_nesting_is_a_fault_not_a_crash(tmp_path, text):
    file = tmp_path / "deep.toml"
    file.write_text(text, encoding="utf-8")
    assert len(faults_of(file)) == 1


def test_endless_nesting_in_an_override_is_a_fault_not_a_crash():
    assert faults_of("baseline", ".".join("a" * 5000) + "=1")
    assert faults_of("baseline", "run={" + ".".join("a" * 5000) + "=1}")


def test_a_flood_of_faults_is_cut_at_a_thousand(tmp_path):
    file = tmp_path / "flood.toml"
    flood = "".join(f"k{number} = 1\n" for number in range(1500))
    file.write_text(
        f'extends = "baseline"\nname = "a"\ndescription = "b"\n[parameters]\n{flood}', encoding="utf-8"
    )
    assert len(faults_of(file)) == 1000


def test_all_overrides_are_judged_at_once():
    assert len(faults_of("baseline", "run.seed=-1", "run.sed=1", "nothing")) == 3
