"""The other statements of the article: Q2, Q3, Q4, Q7 and Q8 as verdicts by rules like those of Q1.

Q2, Q3 and Q7 are statements that hold or not in a run, and are judged as Q1 is. Q4 asks for effects whose
sign is open: each is up, down, none (equal within the margin) or open. Q8 is a statement on the valley's
share and an effect on the rest of Peru.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis import outcome_columns as columns
from vraem.analysis.contrasts import Contrast, contrasts
from vraem.analysis.intervals import is_clear
from vraem.analysis.results import Results
from vraem.analysis.verdict import Judgement, Word, judge
from vraem.analysis.words import percent
from vraem.valley import ROUTES

Direction = Literal["up", "down", "none", "open"]
DIRECTION_WORDS: Mapping[Direction, str] = {
    "up": "rises: the interval leaves out zero, also after Holm's correction",
    "down": "falls: the interval leaves out zero, also after Holm's correction",
    "none": "does not change by as much as the margin",
    "open": "is not settled by these runs",
}

STATEMENTS: Mapping[str, str] = {
    "Q2": "Organised crime remains even if the operations succeed.",
    "Q3": "The group would not exist without coca.",
    "Q4": "Losing the heirs strikes the leader, the succession and the columns.",
    "Q7": "About 40 per cent of the valley's cocaine passes through Callao.",
    "Q8": "The valley holds 37 per cent of Peru's coca, and coca moves elsewhere when it is destroyed.",
}


class Answer(NamedTuple):
    """The verdict on one statement.

    ``judgement`` of a statement that holds or not, by horizon or arm in ``parts``; ``effects``: contrasts
    with their directions. ``asked`` says what was asked of a run. ``word`` is the verdict of the whole, that of the
    part ``headline`` where there are parts.
    """

    question: str
    statement: str
    asked: str
    word: Word
    parts: dict[str, Judgement]
    effects: list[tuple[Contrast, Direction]]
    headline: str = ""


def direction(contrast: Contrast) -> Direction:
    """Where an effect goes, if that is settled."""
    low, high = contrast.difference.low, contrast.difference.high
    clear = is_clear(contrast.p_holm) and (low > 0 or high < 0)
    if clear and not (contrast.equal and contrast.equal.equivalent):
        return "up" if contrast.difference.estimate > 0 else "down"
    return "none" if contrast.equal and contrast.equal.equivalent else "open"


def remains(results: Results) -> Answer | None:
    """Q2: after a dismantling, does somebody still sell protection, the lineage or others in its place?"""
    needed = [
        columns.at(name, months)
        for name in (columns.REVENUE, columns.OTHERS_SHARE)
        for months in results.horizons
    ]
    if not needed or not results.has(*needed) or not results.definitions:
        return None
    kept, rules = results.judged, results.rules
    parts: dict[str, Judgement] = {}

    def part(name: str, of: Results, months: int) -> None:
        lineage = of.numbers(columns.at(columns.REVENUE, months)) >= rules.revenue_remains
        others = of.numbers(columns.at(columns.OTHERS_SHARE, months)) >= rules.others_hold
        parts[name] = judge(of, lineage | others, of.counted(months), rules, name=f"Q2 {name}")

    for months in results.horizons:
        part(f"{months} months", kept, months)
    for arm in kept.campaigns:
        if (kept.frame["arm"] == arm).any():
            part(arm, kept.of_arm(arm), results.headline)
    asked = (
        f"protection revenue of the lineage is at least {percent(rules.revenue_remains)} of the baseline's "
        "share of what "
        f"could be had, or others hold at least {percent(rules.others_hold)} of all groups' revenue"
    )
    return _judged("Q2", asked, parts, f"{results.headline} months")


def needs_coca(results: Results, arms: Sequence[str]) -> Answer | None:
    """Q3: where an income is taken away (``arms``), is the group gone at the horizon?"""
    name = columns.at(columns.ARMED, results.headline) if results.horizons else ""
    arms = [arm for arm in arms if (results.strong.frame["arm"] == arm).any()]
    if not arms or not results.has(name):
        return None
    kept, rules = results.strong, results.rules
    parts = {}
    for arm in arms:
        own = kept.of_arm(arm)
        armed = own.numbers(name)
        parts[arm] = judge(own, armed < rules.survives, np.isfinite(armed), rules, name=f"Q3 {arm}")
    effects = contrasts(kept, [name], arms=arms)
    asked = f"fewer than {percent(rules.survives)} of the armed members are left {results.headline} months on"
    return _judged("Q3", asked, parts, arms[0])._replace(effects=_directed(effects))


HEIR_OUTCOMES: Mapping[str, str] = {
    "authority_year1": "authority of the leader in the first year after",
    "authority_year3": "authority of the leader in the third year after",
    "leader_present_year3": "share of the three years after in which the group has a leader",
    "command_link_year1": "command link of the columns in the first year after",
    "command_link_year3": "command link of the columns in the third year after",
    "splits_year3": "columns that secede in the three years after",
    "exits_year1": "members who leave of their own will in the first year after",
    "attacks_year1": "attacks on the state in the first year after",
    "recruits_year1": "recruits in the first year after",
    "armed_year3": "armed members in the third year after",
    "fragmented_60": "three groups or more five years after",
}
"""What losing heirs may change, where the runs have it: column and words. The sign of each is open."""
HEIR_SHARES = (
    "authority_year1",
    "authority_year3",
    "leader_present_year3",
    "command_link_year1",
    "command_link_year3",
    "fragmented_60",
)


def heirs(results: Results, arms: Sequence[str]) -> Answer | None:
    """Q4: what the loss of heirs (``arms``) changes against the reference; no sign is taken for granted.

    The effects of a control (as many taken who are no heirs) are shown beside those of heirs and decide nothing. Only
    shares can be told to be the same as before: what has another unit may speak for an effect, not against one.
    """
    outcomes = [name for name in HEIR_OUTCOMES if name in results.frame]
    present = set(results.frame["arm"])
    arms = [arm for arm in arms if arm in present and arm != results.reference]
    if not outcomes or not arms or results.reference not in present:
        return None
    found = _directed(contrasts(results.strong, outcomes, arms=arms, shares=HEIR_SHARES))
    judged = [(each.outcome, way) for each, way in found if each.arm != results.control]
    settled = any(way in ("up", "down") for _, way in judged)
    of_shares = [way for outcome, way in judged if outcome in HEIR_SHARES]
    equal = bool(of_shares) and all(way == "none" for way in of_shares)
    word: Word = "supported" if settled else "refuted" if equal else "contingent"
    asked = "any of these outcomes moves, either way: " + "; ".join(HEIR_OUTCOMES[name] for name in outcomes)
    return Answer("Q4", STATEMENTS["Q4"], asked, word, {}, found)


def through_callao(results: Results) -> Answer | None:
    """Q7: does a run without any measure send about 40 per cent of its cocaine by way of Callao?"""
    rules = results.rules
    ways = [columns.EXPORTED.format(route=route) for route in ROUTES]
    if not results.has(*ways):
        return None
    left = {way: results.numbers(way) for way in ways}
    whole = np.sum(list(left.values()), axis=0)
    through = np.sum([left[columns.EXPORTED.format(route=route)] for route in columns.CALLAO], axis=0)
    share = np.divide(through, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    asked = f"between {percent(rules.callao_low)} and {percent(rules.callao_high)} of what leaves goes by way of Callao"
    return _inside("Q7", results, share, (rules.callao_low, rules.callao_high), asked)


def valley_share(results: Results) -> Answer | None:
    """Q8: does the valley hold about 37 per cent of Peru's coca, and does what is destroyed come back elsewhere?

    Columns that begin with ``rest_area_`` are areas outside the valley, whose rise after eradication is
    displacement.
    """
    rules = results.rules
    if not results.has(columns.VALLEY_AREA, columns.NATIONAL_AREA):
        return None
    share = results.numbers(columns.VALLEY_AREA) / results.numbers(columns.NATIONAL_AREA)
    asked = f"the valley holds between {percent(rules.valley_low)} and {percent(rules.valley_high)} of Peru's coca"
    answer = _inside("Q8", results, share, (rules.valley_low, rules.valley_high), asked)
    outcomes = [name for name in results.frame.columns if name.startswith(columns.MOVED)]
    if answer is None or not outcomes or len(results.arms) < 2:
        return answer
    return answer._replace(effects=_directed(contrasts(results, outcomes)))


def _inside(
    question: str, results: Results, values: NDArray[np.float64], band: tuple[float, float], asked: str
) -> Answer | None:
    """Judge whether values (runs,) lie in a band, in the runs of the reference."""
    rows = (results.frame["arm"] == results.reference).to_numpy()
    if not rows.any():
        return None
    own, found = results.where(rows), values[rows]
    held = (found >= band[0]) & (found <= band[1])
    judgement = judge(own, held, np.isfinite(found), results.rules, name=question)
    return _judged(question, asked, {results.reference: judgement}, results.reference)


def _judged(question: str, asked: str, parts: dict[str, Judgement], headline: str) -> Answer:
    """The answer whose verdict is that of the part ``headline``."""
    return Answer(question, STATEMENTS[question], asked, parts[headline].word, parts, [], headline)


def _directed(found: Sequence[Contrast]) -> list[tuple[Contrast, Direction]]:
    return [(each, direction(each)) for each in found]


def answers(results: Results) -> list[Answer]:
    """Every answer that the rules ask for and the runs can give, Q1 aside; in the order of the rules."""
    others = [arm for arm in results.arms if arm != results.reference]
    makers: dict[str, Callable[[], Answer | None]] = {
        "Q2": lambda: remains(results),
        "Q3": lambda: needs_coca(results, others),
        "Q4": lambda: heirs(results, others),
        "Q7": lambda: through_callao(results),
        "Q8": lambda: valley_share(results),
    }
    found = [makers[name]() for name in results.rules.questions if name in makers]
    return [answer for answer in found if answer is not None]
