"""What a report says, section by section: question, answer, how sure, conditions, tables, method, limits."""

from collections.abc import Iterator, Sequence

from vraem.analysis.findings import Findings, answer_in_two_sentences
from vraem.analysis.questions import DIRECTION_WORDS, Answer
from vraem.analysis.sensitivity import Effect, Index
from vraem.analysis.verdict import WORDS
from vraem.analysis.words import counted
from vraem.experiment.rules import VerdictRules
from vraem.figures.report_claim import campaign_sections, claim_sections, end_state_table, splinter_section
from vraem.figures.report_html import (
    amount,
    bullets,
    cell,
    heading,
    number,
    p_text,
    para,
    share,
    table,
)
from vraem.figures.report_readings import history_section

STATEMENT = (
    "If the group were wiped out, the few that are left would simply become organised crime gangs "
    "(InSight Crime, November 2023)."
)
LIMITS = (
    "The model holds under assumptions that agree with the literature; it is no forecast. Many parameters of the "
    "organisation could not be fitted to anything and stay near their priors, which is why they are drawn.",
    "Intervals cover chance between seeds and the assumptions that were drawn. They do not cover rules that the "
    "model does not have.",
    "Persons are synthetic: roles without names, all of them adults. Places are towns and cells of two "
    "kilometres.",
    "End states are labels given afterwards by thresholds; nothing in the model knows them. How far the answer "
    "hangs on the thresholds is told above.",
    "Shares of end states are of the runs in which the group was dismantled; how often that happens under a "
    "campaign is told apart.",
)


def sections(found: Findings) -> Iterator[str]:
    """The page from its title to the charts, then ``more_sections`` follow."""
    about = found.about
    yield heading(_title(found), 1)
    if about.get("question"):
        yield para(str(about["question"]), "question")
    if found.claim is not None:
        yield para(f"The statement under test: {STATEMENT}", "note")
    yield _answer(found)
    yield heading("How sure, and under which conditions")
    if found.claim is not None:
        yield from claim_sections(found, found.claim)
    for answer in found.answers:
        yield from _other(answer)
    if found.claim is None:
        yield from history_section(found, None)


def more_sections(found: Findings) -> Iterator[str]:
    """What follows the charts: tables, method, limits."""
    if found.claim is not None:
        yield heading("What comes of a dismantled group")
        yield end_state_table(found.claim)
        yield from splinter_section(found)
        yield heading("Campaign by campaign")
        yield from campaign_sections(found, found.claim)
    if found.incidence:
        yield heading("How soon")
        yield _incidence(found)
    if found.effects:
        yield heading("Which assumptions matter")
        for outcome, effects in found.effects.items():
            yield _effects(outcome, effects)
    if found.contrasts:
        yield heading("What differs from the reference")
        yield _contrasts(found)
    yield heading("Method")
    yield from _method(found)
    yield heading("Limits")
    yield bullets(LIMITS)


def _title(found: Findings) -> str:
    return str(found.about.get("description") or found.about.get("name") or "Report")


def _answer(found: Findings) -> str:
    said = answer_in_two_sentences(found) or [
        "The rules of this experiment ask no question; the tables below say what differs between its arms."
    ]
    return f'<div class="answer">{"".join(para(text) for text in said)}</div>'


def _other(answer: Answer) -> Iterator[str]:
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
        rows = [
            [
                cell(each.arm),
                cell(each.outcome.replace("_", " "), "text"),
                amount(f"{answer.question}.{each.arm}.{each.outcome}", each.difference),
                cell(p_text(each.p_holm)),
                cell(DIRECTION_WORDS[way], "text"),
            ]
            for each, way in answer.effects
        ]
        yield table(["arm", "outcome", "difference (95 % interval)", "p (Holm)", ""], rows)


def _incidence(found: Findings) -> str:
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
        "Share of runs by years after the campaign's start (Aalen and Johansen; intervals leave out "
        f"{found.clusters} in turn)",
    )


def _effects(outcome: str, effects: Sequence[Effect | Index]) -> str:
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
            cell(each.factor),
            *(
                number(f"effect.{outcome}.{each.factor}.{name}", value, f"{value:.3g}")
                for name, value in ((name, float(getattr(each, name))) for name in known)
            ),
        ]
        for each in effects
    ]
    return table(["assumption", *(columns[name] for name in known)], rows, outcome.replace("_", " "))


def _contrasts(found: Findings) -> str:
    rows, known = found.contrasts, found.about.get("units", {})
    body = [
        [
            cell(each.arm),
            cell(each.outcome.replace("_", " "), "text"),
            cell(f"{each.reference_mean:.4g}"),
            amount(f"contrast.{each.arm}.{each.outcome}", each.difference),
            cell(p_text(each.p_holm)),
            cell(known.get(each.outcome, "")),
            cell(each.pairs),
        ]
        for each in rows
    ]
    reference = rows[0].reference
    return table(
        ["arm", "outcome", reference, "difference (95 % interval)", "p (Holm)", "unit", "pairs"],
        body,
        f"Arm less {reference}, seed by seed; intervals and p are Student's over {found.clusters}",
    )


def _method(found: Findings) -> Iterator[str]:
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
    yield para(
        "p is judged by a posterior that takes together what shares chance (Bayesian bootstrap of whole "
        f"{found.clusters}, with Jeffreys' prior worth one). A label is modal in a draw of assumptions if no other "
        "comes more often there."
    )
    yield _rules(found.rules)
    facts = [
        ("experiment", f"{about.get('name', '')}, id {about.get('experiment', '')}"),
        ("rules of the verdict (hash)", about.get("rules_sha256", "")),
        ("thresholds of the labels (hash)", found.thresholds_hash or "not kept by this version"),
        ("design", f"{about.get('design', '')}, seeds mixed from {about.get('seed', '')}"),
        ("runs planned, done, failed", f"{about.get('planned')}, {about.get('done')}, {about.get('failed')}"),
        ("households", ", ".join(map(str, about.get("households", ())))),
        ("period", f"{about.get('first_day', '')} to {about.get('last_day', '')}"),
        ("vraem, Python", f"{about.get('vraem', '')}, {about.get('python', '')}"),
        ("libraries", ", ".join(f"{k} {v}" for k, v in about.get("libraries", {}).items())),
    ]
    yield table(["", ""], [[cell(name), cell(value, "text")] for name, value in facts])
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
