"""Commands for writing scenarios: check, show, parameters, schema."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from vraem.cli.terminal import aligned, number, paragraph, say_faults

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment
    from vraem.scenario import ParameterSpec, Scenario

OVERRIDE = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change one value; may be repeated."
)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check scenario and experiment files: every fault at once, with its place and what was expected.

    Of a packaged name that a scenario and an experiment bear, both are checked. Exit code 2 if any file has a fault.
    Nothing is run.
    """
    faulty = False
    for file in files:
        faulty |= not _is_sound(file)
    ctx.exit(2 if faulty else 0)


def _is_sound(file: str) -> bool:
    from vraem.experiment.library import is_both, is_experiment

    if is_both(file):
        return all([_is_sound_by(_scenario_in_words, file), _is_sound_by(_experiment_in_words, file)])
    return _is_sound_by(_experiment_in_words if is_experiment(file) else _scenario_in_words, file)


def _is_sound_by(look: Callable[[str], tuple[str, list[str]]], file: str) -> bool:
    """Whether a look at a file finds no fault; what it finds is told."""
    from vraem.scenario import ScenarioError

    try:
        said, notes = look(file)
    except ScenarioError as error:
        say_faults(error.faults)
        return False
    click.echo(f"{file}: sound ({said})")
    for note in notes:
        click.echo(f"{file}: note: {note}")
    return True


def _scenario_in_words(file: str) -> tuple[str, list[str]]:
    """What a scenario is called and what is worth knowing of it. Raises `ScenarioError`."""
    from vraem.scenario import load

    scenario = load(file)
    _check_comparison(scenario, file)
    return f"scenario {scenario.name}, id {scenario.id}", [*scenario.notes()]


def _check_comparison(scenario: Scenario, file: str) -> None:
    """Raise `ScenarioError` if the scenario to compare with is missing, at the place where the file names it."""
    from vraem.scenario import ScenarioError
    from vraem.scenario.faults import in_words
    from vraem.scenario.layers import parse_file
    from vraem.scenario.messages import fault_at
    from vraem.scenario.sources import find

    try:
        scenario.comparison()
    except ScenarioError as error:
        faults = error.faults
        # A fault in the other file has its place there; one without is that there is no such file.
        if len(faults) > 1 or faults[0].line:
            raise
        path, (told,) = ("compare_with",), faults
        at = parse_file(find(file)).at
        expected = told.expected.replace("a scenario file, or one of", "a .toml file beside it, or one of")
        got = f"{in_words(scenario.compare_with)}, which is no scenario here"
        raise ScenarioError([fault_at(at, path, "value", got, expected, told.hint)]) from None


def _experiment_in_words(file: str) -> tuple[str, list[str]]:
    """How large an experiment is and what is worth knowing of its arms. Raises `ScenarioError`."""
    from vraem.experiment.loader import load_experiment

    experiment = load_experiment(file)
    notes = [f"arm {name}: {note}" for name, scenario in experiment.arms for note in scenario.notes()]
    notes += _without_campaign(experiment)
    return f"experiment {experiment.name}, {in_numbers(experiment)}, id {experiment.id}", notes


def _without_campaign(experiment: Experiment) -> Iterator[str]:
    """That measures count from a campaign where no arm has one, and none says from when they count instead."""
    from vraem.observe.anchor import measured_days

    counted = [outcome.name for outcome in experiment.outcomes if outcome.months is not None]
    scenarios = [scenario for _, scenario in experiment.arms]
    said = any(scenario.acts or scenario.measure.anchor_start is not None for scenario in scenarios)
    if counted and not said:
        start, end = measured_days(scenarios[0])
        more = f" and {len(counted) - 1} more outcomes count" if len(counted) > 1 else " counts"
        yield f"{counted[0]}{more} from a campaign, and no arm has one: they are taken from {start} to {end}"


def in_numbers(experiment: Experiment) -> str:
    """The size of an experiment: ``4 arms, 1 point, 20 replicates: 80 runs``."""
    from vraem.experiment.design import point_count
    from vraem.experiment.plan import run_count

    rule = experiment.replicates
    points = _counted(point_count(experiment.design, experiment.factors), "point")
    seeds = (
        f"{rule.count} to {rule.at_most} replicates" if rule.adaptive else _counted(rule.count, "replicate")
    )
    runs = _counted(run_count(experiment), "run") + (" or more" if rule.adaptive else "")
    if experiment.design.matched:
        kept = experiment.kept
        points += " that history is asked of" if kept is None else f", {number(len(kept))} kept by history"
        runs = runs if kept is not None else f"up to {runs}"
    return f"{_counted(len(experiment.arms), 'arm')}, {points}, {seeds}: {runs}"


def _counted(count: int, thing: str) -> str:
    return f"{number(count)} {thing}{'' if count == 1 else 's'}"


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@OVERRIDE
@click.option("--toml", "as_toml", is_flag=True, help="Print the resolved scenario as a file.")
@click.option("--meaning", is_flag=True, help="Add unit, range and meaning of each parameter.")
@click.option("--changed", is_flag=True, help="Leave out what has its default.")
def show(scenario: str, overrides: tuple[str, ...], as_toml: bool, meaning: bool, changed: bool) -> None:
    """Show each value of SCENARIO and where it comes from: file and line, --set, or default."""
    from vraem.cli import loading

    for option, given in (("--meaning", meaning), ("--changed", changed)):
        if as_toml and given:
            raise click.UsageError(
                f"--toml and {option} exclude each other: the file holds every value, bare"
            )
    loaded = loading.scenario(scenario, overrides, instead="check")
    if as_toml:
        click.echo(loaded.to_toml(), nl=False)
        return
    rows = _rows_of(loaded, meaning, changed)
    header = ("key", "value", "from", "unit", "range", "meaning") if meaning else ("key", "value", "from")
    click.echo(f"{loaded.name}: {loaded.description}\nid {loaded.id}\n")
    click.echo(aligned(rows, header))
    if len(loaded.drivers.segments) > 0:
        click.echo(f"\n{_driver_summary(loaded)}")


def _rows_of(scenario: Scenario, meaning: bool, changed: bool) -> list[tuple[str, ...]]:
    from vraem.scenario.parameters import parameter_specs
    from vraem.scenario.toml_text import toml_value

    specs = parameter_specs()
    document = scenario.as_document()
    rows: list[tuple[str, ...]] = []
    for key, origin in scenario.origins.items():
        if changed and origin == "default":
            continue
        row = (key, toml_value(_value_at(document, key)), origin)
        spec = specs.get(key.partition("parameters.")[2])
        more = (spec.unit, f"{spec.low:.10g} to {spec.high:.10g}", spec.meaning) if spec else ("", "", "")
        rows.append(row + more if meaning else row)
    return rows


def _value_at(document: Any, key: str) -> Any:
    for part in key.split("."):
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def _driver_summary(scenario: Scenario) -> str:
    drivers = scenario.drivers
    rows = [
        (name, f"{len(segments)} rows", f"until {drivers.last_date(name)}")
        for name, segments in drivers.segments.items()
    ]
    return f"drivers (table {drivers.table}):\n{aligned(rows)}"


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--process", help="Only those of one process, such as market.")
@click.option("--search", help="Only those whose name, meaning or source contains a word.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "markdown"]),
    default="table",
    show_default=True,
    help="table is for reading, csv and markdown for other programs.",
)
def parameters(names: tuple[str, ...], process: str | None, search: str | None, form: str) -> None:
    """List parameters: meaning, unit, default, range, prior, source.

    With NAMEs, each in full. A scenario sets one under [parameters].
    """
    from vraem.scenario import parameter_table

    specs = _named(names) if names else list(parameter_table())
    if process is not None:
        specs = _of_process(specs, process)
        if not specs:
            raise click.UsageError(f"none of {', '.join(names)} is a parameter of the process {process!r}")
    if search is not None:
        specs = [
            spec for spec in specs if search.lower() in f"{spec.name} {spec.meaning} {spec.source}".lower()
        ]
        if not specs:
            raise click.UsageError(f"no parameter mentions {search!r}")
    writers: dict[str, Callable[[Sequence[ParameterSpec]], str]] = {
        "csv": _as_csv,
        "markdown": _as_markdown,
        "table": _in_full if names else _as_table,
    }
    click.echo(writers[form](specs), nl=False)


def _named(names: Sequence[str]) -> list[ParameterSpec]:
    from vraem.scenario.faults import did_you_mean
    from vraem.scenario.parameters import parameter_specs

    specs = parameter_specs()
    unknown = [name for name in names if name not in specs]
    if unknown:
        lines = [
            f"no parameter is called {name!r}; {did_you_mean(name, specs) or 'try --search WORD'}"
            for name in unknown
        ]
        raise click.UsageError("\n".join(lines))
    return [specs[name] for name in names]


def _of_process(specs: Sequence[ParameterSpec], process: str) -> list[ParameterSpec]:
    from vraem.scenario import parameter_table

    known = list(dict.fromkeys(spec.process for spec in parameter_table()))
    if process not in known:
        raise click.UsageError(f"no process is called {process!r}; expected one of {', '.join(known)}")
    return [spec for spec in specs if spec.process == process]


def _as_table(specs: Sequence[ParameterSpec]) -> str:
    rows = [
        (
            spec.name,
            spec.process,
            spec.equation,
            number(spec.default),
            f"{number(spec.low)} to {number(spec.high)}",
            spec.unit,
            spec.meaning,
        )
        for spec in specs
    ]
    return aligned(rows, ("name", "process", "eq.", "default", "range", "unit", "meaning"), right=(3,)) + "\n"


def _in_full(specs: Sequence[ParameterSpec]) -> str:
    return "\n".join(_card(spec) for spec in specs)


def _card(spec: ParameterSpec) -> str:
    facts = [
        ("default", f"{number(spec.default)} {spec.unit}{_before(spec)}"),
        ("range", f"{number(spec.low)} to {number(spec.high)} {spec.unit}"),
        ("prior", spec.distribution),
        ("source", f"{spec.source} ({spec.confidence})"),
        ("process", f"{spec.process}, equation {spec.equation}" if spec.equation else spec.process),
    ]
    body = "\n".join(paragraph(f"{label}: {text}", indent="  ") for label, text in facts)
    return f"{spec.name}\n{paragraph(spec.meaning, indent='  ')}\n{body}\n"


def _before(spec: ParameterSpec) -> str:
    return "" if spec.start is None else f" (calibrated; {number(spec.start)} before)"


def _as_csv(specs: Sequence[ParameterSpec]) -> str:
    import dataclasses

    text = io.StringIO()
    names = [field.name for field in dataclasses.fields(specs[0])] if specs else []
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(dataclasses.asdict(spec) for spec in specs)
    return text.getvalue()


def _as_markdown(specs: Sequence[ParameterSpec]) -> str:
    from vraem.scenario.reference import parameters_markdown

    return parameters_markdown(specs)


@click.command()
@click.argument("what", type=click.Choice(["scenario", "experiment"]))
def schema(what: str) -> None:
    """Print the JSON Schema of scenario or experiment files, with units and ranges, for editors."""
    if what == "scenario":
        from vraem.scenario.schema import document_schema as written
    else:
        from vraem.experiment.file_schema import experiment_schema as written

    click.echo(json.dumps(written(), indent=2, ensure_ascii=False, default=str))
