"""What a report says, section by section: question, answer, how sure, conditions, tables, method, limits."""

from collections.abc import Iterator, Sequence

from vraem.analysis.contrasts import Contrast
from vraem.analysis.findings import Findings, answer_in_two_sentences
from vraem.analysis.neutrality import EXCEPTED
from vraem.analysis.nulls import NULL_NAMES, NULL_WORDS
from vraem.analysis.questions import DIRECTION_WORDS, Answer
from vraem.analysis.sensitivity import Effect, Index
from vraem.analysis.verdict import SHOWN_SWITCHES, WORDS, ClaimAtHorizon, ClaimVerdict
from vraem.experiment.rules import VerdictRules
from vraem.figures.report_html import (
    amount,
    bullets,
    cell,
    heading,
    number,
    para,
    points,
    share,
    share_text,
    table,
)
from vraem.observe.end_states import DEFINITION_WORDS, END_STATE_WORDS

STATEMENT = (
    "If the group were wiped out, the few that are left would simply become organised crime gangs "
    "(InSight Crime, November 2023)."
)
LIMITS = (
    "The model holds under assumptions that agree with the literature; it is no forecast. Many "
    "parameters of the "
    "organisation could not be fitted to anything and stay near their priors, which is why they are drawn.",
    "Intervals cover chance between seeds and the assumptions that were drawn. They do not cover rules "
    "that the "
    "model does not have.",
    "Persons are synthetic: roles without names, all of them adults. Places are towns and cells of two "
    "kilometres.",
    "End states are labels given afterwards by thresholds; nothing in the model knows them. How far "
    "the answer "
    "hangs on the thresholds is told above.",
    "Shares of end states are of the runs in which the group was dismantled; how often that happens under a "
    "campaign is told apart.",
)
MOST_LEAVES = 4


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
        yield from _claim(found, found.claim)
    for answer in found.answers:
        yield from _other(answer)


def more_sections(found: Findings) -> Iterator[str]:
    """What follows the charts: tables, method, limits."""
    if found.claim is not None:
        yield heading("What comes of a dismantled group")
        yield _states(found.claim)
        yield heading("Campaign by campaign")
        yield from _campaigns(found, found.claim)
    if found.incidence:
        yield heading("How soon")
        yield _incidence(found)
    if found.effects:
        yield heading("Which assumptions matter")
        for outcome, effects in found.effects.items():
            yield _effects(outcome, effects)
    if found.contrasts:
        yield heading("What differs from the reference")
        yield _contrasts(found.contrasts, found.about.get("units", {}))
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


def _claim(found: Findings, claim: ClaimVerdict) -> Iterator[str]:
    head, rules = claim.headline, claim.rules
    judged = head.judgement
    yield (
        f'<p>The verdict is <span class="word">{judged.word}</span>: {WORDS[judged.word]}. It rests on {judged.runs} '
        f"dismantled runs under {judged.clusters} draws of assumptions.</p>"
    )
    rows = [
        [
            cell(f"probability that p is above {rules.supported_above:g}"),
            number("claim.certainty_above", judged.certainty_above),
            cell(f"supported needs {rules.supported_certainty:.0%}"),
        ],
        [
            cell(f"probability that p is below {rules.refuted_below:g}"),
            number("claim.certainty_below", judged.certainty_below),
            cell(f"refuted needs {rules.refuted_certainty:.0%}"),
        ],
        [
            cell("draws of assumptions in which gangs come most often"),
            number("claim.modal_weight", judged.modal_weight),
            cell(f"supported and plural need {rules.modal_weight:.0%}"),
        ],
    ]
    yield table(["", "found", "rule"], rows, "p: share of gangs among dismantled runs")
    yield para(head.fragmentation.sentence)
    yield _two_findings(head)
    yield from _by_switch(claim)
    yield _by_definition(claim)
    yield from _conditions(found)
    yield from _stability(claim)
    yield from _nulls(found)


def _two_findings(head: ClaimAtHorizon) -> str:
    parts = head.fragmentation
    rows = [
        [cell("fragmented, of the dismantled"), share("claim.fragmented", parts.fragmented)],
        [cell("bent on profit after, of the fragmented"), share("claim.profit", parts.profit)],
        [cell("the same groups before the campaign"), share("claim.profit_before", parts.profit_before)],
        [cell("change of profit orientation"), points("claim.profit_change", parts.profit_change)],
    ]
    caption = (
        f"Fragmentation and profit are two findings ({parts.fragmented_runs} of {parts.runs} runs fragmented)"
    )
    return table(["", "share, % (95 % interval)"], rows, caption)


def _by_switch(claim: ClaimVerdict) -> Iterator[str]:
    for switch, forms in claim.by_switch.items():
        rows = [
            [
                cell(form),
                share(f"claim.{switch}.{form}.dismantled", each.dismantled),
                share(f"claim.{switch}.{form}.p", each.judgement.p),
                cell(each.judgement.word),
                cell(each.judgement.runs),
            ]
            for form, each in forms.items()
        ]
        head = [
            switch.replace("_", " "),
            "dismantled, given campaign",
            "gangs, given dismantled",
            "verdict",
            "runs",
        ]
        yield table(head, rows, f"By the form of the mechanism {SHOWN_SWITCHES[switch]}")
        yield _by_form_and_horizon(claim, switch)


def _by_form_and_horizon(claim: ClaimVerdict, switch: str) -> str:
    """P(gangs | dismantled) of each form of a switch, a row a definition, a column a horizon."""
    cells = {(c.form, c.definition, c.horizon): c for c in claim.switch_table if c.switch == switch}
    horizons = list(dict.fromkeys(horizon for _, _, horizon in cells))
    rows = [
        [
            cell(form),
            cell(definition),
            *(
                share(
                    f"switch.{switch}.{form}.{definition}.{horizon}",
                    cells[form, definition, horizon].judgement.p,
                )
                for horizon in horizons
            ),
        ]
        for form, definition in dict.fromkeys((form, definition) for form, definition, _ in cells)
    ]
    head = [switch.replace("_", " "), "dismantled by", *(f"{horizon} months" for horizon in horizons)]
    return table(head, rows, "Gangs, given dismantled, by definition and horizon")


def _by_definition(claim: ClaimVerdict) -> str:
    rows = [
        [
            cell(each.definition),
            cell(f"{each.horizon}"),
            share(f"claim.{each.definition}.{each.horizon}.dismantled", each.dismantled),
            share(f"claim.{each.definition}.{each.horizon}.p", each.judgement.p),
            share(f"claim.{each.definition}.{each.horizon}.fragmented", each.fragmentation.fragmented),
            cell(each.judgement.word),
            cell(each.judgement.runs),
        ]
        for each in claim.table
    ]
    head = [
        "dismantled by",
        "months after",
        "dismantled, given campaign",
        "gangs, given dismantled",
        "fragmented, given dismantled",
        "verdict",
        "runs",
    ]
    return table(head, rows, "By definition of dismantled and by horizon")


def _conditions(found: Findings) -> Iterator[str]:
    if found.discovery is None:
        return
    yield heading("Conditions", 3)
    if found.discovery.box is None:
        yield para(f"No conditions were sought: {found.discovery.note}.")
        return
    yield para(f"Gangs are frequent where {found.discovery.box.sentence}.")
    told = [leaf for leaf in found.discovery.leaves if leaf.limits][:MOST_LEAVES]
    if told:
        yield para("A tree of conditions (CART) finds, densest first:")
        yield bullets(
            [
                f"{' and '.join(limit.words for limit in leaf.limits)}: {leaf.density:.0%} of "
                f"{leaf.runs} runs"
                for leaf in told
            ]
        )
    if found.levers:
        rows = [
            [
                cell(lever.factor),
                number(f"lever.{lever.factor}", lever.range),
                cell("; ".join(f"{b.part}: {share_text(b.share.estimate)}" for b in lever.bands), "text"),
            ]
            for lever in found.levers
        ]
        yield table(
            ["assumption", "moves gangs by", "share of gangs by quarter or form"],
            rows,
            "Assumptions over which the share of gangs moves farthest (chance alone moves some of them)",
        )


def _stability(claim: ClaimVerdict) -> Iterator[str]:
    if not claim.stability:
        return
    base = claim.stability[0].share
    moved = [row for row in claim.stability if row.threshold != "none"]
    low, high = min(row.share for row in moved), max(row.share for row in moved)
    yield heading("Where the thresholds stand", 3)
    yield para(
        f"Thresholds of the labels moved by {claim.rules.label_variation:.0%}, one at a time and all at "
        "once, take "
        f"the share of gangs from {share_text(base)} to between {share_text(low)} and {share_text(high)}."
    )
    shown = [row for row in moved if row.changed > 0.0]
    rows = [
        [
            cell(row.threshold.replace("_", " ")),
            cell(f"× {row.factor:g}"),
            number(f"stability.{row.threshold}.{row.factor:g}.changed", row.changed),
            number(f"stability.{row.threshold}.{row.factor:g}.share", row.share),
        ]
        for row in shown
    ]
    if rows:
        caption = "Thresholds that change any label; verdict.json has all"
        yield table(["threshold", "moved", "labels that change", "gangs"], rows, caption)


def _nulls(found: Findings) -> Iterator[str]:
    if not found.nulls:
        return
    yield heading("Null models", 3)
    rows = [
        [
            cell(f"{NULL_NAMES[each.null]}: {NULL_WORDS[each.null]}"),
            share(f"null.{each.null}.gangs", each.gangs),
            share(f"null.{each.null}.model", each.model),
            points(f"null.{each.null}.difference", each.difference),
            cell(each.runs),
        ]
        for each in found.nulls
    ]
    yield table(["null model", "gangs there", "gangs in the model", "difference, points", "runs"], rows)
    yield bullets([each.sentence for each in found.nulls])


def _states(claim: ClaimVerdict) -> str:
    head = claim.headline
    others = [each for each in claim.table if each.definition == head.definition]
    labels = [
        label
        for label in head.states.clustered
        if any(each.states.clustered[label].estimate > 0 for each in others) or label in END_STATE_WORDS
    ]
    rows = [
        [
            cell(label.replace("_", " ")),
            cell(END_STATE_WORDS.get(label, ""), "text"),
            *(share(f"state.{label}.{each.horizon}", each.states.clustered[label]) for each in others),
        ]
        for label in labels
    ]
    rows.append([cell("runs"), cell(""), *(cell(each.states.runs) for each in others)])
    excepted = EXCEPTED.get(head.definition, ())
    note = f" ({', '.join(excepted)} cannot come)" if excepted else ""
    return table(
        ["end state", "meaning", *(f"{each.horizon} months" for each in others)],
        rows,
        f"Share of dismantled runs ({DEFINITION_WORDS[head.definition]}){note}, % with 95 % interval "
        "over draws",
    )


def _campaigns(found: Findings, claim: ClaimVerdict) -> Iterator[str]:
    rows = [
        [
            cell(arm),
            share(f"arm.{arm}.dismantled", each.dismantled),
            share(f"arm.{arm}.p", each.judgement.p),
            share(f"arm.{arm}.fragmented", each.fragmentation.fragmented),
            cell(each.judgement.word),
            cell(each.judgement.runs),
        ]
        for arm, each in claim.by_arm.items()
    ]
    head = [
        "campaign",
        "dismantled, given campaign",
        "gangs, given dismantled",
        "fragmented, given dismantled",
        "verdict",
        "runs",
    ]
    yield table(head, rows, f"{claim.headline.horizon} months after")
    if found.campaigns:
        rows = [
            [
                cell(each.arm),
                points(f"against.{each.arm}.difference", each.difference),
                number(f"against.{each.arm}.p_holm", each.p_holm, f"{each.p_holm:.3f}"),
                cell("yes" if each.equal.equivalent else "no"),
                points(f"against.{each.arm}.newcombe", each.newcombe),
                number(f"against.{each.arm}.p_mcnemar", each.p_mcnemar, f"{each.p_mcnemar:.3f}"),
                cell(each.both),
            ]
            for each in found.campaigns
        ]
        margin = found.rules["equivalence"]
        yield table(
            [
                "campaign",
                "difference, points",
                "p (Holm)",
                f"equal within {100 * margin:.0f} points",
                "pairs dismantled under both (Newcombe)",
                "p (McNemar)",
                "pairs",
            ],
            rows,
            f"P(gangs, given dismantled) less that of {found.campaigns[0].control}",
        )


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
                cell(f"{each.p_holm:.3f}"),
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
    return table(head, rows, "Share of runs by years after the campaign's start (Aalen and Johansen)")


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


def _contrasts(rows: Sequence[Contrast], units: object) -> str:
    known = units if isinstance(units, dict) else {}
    body = [
        [
            cell(each.arm),
            cell(each.outcome.replace("_", " "), "text"),
            cell(f"{each.reference_mean:.4g}"),
            amount(f"contrast.{each.arm}.{each.outcome}", each.difference),
            cell(f"{each.p_holm:.3f}"),
            cell(known.get(each.outcome, "")),
            cell(each.pairs),
        ]
        for each in rows
    ]
    reference = rows[0].reference
    return table(
        ["arm", "outcome", reference, "difference (95 % interval)", "p (Holm)", "unit", "pairs"],
        body,
        f"Arm less {reference}, seed by seed; intervals resample whole draws of assumptions",
    )


def _method(found: Findings) -> Iterator[str]:
    about, runs = found.about, found.runs
    weak = (
        f" {runs['weak']} had too weak a group when the campaign began and are left out of the verdict."
        if runs["weak"]
        else ""
    )
    yield para(
        f"{runs['all']} runs of {runs['arms']} arms under {runs['draws']} draws of assumptions with "
        f"{runs['seeds']} "
        f"seeds each. Arms share seeds, and with them all chance until they differ.{weak}"
    )
    yield para(
        "p is judged by a posterior that takes runs of one draw of assumptions together (Bayesian "
        "bootstrap of whole "
        "draws, with Jeffreys' prior worth one draw). A label is modal in a draw if no other comes "
        "more often there."
    )
    yield _rules(found.rules)
    facts = [
        ("experiment", f"{about.get('name', '')}, id {about.get('experiment', '')}"),
        ("rules of the verdict (hash)", about.get("rules_sha256", "")),
        ("thresholds of the labels (hash)", found.thresholds_hash),
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
