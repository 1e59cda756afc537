"""The armed groups of a run in words: strength, leaders, money, violence, and what became of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from vraem.experiment.organisation_summary import SOURCES
from vraem.experiment.words import HARD_SPACE, count, day, dollars, listed, percent, plural
from vraem.observe.end_states import DEFINITION_WORDS, END_STATE_WORDS
from vraem.observe.fates import FATE_WORDS
from vraem.observe.organisation import END
from vraem.observe.splinters import SPLINTER_WORDS
from vraem.world.clock import MONTHS_A_YEAR

SOURCE_WORDS = {
    "fees": "fees on passing cargo",
    "escorts": "escorts and airstrips",
    "leaf_tax": "tax on leaf",
    "logging": "quotas on logging",
    "extortion": "extortion of licit trade",
    "wages": "wages from firms",
}
SPLINTER_TALES = {
    "alone": "alone to the end of the run",
    "back": "back in the lineage after {}",
    "elsewhere": "with another group after {}",
    "service": "in a firm's service after {}",
    "gone": "no more after {}",
}
MOST_TOLD = 4
"""Splinters of a run that are told one by one; of more it is said how many became what."""
NOTEWORTHY_SHARE = 0.005
"""Shares below this go unsaid in an enumeration."""


def organisation_paragraphs(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """The pages on armed groups as (heading, text) pairs; none if there never was one."""
    groups = summary["organisation"]
    years = groups["years"]
    if not any(row["members"] for row in years):
        return []
    pages = [("Armed groups", _strength(years, groups["leader"], summary["run"]["end"]))]
    full = [row for row in years if row["complete"]]
    if full:
        pages.append(("Their money", _income(full[-1])))
    pages.append(("Operations and violence", _violence(years, groups)))
    if groups["anchor"] is not None and groups["horizons"]:
        pages.append(("What became of them", _end_states(groups)))
    elif groups["anchor"] is not None:
        pages.append(("What became of them", _too_short(groups)))
    fates = groups["fates"].get(END)
    if fates:
        pages.append(("The members", _fates(fates, _since(groups["anchor"]))))
    return pages


def _strength(years: Sequence[dict[str, Any]], leader: str, run_end: str) -> str:
    first, last = years[0], years[-1]
    when = f"at the end of {last['year']}" if last["complete"] else f"by {day(run_end)}"
    text = (
        f"{plural(last['members'], 'member')}, {count(last['armed'])} of them armed, stood in "
        f"{plural(last['columns'], 'column')} of {plural(last['groups'], 'armed group')} {when}"
    )
    if last is not first:
        text += (
            f", against {count(first['members'])} and {count(first['armed'])} in {plural(first['columns'], 'column')} "
            f"at the end of {first['year']}"
        )
    led = {
        "nobody": "nobody leads the founding group",
        "no such group any more": "the founding group is no more",
    }.get(leader, f"the founding group is led by {leader}")
    splits, mergers = (sum(row[name] for row in years) for name in ("splits", "mergers"))
    said = (
        f"groups split {_times(splits)} and merged {_times(mergers)}"
        if splits or mergers
        else "no group split"
    )
    return f"{text}; {led}. Over the run {said}."


def _income(row: dict[str, Any]) -> str:
    total = sum(row["income"].values())
    if total <= 0.0:
        return f"They took in nothing in {row['year']}."
    shares = sorted(
        ((source, row["income"][source] / total) for source in SOURCES), key=lambda item: -item[1]
    )
    parts = [
        f"{percent(share)} from {SOURCE_WORDS[source]}"
        for source, share in shares
        if share >= NOTEWORTHY_SHARE
    ]
    return (
        f"In {row['year']} they took in {dollars(total / MONTHS_A_YEAR)} a month: {listed(parts)}. "
        f"{percent(row['charged_share'])} of the cocaine paid a fee on its way."
    )


def _violence(years: Sequence[dict[str, Any]], groups: dict[str, Any]) -> str:
    def total(name: str) -> float:
        return float(sum(row[name] for row in years))

    text = (
        f"The security forces made {plural(total('operations'), 'operation')}"
        f"{_of_campaigns(total('campaign_operations'))} and captured {plural(total('captured'), 'member')}; "
        f"{plural(total('attacks'), 'attack')} on the state and {plural(total('clashes'), 'clash', 'clashes')} between "
        f"groups were counted. {plural(total('killed_group'), 'member')} of armed groups, "
        f"{plural(total('killed_state'), 'soldier or police officer', 'soldiers and police officers')} and "
        f"{plural(total('killed_civilians_state') + total('killed_civilians_groups'), 'civilian')} were killed"
    )
    if total("killed_civilians_state") or total("killed_civilians_groups"):
        text += (
            f" (civilians by the state {count(total('killed_civilians_state'))}, "
            f"by armed groups {count(total('killed_civilians_groups'))})"
        )
    rate = sum(row["events_per_100000_person_months"] for row in groups["violence"])
    return f"{text}: {rate:.1f} violent events per 100{HARD_SPACE}000 person-months."


def _of_campaigns(operations: float) -> str:
    return f", {count(operations)} of them in campaigns," if operations else ""


def _end_states(groups: dict[str, Any]) -> str:
    anchor = groups["anchor"]
    began = {
        "campaign": f"What was done to the group began in the week of {day(anchor['start'])} and ended in that of "
        f"{day(anchor['end'])}.",
    }.get(
        anchor["source"],
        f"Nothing was done to the group beyond routine; it is measured from {day(anchor['start'])} to "
        f"{day(anchor['end'])} all the same.",
    )
    weak = (
        " The group was weak already: it had lost four tenths of its first strength, or firms paid half of its armed "
        "or more."
        if anchor["weak_start"]
        else ""
    )
    states = [
        f"{_after(row['months'])} {END_STATE_WORDS[row['end_state']]} ({row['end_state'].replace('_', ' ')}; "
        f"{percent(row['la'])} of the armed lineage left, {row['n']:.1f} independent groups of it)"
        f"{_read_again(row)}"
        for row in groups["horizons"]
    ]
    return (
        f"{began}{weak} {_dismantled(groups['dismantled'])} What there was later: {'; '.join(states)}."
        f" {splinter_words(groups['splinters'])}"
    )


def _read_again(row: dict[str, Any]) -> str:
    """The end state by persons, if it is another."""
    again = row["end_state_by_persons"]
    if again in (None, row["end_state"]):
        return ""
    return f", or {END_STATE_WORDS[again]} ({again.replace('_', ' ')}) if recruits of splinters do not count"


def splinter_words(found: Sequence[dict[str, Any]]) -> str:
    """What became of each column that broke away; of many, how many became what."""
    if not found:
        return "No column broke away."
    if len(found) <= MOST_TOLD:
        return f"{plural(len(found), 'column')} broke away: {'; '.join(_splinter(each) for each in found)}."
    numbers = Counter(each["became"] for each in found)
    told = [f"{count(numbers[end])} {words}" for end, words in SPLINTER_WORDS.items() if numbers[end]]
    return f"{plural(len(found), 'column')} broke away, of which {listed(told)}."


def _splinter(told: dict[str, Any]) -> str:
    span = f"{told['years_alone']:.1f}{HARD_SPACE}years"
    became = SPLINTER_TALES[told["became"]].format(span)
    return f"one of {told['armed']} armed on {day(told['formed'])}, {became}"


def _after(months: int) -> str:
    years = months // MONTHS_A_YEAR
    return f"{'a year' if years == 1 else f'{years} years'} after it,"


def _dismantled(found: dict[str, Any]) -> str:
    yes = [name for name, said in found.items() if said["dismantled"]]
    no = [name for name, said in found.items() if said["dismantled"] is False]
    if not yes:
        return (
            f"By no definition was it dismantled ({', '.join(no)})."
            if no
            else "Whether it was dismantled is open."
        )
    reasons = [f"by {name} since {day(found[name]['since'])} ({DEFINITION_WORDS[name]})" for name in yes]
    rest = f", but not by {listed(no)}" if no else ""
    return f"It was dismantled {listed(reasons)}{rest}."


def _too_short(groups: dict[str, Any]) -> str:
    anchor = groups["anchor"]
    return (
        f"What was done to the group began on {day(anchor['start'])} and ends on {day(anchor['end'])}; the run ends "
        "less than a year later, too early for an end state."
    )


def _since(anchor: dict[str, Any] | None) -> str:
    """When the members served of whom the fates are told."""
    if anchor is None:
        return "at the start of the run"
    return "before the campaign" if anchor["source"] == "campaign" else f"on {day(anchor['start'])}"


def _fates(fates: dict[str, int], since: str) -> str:
    total = sum(fates.values())
    kinds = sorted(((fate, number) for fate, number in fates.items() if number), key=lambda item: -item[1])
    parts = [f"{count(number)} {FATE_WORDS[fate]}" for fate, number in kinds]
    return f"Where the {plural(total, 'member')} {since} are at the end of the run: {listed(parts)}."


def _times(number: float) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(round(number), f"{count(number)} times")
