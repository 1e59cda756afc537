"""Section of a report that says what its words mean, before they are used."""

from collections.abc import Iterator

from vraem.analysis.verdict import SHOWN_SWITCHES, WORDS, ClaimVerdict
from vraem.analysis.words import percent
from vraem.figures.report_html import cell, para, table
from vraem.observe.end_states import DEFINITION_WORDS, END_STATE_WORDS
from vraem.scenario.switches import SWITCHES


def word_list(claim: ClaimVerdict) -> Iterator[str]:
    """Definitions of dismantled, of gangs, of the verdict and of the mechanisms by whose forms it is shown."""
    rules, head = claim.rules, claim.headline
    rows = [
        [
            cell(f"dismantled ({name}){', as asked here' if name == head.definition else ''}"),
            cell(words, "text"),
        ]
        for name, words in DEFINITION_WORDS.items()
    ]
    rows += [
        [cell("gangs"), cell(END_STATE_WORDS["gangs"], "text")],
        [cell("p"), cell("share of gangs among the dismantled runs", "text")],
        [cell("supported"), cell(f"p is above {percent(rules.supported_above)} almost surely", "text")],
        [cell("refuted"), cell(f"p is below {percent(rules.refuted_below)} almost surely", "text")],
        [cell("contingent"), cell(WORDS["contingent"], "text")],
        [cell("draw"), cell("one set of values of all assumptions; all arms are run under each", "text")],
    ]
    rows += [
        [cell(f"{switch.replace('_', ' ')} ({label})"), cell(SWITCHES[switch].meaning, "text")]
        for switch, label in SHOWN_SWITCHES.items()
        if switch in claim.by_switch
    ]
    yield table(["word", "meaning"], rows)
    yield para("Brackets and small numbers are 95 % intervals over what chance drew.", "note")
