"""The finding on neutrality as a page of Markdown."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vraem.analysis.intervals import Interval
from vraem.analysis.labels import BY_PERSONS_WORDS
from vraem.analysis.neutrality import (
    COMPANIONS,
    EXCEPTED,
    LEAST,
    MOST,
    SCREENED,
    WITH_SWITCH,
    Cell,
    Fault,
    Neutrality,
    moved,
)
from vraem.analysis.nulls import NULL_NAMES, NULL_WORDS
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import Effect
from vraem.analysis.words import percent
from vraem.experiment.words import listed
from vraem.observe.end_states import DEFINITION_WORDS, END_STATES
from vraem.observe.thresholds import MOVED, VARIATION

_MOST_LEVERS = 12


def page(
    found: Neutrality,
    results: Results,
    command: str,
    effects: Mapping[str, Sequence[Effect]] | None = None,
    beside: Sequence[Results] = (),
) -> str:
    """The page, with the command that made it; `effects` by outcome as of `screening_effects`, if there are any.

    `beside` are the other sweeps that were read, whose ids and versions it names.
    """
    about = results.about
    parts = [
        "# Neutrality",
        _opening(found, results, command),
        "## The rule",
        f"Each end state must have at least {percent(LEAST)} at one horizon or more, and none more than "
        f"{percent(MOST)} at any, under {_judged_definitions(results)}; *intact* and *resilient* are excepted under "
        "*size*, which rules them out by itself.",
        _said(found.faults),
        *(_definition(found.cells, results, name) for name in results.definitions),
        *_by_persons(found, results),
        *_moved(found),
        "## Null models",
        _nulls(found),
        "## Parameters that can put an answer in by hand",
        _screening(found),
        _effects(effects or {}),
        "## What moves the share of gangs most",
        _levers(found),
        _made(about),
        *(_made(other.about) for other in beside),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _opening(found: Neutrality, results: Results, command: str) -> str:
    runs = f"{found.runs:,}".replace(",", " ")
    return (
        f"Can the model say anything, or is its answer in its assumptions? {runs} runs in which the parameters of "
        f"the group and the structural switches were drawn from their ranges, {_campaigns(results)}, nothing having "
        "been fitted to an outcome. "
        f"{found.weak} further runs are left out: when the campaign began, the group had less than .6 of its first "
        "strength, or firms paid half of its armed or more. "
        f"Shares are of dismantled runs; brackets are 95 % intervals in which {results.cluster_words} count, not runs: "
        "Wilson's in the tables of end states, those of a posterior with Jeffreys' prior in the tables of null models "
        "and of single parameters.\n\nMade by:\n\n```\n" + command + "\n```"
    )


def _campaigns(results: Results) -> str:
    if any(name.startswith("campaign.") for name in results.factors):
        return "and so were the campaigns"
    return f"under {len(results.campaigns)} campaigns that are given, not drawn"


def _said(faults: Sequence[Fault]) -> str:
    if not faults:
        return "**The rule holds for every definition that is judged.**"
    lines = ["**The rule is broken** in these places:", ""]
    for fault in faults:
        when = "any horizon" if fault.horizon is None else f"{fault.horizon} months"
        share = "none counted" if math.isnan(fault.share) else f"{100.0 * fault.share:.3g} %"
        sure = "" if fault.sure else " (the interval does not rule out that it holds)"
        lines.append(
            f"- {fault.definition}, {_words(fault.label)}, {when}: {share}, expected {fault.expected}{sure}"
        )
    return "\n".join(lines)


def _judged_definitions(results: Results) -> str:
    """The definitions that the rule is asked of, and those that are shown beside them."""
    judged = [f"*{name}*" for name in results.definitions if name not in COMPANIONS]
    beside = [f"*{name}*" for name in results.definitions if name in COMPANIONS]
    said = f"each of the definitions of dismantled {listed(judged)}" if judged else "no definition"
    return f"{said} ({listed(beside)} is a companion that is shown and not judged)" if beside else said


def _definition(cells: Sequence[Cell], results: Results, definition: str) -> str:
    shown = _table_of(cells, results, definition)
    note = " (shown, not judged)" if definition in COMPANIONS else ""
    return f"## Dismantled by {definition}{note}\n\n{DEFINITION_WORDS[definition].capitalize()}.\n\n{shown}"


def _table_of(cells: Sequence[Cell], results: Results, definition: str) -> str:
    """Shares of the end states under one definition, a column a horizon, and the runs that they are shares of."""
    horizons = results.horizons
    known = {(cell.label, cell.horizon): cell for cell in cells if cell.definition == definition}
    excepted = EXCEPTED.get(definition, ())
    rows = [
        [
            f"{_words(label)}{' (excepted)' if label in excepted else ''}",
            *(_share(known[label, months].share) for months in horizons),
        ]
        for label in END_STATES
    ]
    rows.append(["runs", *(f"{known[END_STATES[0], months].runs}" for months in horizons)])
    return table(["end state", *(f"{months} months" for months in horizons)], rows)


def _moved(found: Neutrality) -> Iterator[str]:
    """The rule again under moved thresholds."""
    if found.moved_faults:
        yield (
            "## Thresholds moved\n\nEvery threshold of the table (of the labels, of *dismantled*, of what counts as an "
            f"independent group) moved by {percent(VARIATION)} at once; lengths of time stay. The runs are the same."
        )
    for reading, broken in found.moved_faults.items():
        yield f"*Moved {MOVED[reading].way}:* {_said(broken)}"


def _by_persons(found: Neutrality, results: Results) -> Iterator[str]:
    """The rule again by persons, without recruits of splinters; nothing if the runs do not say."""
    if not found.persons_cells:
        return
    yield f"## Recruits of splinters left out\n\n{BY_PERSONS_WORDS} The runs are the same."
    yield _said(found.persons_faults)
    for definition in results.definitions:
        if definition not in COMPANIONS:
            yield f"### Dismantled by {definition}\n\n{_table_of(found.persons_cells, results, definition)}"


def _nulls(found: Neutrality) -> str:
    if not found.nulls:
        return "No null model was run in this experiment."
    head = ["model", "P(gangs, given dismantled)", "model less null", "runs"]
    rows = [["the model", _share(found.nulls[0].model), "", ""]]
    rows += [
        [
            f"{NULL_NAMES[each.null]}: {NULL_WORDS[each.null]}",
            _share(each.gangs),
            _points(each.difference),
            f"{each.runs}",
        ]
        for each in found.nulls
    ]
    sentences = "\n".join(f"- {each.sentence}" for each in found.nulls)
    return f"{table(head, rows)}\n\n{sentences}"


def _screening(found: Neutrality) -> str:
    said = [
        f"P(gangs, given dismantled) {found.horizon} months after the campaign, by quarter of the draws "
        "of each, and P(fragmented, given dismantled): three independent groups or more, none of which prevails. A "
        "parameter that moved one from nearly nought to nearly one would be an answer put in by hand."
    ]
    for name in SCREENED:
        bands = found.screening.get(name, ())
        if not bands:
            said.append(f"### `{name}`\n\nNot varied in this experiment.")
            continue
        note = f" (where {WITH_SWITCH[name][0]} is {WITH_SWITCH[name][1]})" if name in WITH_SWITCH else ""
        others = [
            (label, moved(bands_of[name]))
            for label, bands_of in found.screening_labels.items()
            if not math.isnan(moved(bands_of[name]))
        ]
        widest = max(others, key=lambda pair: abs(pair[1]), default=("", math.nan))
        split = found.screening_fragmented.get(name, ())
        rows = [[band.part, _share(band.share), f"{band.runs}"] for band in bands]
        head = [name, "gangs", "runs"]
        if split:
            head.insert(2, "fragmented")
            rows = [[*row[:2], _share(band.share), row[2]] for row, band in zip(rows, split, strict=True)]
        said.append(
            f"### `{name}`{note}\n\n{table(head, rows)}\n\nFrom the lowest to the highest quarter gangs move by "
            f"{_signed(moved(bands))}{f', fragmented by {_signed(moved(split))}' if split else ''}; the label that "
            f"moves most is {_words(widest[0])} ({_signed(widest[1])})."
        )
    return "\n\n".join(said)


def _effects(effects: Mapping[str, Sequence[Effect]]) -> str:
    """The screening on its own: how far each parameter alone moves what is left, all else at its default."""
    if not effects:
        return ""
    names = [each.factor for each in next(iter(effects.values()))]
    rows = []
    for outcome, found in effects.items():
        of_factor = {each.factor: each for each in found}
        rows.append([f"`{outcome}`", *(_effect(of_factor[name]) for name in names)])
    return (
        "### Elementary effects\n\nMorris' screening of these under a campaign against the leader: mean change of a "
        "measure when a parameter alone is moved, per its whole range, with its 95 % interval over trajectories, and "
        "in brackets the mean absolute change. The number after a measure is months after the campaign. Marked * is "
        "what chance does not explain; a mean absolute change it always does, since chance alone makes it large.\n\n"
        + table(["measure", *(f"`{name}`" for name in names)], rows)
    )


def _effect(effect: Effect) -> str:
    mark = " \\*" if effect.clear else ""
    return f"{effect.mean:+.2f} ± {effect.mean_half_width:.2f}{mark} ({effect.importance:.2f})"


def _levers(found: Neutrality) -> str:
    if not found.levers:
        return "Nothing was varied."
    rows = [
        [
            f"`{lever.factor}`",
            percent(lever.range),
            "; ".join(f"{band.part}: {percent(band.share.estimate)}" for band in lever.bands),
        ]
        for lever in found.levers[:_MOST_LEVERS]
    ]
    return (
        "Highest less lowest share of gangs over the quarters of a parameter or the forms of a switch. "
        "With so many factors chance "
        "alone moves some of them by several points.\n\n" + table(["factor", "range", "share of gangs"], rows)
    )


def _made(about: object) -> str:
    said = about if isinstance(about, dict) else {}
    if "experiment" not in said:
        return ""
    households = ", ".join(str(count) for count in said.get("households", ()))
    return (
        f"*Experiment {said['name']} (id {said['experiment']}, rules {said['rules_sha256']}), vraem "
        f"{said['vraem']}, design "
        f"{said['design']}, seed {said['seed']}, {said['done']} runs done, {said['failed']} failed, "
        f"households {households}.*"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; numbers to the right."""
    lines = [" | ".join(head), " | ".join(["---", *["---:"] * (len(head) - 1)])]
    lines += [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _words(label: str) -> str:
    return label.replace("_", " ")


def _share(share: Interval) -> str:
    if math.isnan(share.estimate):
        return "-"
    return f"{100 * share.estimate:.1f} % [{100 * share.low:.1f}, {100 * share.high:.1f}]"


def _points(gap: Interval) -> str:
    if math.isnan(gap.estimate):
        return "-"
    return f"{100 * gap.estimate:+.1f} points [{100 * gap.low:+.1f}, {100 * gap.high:+.1f}]"


def _signed(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:+.0f} points"
