"""What is wrong with --set, with names and with texts is told in one line, at the place where it was said."""

import datetime

import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.experiment.loader import load_experiment
from vraem.scenario import ScenarioError, load

SMALL = 'name = "small"\ndescription = "x"\n[run]\nend = 2012-12-31\n'
ESCAPE = "\\u001b[2J"


def call(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="vraem")


def faults_of(source, *overrides):
    with pytest.raises(ScenarioError) as caught:
        load(source, overrides)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def file(tmp_path):
    def write(text, name="small.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize("key", ["run.0", "switches.0", "drivers.0", "0", "parameters.0", "measure.0.1"])
def test_a_number_where_a_table_wants_a_name_is_an_unknown_key(key):
    (fault,) = faults_of("history", f"{key}=1")
    assert fault.startswith(f"--set: {key.removesuffix('.1')}: got an unknown key, expected ")


@pytest.mark.parametrize("key", ["replicates.0", "0", "arm.0.switches.0", "outcome.0.0", "switches.0"])
def test_a_number_where_a_table_of_an_experiment_wants_a_name_is_an_unknown_key(key):
    with pytest.raises(ScenarioError) as caught:
        load_experiment("classroom", [f"{key}=1"])
    assert {fault.got for fault in caught.value.faults} == {"an unknown key"}


def test_a_number_may_name_a_table():
    assert load("history", ["run.seed=3"]).run.seed == 3
    with pytest.raises(ScenarioError, match=r"--set: horizon\.1\.end: got nothing"):
        load_experiment("classroom", ["horizon.1.start=2012-01-01"])


def test_what_is_missing_from_a_table_that_the_command_line_made_is_told_there(file):
    path = file('name = "small"\ndescription = "x"\n')
    assert faults_of(path, "run.households=400") == [
        "--set: run.end: got nothing, expected a date from 2010-01-01 to 2060-12-31, such as 2012-01-02 without quotes"
    ]


def test_faults_inside_a_row_that_the_command_line_replaced_are_told_there(file):
    path = file(
        f'{SMALL}[[event]]\nkind = "price_shock"\nstart = 2012-02-01\nend = 2012-03-01\nfactor = 0.5\n'
    )
    row = '{kind = "price_shock", start = 2012-02-01, end = 2012-03-01, factor = -1}'
    (fault,) = faults_of(path, f"event.0={row}")
    assert fault.startswith("--set: event.0.factor: got -1, ")


@pytest.mark.parametrize("key", ["description", "question"])
@pytest.mark.parametrize("text", [ESCAPE, "\\u0007", "two\\nlines", "\\u202Egnp"])
def test_a_text_that_would_change_the_terminal_is_refused(file, key, text):
    lines = {"name": '"small"', "description": '"x"', key: f'"{text}"'}
    path = file("".join(f"{name} = {value}\n" for name, value in lines.items()) + "[run]\nend = 2012-12-31\n")
    (fault,) = faults_of(path)
    assert fault.endswith("expected one line of text, without control characters")
    assert fault.isprintable()


def test_a_link_to_itself_is_no_such_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    done = call("check", "loop")
    assert done.exit_code == 2
    assert done.stderr.startswith("loop: got no such file")


def test_a_line_end_in_the_name_of_a_file_does_not_break_its_faults(file):
    path = file("name = 1\n", name="a\nb.toml")
    assert all("a\\nb.toml:1:" in fault and "\n" not in fault for fault in faults_of(path))


def test_check_looks_at_both_where_a_scenario_and_an_experiment_bear_a_name():
    done = call("check", "eradication")
    assert done.exit_code == 0
    first, second = (line for line in done.stdout.splitlines() if ": sound (" in line)
    assert first.startswith("eradication: sound (scenario eradication")
    assert second.startswith("eradication: sound (experiment eradication")


def test_one_event_more_is_laid_behind_the_last():
    case = load("arrests-eradication-development")
    removal = {"kind": "removal", "date": "2026-01-05", "role": "leader"}
    more = case.with_({f"event.{len(case.events)}": removal})
    assert more.events[:-1] == case.events
    assert (more.events[-1].kind, more.events[-1].start) == ("removal", datetime.date(2026, 1, 5))
    by_key = case.with_({f"event.{len(case.events)}.{key}": value for key, value in removal.items()})
    assert by_key.events == more.events
    with pytest.raises(ScenarioError, match=f"expected a number from 0 to {len(case.events)}"):
        case.with_({f"event.{len(case.events) + 1}": removal})


def test_the_command_line_adds_an_event_too():
    case = load("arrests-eradication-development")
    number = len(case.events)
    words = [f"event.{number}.kind=removal", f"event.{number}.date=2026-01-05", f"event.{number}.role=leader"]
    assert load("arrests-eradication-development", words).events[:-1] == case.events


def test_days_may_be_given_as_text():
    assert load("history").with_({"run.end": "2013-12-31"}).run.end == datetime.date(2013, 12, 31)
    with pytest.raises(ScenarioError, match=r'with_: run\.end: got "2013-13-31"'):
        load("history").with_({"run.end": "2013-13-31"})
