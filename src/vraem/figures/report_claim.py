"""Sections of a report that judge the claim: verdict, both findings, mechanisms, conditions, thresholds, campaigns."""

from collections.abc import Iterator

from vraem.analysis.findings import Findings
from vraem.analysis.labels import WHOLE_TABLE
from vraem.analysis.neutrality import EXCEPTED
from vraem.analysis.nulls import NULL_NAMES, NULL_WORDS
from vraem.analysis.verdict import SHOWN_SWITCHES, WORDS, ClaimAtHorizon, ClaimVerdict
from vraem.analysis.words import percent
from vraem.figures.report_html import (
    bullets,
    cell,
    heading,
    number,
    p_text,
    para,
    points,
    share,
    share_text,
    table,
)
from vraem.figures.report_readings import by_part, other_readings
from vraem.figures.sensitivity_bars import factor_meaning
from vraem.figures.swept import MONTHS_A_YEAR, when
from vraem.observe.end_states import DEFINITION_WORDS, END_STATE_WORDS
from vraem.observe.splinters import SPLINTER_WORDS
from vraem.observe.thresholds import THRESHOLDS

MOST_LEAVES = 4


def claim_sections(found: Findings, claim: ClaimVerdict) -> Iterator[str]:
    """How sure the verdict on the claim is, and under which conditions."""
    head, rules = claim.headline, claim.rules
    judged = head.judgement
    yield (
        f'<p>The verdict is <span class="word">{judged.word}</span>: {WORDS[judged.word]}. It rests on {judged.runs} '
        f"dismantled runs under {judged.clusters} {found.clusters}.</p>"
    )
    rows = [
        [
            cell(f"probability that p is above {rules.supported_above:g}"),
            number("claim.certainty_above", judged.certainty_above),
            cell(f"supported needs {percent(rules.supported_certainty)}"),
        ],
        [
            cell(f"probability that p is below {rules.refuted_below:g}"),
            number("claim.certainty_below", judged.certainty_below),
            cell(f"refuted needs {percent(rules.refuted_certainty)}"),
        ],
        [
            cell("draws of assumptions in which gangs come most often"),
            number("claim.modal_weight", judged.modal_weight),
            cell(f"supported and plural need {percent(rules.modal_weight)}"),
        ],
    ]
    yield table(["", "found", "rule"], rows, "p: share of gangs among dismantled runs")
    yield para(head.fragmentation.sentence)
    yield _two_findings(head)
    yield from _by_switch(claim)
    yield _by_definition(claim)
    yield from other_readings(found, claim)
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
                f"{' and '.join(limit.words for limit in leaf.limits)}: {percent(leaf.density)} of "
                f"{leaf.runs} runs"
                for leaf in told
            ]
        )
    if found.levers:
        rows = [
            [
                cell(factor_meaning(lever.factor)),
                number(f"lever.{lever.factor}", lever.range),
                cell(by_part(lever), "text"),
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
    base = next(
        (row.share for row in claim.stability if row.threshold == "none"), claim.headline.judgement.p.estimate
    )
    moved = [row for row in claim.stability if row.threshold != "none"]
    low, high = min(row.share for row in moved), max(row.share for row in moved)
    yield heading("Where the thresholds stand", 3)
    moving = f"Thresholds of the labels moved by {percent(claim.rules.label_variation)}, one at a time and all at once"
    least = [row.factor * THRESHOLDS.strength_min for row in moved if row.threshold == "strength_min"]
    if least:
        moving += f", or the least armed of a group set to {' and '.join(f'{armed:g}' for armed in least)}"
    if any(row.threshold == WHOLE_TABLE for row in moved):
        moving += (
            ", or the whole table moved by a fifth, so that other runs count as dismantled and other groups as "
            "independent"
        )
    now, ends = share_text(base), [share_text(low), share_text(high)]
    if ends == [now, now]:
        yield para(f"{moving}: the share of gangs does not change ({now}).")
    else:
        yield para(f"{moving}, take the share of gangs from {now} to between {ends[0]} and {ends[1]}.")
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


def end_state_table(claim: ClaimVerdict) -> str:
    """What comes of a dismantled group: share of each end state by horizon."""
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


def splinter_section(found: Findings) -> Iterator[str]:
    """What becomes of columns that break away from a dismantled group."""
    seen = found.splinters
    if seen is None:
        return
    yield heading("What becomes of the splinters", 3)
    low, middle, high = seen.armed
    size = (
        f" They had {middle:.0f} armed members when they broke away (quarters: {low:.0f} and {high:.0f})."
        if seen.splinters
        else ""
    )
    yield para(
        f"In {share_text(seen.any.estimate)} of the {seen.runs} dismantled runs at least one column broke away after "
        f"the campaign began; {seen.a_run.estimate:.1f} a run did.{size}"
    )
    if not seen.at:
        return
    rows = [
        [
            cell(words),
            *(share(f"splinters.{fate}.{years}", shares[fate]) for years, shares in seen.at.items()),
        ]
        for fate, words in SPLINTER_WORDS.items()
    ]
    rows.append([cell("splinters watched so long"), *(cell(number) for number in seen.watched.values())])
    yield table(
        ["after the split", *(when(MONTHS_A_YEAR * years) for years in seen.at)],
        rows,
        "What first became of a splinter, % with 95 % interval over draws",
    )


def campaign_sections(found: Findings, claim: ClaimVerdict) -> Iterator[str]:
    """The verdict campaign by campaign, and each against the control."""
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
                number(f"against.{each.arm}.p_holm", each.p_holm, p_text(each.p_holm)),
                cell("yes" if each.equal.equivalent else "no"),
                points(f"against.{each.arm}.newcombe", each.newcombe) if each.newcombe else cell("–"),
                cell("–")
                if each.p_mcnemar is None
                else number(f"against.{each.arm}.p_mcnemar", each.p_mcnemar, p_text(each.p_mcnemar)),
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
