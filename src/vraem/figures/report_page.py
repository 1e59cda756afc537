"""What a report says, section by section: question, answer, how sure, conditions, tables, method, limits."""

from collections.abc import Iterator, Mapping, Sequence

from vraem.analysis.findings import Findings, answer_in_two_sentences
from vraem.analysis.questions import DIRECTION_WORDS, Answer
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import Effect, Index
from vraem.analysis.verdict import WORDS
from vraem.analysis.words import counted
from vraem.experiment.rules import VerdictRules
from vraem.figures.outcome_words import POINTS, named_outcome, words_of
from vraem.figures.report_claim import campaign_sections, claim_sections, end_state_table, splinter_section
from vraem.figures.report_html import (
    amount,
    bullets,
    cell,
    heading,
    number,
    p_text,
    para,
    quantity,
    share,
    table,
)
from vraem.figures.report_readings import history_section
from vraem.figures.report_words import word_list
from vraem.figures.sensitivity_bars import factor_meaning
from vraem.figures.style import thousands
from vraem.figures.swept import began

STATEMENT = (
    "If the group were wiped out, the few that are left would simply become organised crime gangs "
    "(InSight Crime, November 2023)."
)
SHARE = "share"
LIMITS = (
    "The model holds under assumptions that agree with the literature; it is no forecast. Many parameters of the "
    "organisation could not be fitted to anything and stay near their priors, which is why they are drawn.",
    "Intervals cover chance between seeds and the assumptions that were drawn. They do not cover rules that the "
    "model does not have.",
    "Persons are synthetic: roles without names, all of them adults. Places are towns and cells of two "
    "kilometres.",
)
LIMITS_OF_LABELS = (
    "End states are labels given afterwards by thresholds; nothing in the model knows them. How far the answer "
    "hangs on the thresholds is told above.",
    "Shares of end states are of the runs in which the group was dismantled; how often that happens under a "
    "campaign is told apart.",
)


def opening(found: Findings, results: Results) -> Iterator[str]:
    """The head of the page: title, question and answer."""
    about = found.about
    yield heading(_title(found), 1)
    if results.replaced:
        yield para(results.replaced, "question")
    if about.get("question"):
        yield para(str(about["question"]), "question")
    if found.claim is not None:
        yield para(f"The statement under test: {STATEMENT}", "note")
    yield _answer(found)


def sections(found: Findings, results: Results) -> Iterator[str]:
    """The page from the answer to the charts, then ``more_sections`` follow."""
    if found.claim is not None:
        yield heading("What the words mean")
        yield from word_list(found.claim)
    if _judged(found):
        yield heading("How sure, and under which conditions")
    if found.claim is not None:
        yield from claim_sections(found, found.claim)
    for answer in found.answers:
        yield from _other(answer, results, found.about.get("units", {}))
    if found.claim is None:
        yield from history_section(found, None)


def _judged(found: Findings) -> bool:
    """Whether the rules ask anything that these runs can be judged by."""
    return found.claim is not None or bool(found.answers)


def more_sections(found: Findings, results: Results) -> Iterator[str]:
    """What follows the charts: tables, method, limits."""
    if found.claim is not None:
        yield heading("What comes of a dismantled group")
        yield end_state_table(found.claim)
        yield from splinter_section(found)
        yield heading("Campaign by campaign")
        yield from campaign_sections(found, found.claim)
    if found.incidence:
        yield heading("How soon")
        yield _incidence(found, results)
    if found.effects:
        yield heading("Which assumptions matter")
        for outcome, effects in found.effects.items():
            yield _effects(outcome, effects, results)
    if found.contrasts:
        yield heading("What differs from the reference")
        yield _contrasts(found, results)
    yield heading("Method")
    yield from _method(found, results)
    yield heading("Limits")
    yield bullets([*LIMITS, *LIMITS_OF_LABELS] if found.claim is not None else LIMITS)


def _title(found: Findings) -> str:
    return str(found.about.get("description") or found.about.get("name") or "Report")


def _answer(found: Findings) -> str:
    said = answer_in_two_sentences(found) or [
        "This experiment puts no statement to the test; the tables below say what differs between its arms."
    ]
    return f'<div class="answer">{"".join(para(text) for text in said)}</div>'


def _other(answer: Answer, results: Results, units: Mapping[str, str]) -> Iterator[str]:
    yield heading(f"{answer.question}: {answer.statement}", 3)
    yield para(f"Asked of each run: {answer.asked}. Verdict: {answer.word}, that is, {WORDS[answer.word]}.")
    if answer.parts:
        rows = [
            [
                cell(name),
                share(f"{answer.question}.{name}.p", each.p),
                number(f"{answer.question}.{name}.certainty_above", each.certainty_above),
                number(f"{answer.question}.{name}.certainty_below", each.certainty_below),
                cell(each.word),
                cell(each.runs),
            ]
            for name, each in answer.parts.items()
        ]
        yield table(["", "runs in which it holds", "P(p above)", "P(p below)", "verdict", "runs"], rows)
    if answer.effects:
        shown = [(each, way, *_shown_in(each.outcome, units)) for each, way in answer.effects]
        rows = [
            [
                cell(each.arm),
                cell(named_outcome(results, each.outcome).whole, "text"),
                amount(f"{answer.question}.{each.arm}.{each.outcome}", each.difference, factor),
                cell(p_text(each.p_holm)),
                cell(unit),
                cell(DIRECTION_WORDS[way], "text"),
            ]
            for each, way, factor, unit in shown
        ]
        yield table(["arm", "outcome", "difference (95 % interval)", "p (Holm)", "unit", ""], rows)


def _incidence(found: Findings, results: Results) -> str:
    years = list(found.incidence[0].at)
    rows = [
        [
            cell(each.event),
            cell(each.arm),
            *(share(f"incidence.{each.event}.{each.arm}.{year}", each.at[year]) for year in years),
        ]
        for each in found.incidence
    ]
    head = ["first", "arm", *(f"year {year}" for year in years)]
    return table(
        head,
        rows,
        f"Share of runs by years after {began(results)} (Aalen and Johansen; intervals leave out "
        f"{found.clusters} in turn)",
    )


def _effects(outcome: str, effects: Sequence[Effect | Index], results: Results) -> str:
    """Sensitivity of one outcome, the assumption that matters most first."""
    columns = {
        "importance": "mean absolute effect (Morris)",
        "mean": "mean effect",
        "spread": "spread of effects",
        "first": "first-order index (Sobol')",
        "total": "total index",
    }
    known = [name for name in columns if hasattr(effects[0], name)]
    rows = [
        [
            cell(factor_meaning(each.factor)),
            *(
                number(f"effect.{outcome}.{each.factor}.{name}", value, quantity(value))
                for name, value in ((name, float(getattr(each, name))) for name in known)
            ),
        ]
        for each in effects
    ]
    head = ["assumption", *(columns[name] for name in known)]
    return table(head, rows, named_outcome(results, outcome).whole)


def _contrasts(found: Findings, results: Results) -> str:
    """Each arm less the reference, a row an outcome; shares in per cent and percentage points."""
    rows, known = found.contrasts, found.about.get("units", {})
    body = []
    for each in rows:
        name = named_outcome(results, each.outcome)
        factor, unit = _shown_in(each.outcome, known)
        body.append(
            [
                cell(each.arm),
                cell(name.label, "text"),
                cell(name.period, "text"),
                cell(quantity(factor * each.reference_mean)),
                amount(f"contrast.{each.arm}.{each.outcome}", each.difference, factor),
                cell(p_text(each.p_holm)),
                cell(unit),
                cell(each.pairs),
            ]
        )
    reference = rows[0].reference
    return table(
        ["arm", "outcome", "over", reference, "difference (95 % interval)", "p (Holm)", "unit", "pairs"],
        body,
        f"Arm less {reference}, seed by seed; intervals and p are Student's over {found.clusters}",
    )


def _shown_in(outcome: str, units: Mapping[str, str]) -> tuple[float, str]:
    """Factor and unit of an outcome in a table, as in charts: per cent of shares and of what is set against before."""
    unit = units.get(outcome, "")
    if unit == SHARE or words_of(outcome).family == POINTS:
        return 100.0, "%, percentage points"
    return 1.0, unit


def _method(found: Findings, results: Results) -> Iterator[str]:
    about, runs = found.about, found.runs
    weak = (
        f" {runs['weak']} of the {runs['tried']} with a campaign had too weak a group when it began and are left out "
        "of the verdict."
        if runs["weak"]
        else ""
    )
    yield para(
        f"{counted(runs['all'], 'run')} of {counted(runs['arms'], 'arm')} under "
        f"{counted(runs['draws'], 'draw')} of assumptions with {counted(runs['seeds'], 'seed')} each. "
        f"Arms share seeds, and with them all chance until they differ.{weak}"
    )
    if _judged(found):
        yield para(
            "p is judged by a posterior that takes together what shares chance (Bayesian bootstrap of whole "
            f"{found.clusters}, with Jeffreys' prior worth one). A label is modal in a draw of assumptions if no other "
            "comes more often there."
        )
        yield _rules(found.rules)
    facts = [
        ("experiment", f"{about.get('name', '')}, id {about.get('experiment', '')}"),
        ("rules of the verdict (hash)", about.get("rules_sha256", "") if _judged(found) else ""),
        (
            "thresholds of the labels (hash)",
            found.thresholds_hash or "not kept by this version" if results.horizons else "",
        ),
        ("design", f"{about.get('design', '')}, seeds mixed from {about.get('seed', '')}"),
        ("runs planned, done, failed", f"{about.get('planned')}, {about.get('done')}, {about.get('failed')}"),
        ("households", ", ".join(map(thousands, about.get("households", ())))),
        ("period", f"{about.get('first_day', '')} to {about.get('last_day', '')}"),
        ("vraem, Python", f"{about.get('vraem', '')}, {about.get('python', '')}"),
        ("libraries", ", ".join(f"{k} {v}" for k, v in about.get("libraries", {}).items())),
    ]
    yield table(["", ""], [[cell(name), cell(value, "text")] for name, value in facts if value])
    arms = about.get("arms", {})
    if arms:
        yield table(["arm", "what it is"], [[cell(n), cell(d, "text")] for n, d in arms.items()])


def _rules(values: dict[str, object]) -> str:
    fields = VerdictRules.model_fields
    rows = [
        [
            cell(name.replace("_", " ")),
            cell(_text(values[name])),
            cell(fields[name].description or "", "text"),
        ]
        for name in fields
        if values.get(name) is not None
    ]
    return table(["rule", "value", "meaning"], rows, "Rules of the verdict, written down before the runs")


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
