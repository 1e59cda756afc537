"""The command that scores the model against what was observed: patterns."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vraem.cli.guards import refuse_foreign_file, refuse_foreign_pictures, refuse_results_of_others
from vraem.cli.progress import progress
from vraem.cli.running import FOLDER, RUNS, command_line, faults_in_lines, loaded_with
from vraem.cli.terminal import aligned, number

if TYPE_CHECKING:
    from vraem.analysis.scoreboard import PatternScore
    from vraem.scenario import Scenario

SCORED_SCENARIO, FORECAST_SCENARIO = "history", "baseline"
PATTERN_SEEDS = 10
ABLATION_SEEDS = 3
GROUP_HOUSEHOLDS = 400
SCORES_FILE, SCORES_PAGE, CHARTS = "patterns.json", "patterns.md", ("patterns", "ablations")
ONE_TO_ONE = "members of the group are one to one whatever the rows of households"


@click.command()
@click.option(
    "--seeds", type=click.IntRange(1), metavar="N", help="Seeds, from 1 on.  [default: 10, ablations 3]"
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@click.option("--ablations", is_flag=True, help="Leave out one input or rule after the other, too.")
@click.option(
    "--campaigns",
    type=click.IntRange(1),
    metavar="N",
    help="Score what needs pairs of runs with and without arrests, harm or a price collapse: N seeds.",
)
@click.option(
    "--ensemble",
    type=click.IntRange(1),
    metavar="N",
    help="Score what is said of the priors: N draws of parameters and mechanisms without a campaign.",
)
@click.option(
    "--households",
    type=int,
    metavar="N",
    help="Rows of farm households in --campaigns and --ensemble; members of the group are one to one.  "
    f"[default: {GROUP_HOUSEHOLDS}]",
)
@click.option("--out", type=FOLDER, metavar="DIR", help="Write the scores and a chart there.")
@click.pass_context
def patterns(
    ctx: click.Context,
    seeds: int | None,
    workers: int | None,
    ablations: bool,
    campaigns: int | None,
    ensemble: int | None,
    households: int | None,
    out: Path | None,
) -> None:
    """Score the model against what was observed, pattern by pattern.

    A pattern counts as reproduced if four in five seeds pass every measure of it. Some patterns of the armed group
    are rare events or shares of runs: with --campaigns and --ensemble they are scored over all runs at once, and
    count as reproduced if the estimate and four in five resamples of the runs pass.
    """
    from vraem.experiment.output import make_writable

    if households is not None and not campaigns and not ensemble:
        raise click.UsageError("--households counts only with --campaigns or --ensemble")
    count = seeds or (ABLATION_SEEDS if ablations else PATTERN_SEEDS)
    span = range(1, count + 1)
    scenario = loaded_with(SCORED_SCENARIO, (), None, None, None)
    folder = out or RUNS / "patterns"
    with faults_in_lines(ctx, folder):
        rows = GROUP_HOUSEHOLDS if households is None else households
        forecast = loaded_with(FORECAST_SCENARIO, (), None, None, rows)
        if out is not None:
            _refuse_what_would_be_lost(out)
            make_writable(out)
        table = _ablated(scenario, span, workers) if ablations else {}
        scores = [*(next(iter(table.values())) if table else _scored(scenario, span, workers))]
        _tell_scores(scores, f"{len(span)} seeds, {span[0]} to {span[-1]}")
        if table:
            click.echo(f"\n{_ablation_lines(table)}")
        notes: dict[str, str] = {}
        for part, found, note in _parts(forecast, campaigns, ensemble, workers):
            click.echo()
            _tell_scores(found, note)
            scores += found
            notes[part] = f"{note[0].upper()}{note[1:]}."
        if out is not None:
            for path in _save_scores(scores, span, scenario, out, table, notes):
                click.echo(str(path))


def _refuse_what_would_be_lost(folder: Path) -> None:
    """Raise `OutputError` if a folder holds other results, or files by the names of the scores that are none."""
    refuse_results_of_others(folder, "--out")
    refuse_foreign_file(folder / SCORES_FILE, b'"scenario_id"', "--out", first=False)
    refuse_foreign_file(folder / SCORES_PAGE, b"# Patterns", "--out")
    for chart in CHARTS:
        refuse_foreign_pictures(folder / "figures" / chart, "--out")


def _scored(scenario: Scenario, seeds: range, workers: int | None) -> list[PatternScore]:
    from vraem.analysis.scoreboard import scoreboard

    with progress("seeds") as report:
        return scoreboard(scenario, seeds=tuple(seeds), workers=workers, progress=report)


def _ablated(scenario: Scenario, seeds: range, workers: int | None) -> dict[str, list[PatternScore]]:
    from vraem.analysis.ablation import ablation_table

    with progress("paths") as report:
        return ablation_table(scenario, seeds=tuple(seeds), workers=workers, progress=report)


def _parts(
    scenario: Scenario, campaigns: int | None, ensemble: int | None, workers: int | None
) -> Iterator[tuple[str, list[PatternScore], str]]:
    """The other parts that are asked for: name, scores, and what they rest on."""
    from vraem.analysis.scoreboard import CAMPAIGNS, ENSEMBLE

    rows = f"{number(scenario.run.households)} rows of households; {ONE_TO_ONE}"
    if campaigns:
        from vraem.analysis.campaign_patterns import campaign_scoreboard

        with progress("pairs") as report:
            seeds = tuple(range(1, campaigns + 1))
            found = campaign_scoreboard(scenario, seeds=seeds, workers=workers, progress=report)
        yield CAMPAIGNS, found, f"pairs of {campaigns} seeds, 1 to {campaigns}, {rows}"
    if ensemble:
        from vraem.analysis.ensemble_patterns import ensemble_scoreboard

        with progress("draws") as report:
            found = ensemble_scoreboard(scenario, draws=ensemble, workers=workers, progress=report)
        yield ENSEMBLE, found, f"{ensemble} draws of the priors without a campaign, {rows}"


def _tell_scores(scores: Sequence[PatternScore], runs: str) -> None:
    """Print the scores of one part; `runs` says what they rest on."""
    passed = sum(score.passed for score in scores)
    click.echo(f"{passed} of {len(scores)} patterns reproduced ({runs})\n")
    share = "seeds" if all(score.counted == "seeds" for score in scores) else "runs"
    rows = [
        (
            score.label,
            "yes" if score.passed else "NO",
            f"{100.0 * score.share_of_seeds:.0f} %",
            score.name,
            score.observed,
            score.simulated,
            _accepted(score),
        )
        for score in scores
    ]
    heads = ("", "met", share, "pattern", "observed", "simulated, tightest measure", "accepted")
    click.echo(aligned(rows, heads, right=(2,)))


def _accepted(score: PatternScore) -> str:
    """What the measure that is shown may be, with its unit."""
    from vraem.analysis.scoreboard import show

    low, high = (show(value, score.unit) for value in (score.low, score.high))
    if not math.isfinite(score.low):
        said = f"at most {high}" if math.isfinite(score.high) else "anything"
    else:
        said = f"{low} to {high}" if math.isfinite(score.high) else f"at least {low}"
    return said if not score.unit or said.endswith(score.unit) else f"{said} ({score.unit})"


def _ablation_lines(table: Mapping[str, Sequence[PatternScore]]) -> str:
    """For each thing left out: how many patterns remain, and which are lost or gained."""
    whole, *others = table.items()
    had = {score.label for score in whole[1] if score.passed}
    rows = []
    for name, scores in others:
        has = {score.label for score in scores if score.passed}
        order = [score.label for score in scores]
        lost = ", ".join(label for label in order if label in had - has)
        gained = ", ".join(label for label in order if label in has - had)
        rows.append((name, str(len(has)), lost or "none", gained or "none"))
    return aligned(rows, ("left out", "met", "lost", "gained"), right=(1,))


def _save_scores(
    scores: Sequence[PatternScore],
    seeds: range,
    scenario: Scenario,
    folder: Path,
    table: Mapping[str, Sequence[PatternScore]],
    notes: Mapping[str, str],
) -> list[Path]:
    """Write `patterns.json`, `patterns.md` and the charts; returns the files, charts last.

    `notes` say what each part but the first rests on.
    """
    from vraem.figures.ablations import ablation_chart
    from vraem.figures.scoreboard import scoreboard_chart
    from vraem.figures.style import save
    from vraem.version import __version__

    said: dict[str, Any] = {
        "scenario": scenario.name,
        "scenario_id": scenario.id,
        "vraem": __version__,
        "seeds": list(seeds),
        "parts": dict(notes),
        "patterns": [score.as_dict() for score in scores],
        "ablations": {name: [score.as_dict() for score in rows] for name, rows in table.items()},
    }
    path = folder / SCORES_FILE
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    caption = (
        f"Scenario {scenario.name}, {number(scenario.run.households)} households, {len(seeds)} seeds from {seeds[0]} "
        f"to {seeds[-1]}, vraem {__version__}."
    )
    others = "".join(f"\n{text}" for text in notes.values())
    shown = "mean of seeds or estimate over all runs" if notes else "mean of seeds"
    note = f"{caption}{others}\nEach row shows the measure nearest to its bounds, {shown}."
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    text = folder / SCORES_PAGE
    text.write_text(_patterns_page(said, scores, table, notes), encoding="utf-8")
    paths = [path, text, *save(scoreboard_chart(scores, note), figures / CHARTS[0])]
    if table:
        paths += save(ablation_chart(table, caption), figures / CHARTS[1])
    return paths


def _patterns_page(
    said: Mapping[str, Any],
    scores: Sequence[PatternScore],
    table: Mapping[str, Sequence[PatternScore]],
    notes: Mapping[str, str],
) -> str:
    """The scores and ablations as a Markdown page that names the command it comes from."""
    from vraem.analysis.tables import ablation_markdown, scoreboard_markdown

    seeds = said["seeds"]
    head = (
        f"# Patterns\n\nScenario `{said['scenario']}` ({said['scenario_id']}), seeds {seeds[0]} to {seeds[-1]}, "
        f"vraem {said['vraem']}. Made by `{' '.join(command_line())}`.\n\n"
    )
    ablations = f"\n## Ablations\n\n{ablation_markdown(table)}" if table else ""
    return f"{head}{scoreboard_markdown(scores, notes)}{ablations}"
