"""The commands for writing scenarios do what their help says, and say what is wrong."""

import csv
import io
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import vraem.version
from vraem.cli import COMMANDS, cli
from vraem.scenario import load, parameter_table

BROKEN = Path(__file__).parent / "broken"


def call(*words):
    return CliRunner().invoke(cli, list(map(str, words)), prog_name="vraem")


def test_help_lists_every_command_and_imports_none():
    code = (
        "import sys\nfrom vraem.cli import cli\n"
        "try: cli(['--help'], prog_name='vraem')\nexcept SystemExit: pass\n"
        "heavy = ('pydantic', 'numpy', 'rich', 'vraem.cli.authoring', 'vraem.cli.running')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip().endswith("[]")
    assert all(f"  {name} " in told for name in COMMANDS)


def test_version_is_that_of_the_package():
    assert call("--version").output.strip() == f"vraem, version {vraem.version.__version__}"


def test_the_module_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "vraem.cli", "check", "history"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.startswith("history: sound (scenario history, id ")


def test_a_misspelt_command_is_answered_with_the_right_one():
    done = call("chek", "x")
    assert done.exit_code == 2
    assert "did you mean check" in done.stderr


def test_check_accepts_sound_files_and_names_their_id():
    done = call("check", "baseline", "history")
    assert done.exit_code == 0
    assert load("history").id in done.stdout
    assert done.stderr == ""


def test_check_tells_every_fault_of_every_file_and_leaves_with_2(monkeypatch):
    monkeypatch.chdir(BROKEN)
    done = call("check", "misspelt-kind.toml", "history", "inline-tables.toml")
    assert done.exit_code == 2
    expected = [
        Path(name).read_text(encoding="utf-8")
        for name in ("misspelt-kind.expected", "inline-tables.expected")
    ]
    assert done.stderr == expected[0] + expected[1] + "3 faults\n"
    assert done.stdout.startswith("history: sound")


def test_check_follows_the_comparison(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(
        'extends = "baseline"\nname = "own"\ndescription = "d"\ncompare_with = "gone.toml"\n',
        encoding="utf-8",
    )
    done = call("check", file)
    assert done.exit_code == 2
    assert 'own.toml:4:16: compare_with: got "gone.toml" (text), which is no scenario' in done.stderr


def test_check_notes_events_outside_the_run(tmp_path):
    file = tmp_path / "own.toml"
    event = "[[event]]\nkind = 'price_shock'\nstart = 2040-01-01\nend = 2040-12-31\nfactor = 2\n"
    file.write_text(f'extends = "baseline"\nname = "own"\ndescription = "d"\n{event}', encoding="utf-8")
    done = call("check", file)
    assert done.exit_code == 0
    assert "note: event.0 (price_shock, 2040-01-01 to 2040-12-31) lies outside the run" in done.stdout


def test_show_gives_each_value_and_its_origin():
    done = call("show", "history", "--set", "parameters.firms_initial=40")
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert done.exit_code == 0
    assert lines["parameters.firms_initial"] == ["parameters.firms_initial", "40", "--set"]
    assert lines["parameters.leaf_per_kg_hcl"] == [
        "parameters.leaf_per_kg_hcl",
        str(load("history").parameters.leaf_per_kg_hcl),
        "default",
    ]
    assert lines["run.end"][1] == "2023-12-31"
    assert lines["run.end"][2].endswith("history.toml:10")
    assert {f"parameters.{spec.name}" for spec in parameter_table()} <= set(lines)


def test_show_changed_leaves_defaults_out_and_meaning_adds_units():
    done = call("show", "history", "--changed", "--meaning", "--set", "parameters.leaf_per_kg_hcl=300")
    assert "default" not in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("parameters.leaf_per_kg_hcl")]
    assert "240 to 375" in line
    assert line.endswith("dry leaf per kg of cocaine hydrochloride")


def test_show_toml_is_a_scenario_file_that_loads_to_the_same(tmp_path):
    done = call("show", "history", "--toml", "--set", "run.households=4000")
    file = tmp_path / "resolved.toml"
    file.write_text(done.stdout, encoding="utf-8")
    assert load(file) == load("history", ["run.households=4000"])


@pytest.mark.parametrize(
    "words", [("show", "histry"), ("show", "history", "--set", "run.seed=x"), ("check", "/")]
)
def test_faults_are_lines_on_stderr_with_exit_code_2_and_nothing_on_stdout(words):
    done = call(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert ": got " in done.stderr
    assert "Traceback" not in done.stderr


def test_parameters_lists_all_and_narrows_by_process_and_word():
    everything = call("parameters").stdout
    assert all(spec.name in everything for spec in parameter_table())
    market = call("parameters", "--process", "market", "--format", "csv").stdout
    assert {row["process"] for row in csv.DictReader(io.StringIO(market))} == {"market"}
    found = call("parameters", "--search", "HYDROCHLORIDE", "--format", "csv").stdout
    names = [row["name"] for row in csv.DictReader(io.StringIO(found))]
    assert "leaf_per_kg_hcl" in names
    assert 0 < len(names) < len(parameter_table())


def test_parameters_as_csv_is_the_whole_table():
    rows = list(csv.DictReader(io.StringIO(call("parameters", "--format", "csv").stdout)))
    assert [(row["name"], float(row["default"]), row["source"]) for row in rows] == [
        (spec.name, spec.default, spec.source) for spec in parameter_table()
    ]


def test_parameters_as_markdown_has_a_line_for_each():
    assert len(call("parameters", "--format", "markdown").stdout.splitlines()) == len(parameter_table()) + 2


def test_a_named_parameter_is_shown_in_full():
    told = call("parameters", "leaf_per_kg_hcl").stdout
    assert "dry leaf per kg of cocaine hydrochloride" in told
    assert "range: 240 to 375" in told
    assert "source: official 375; implied 245 and 258 (derived)" in told


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("leaf_per_kg",), "did you mean leaf_per_kg_hcl"),
        (("--process", "markets"), "expected one of grower"),
        (("--search", "xyzzy"), "no parameter mentions 'xyzzy'"),
        (("--format", "yaml"), "'yaml' is not one of"),
    ],
)
def test_an_unknown_parameter_process_word_or_format_is_answered(words, answer):
    done = call("parameters", *words)
    assert done.exit_code == 2
    assert answer in done.stderr


def test_the_schema_describes_every_key_with_units_and_limits():
    schema = json.loads(call("schema", "scenario").stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    parameters = schema["properties"]["parameters"]["properties"]
    assert set(parameters) == {spec.name for spec in parameter_table()}
    assert parameters["leaf_per_kg_hcl"]["minimum"] == 240
    assert parameters["hcl_price_base"]["unit"] == "usd_per_kg"
    assert parameters["firms_initial"]["type"] == "integer"
    nodes = [
        *schema["properties"].values(),
        *(p for d in schema["$defs"].values() for p in d["properties"].values()),
    ]
    assert all("description" in node or "const" in node for node in nodes)


def test_every_packaged_file_keeps_to_the_keys_of_the_schema():
    schema = json.loads(call("schema", "scenario").stdout)
    folder = Path(__file__).parents[2] / "scenarios"
    for file in folder.glob("*.toml"):
        assert set(tomllib.loads(file.read_text(encoding="utf-8"))) <= set(schema["properties"]), file.name
