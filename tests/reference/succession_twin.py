"""B9: who takes over from a lost leader, candidate by candidate, in each form of the switch."""

import math
from dataclasses import dataclass

from .organisation_objects import WEEKS_A_MONTH, WEEKS_A_YEAR, Column, Group, Organisation, Person

CLAN = 0


@dataclass(slots=True)
class Outcome:
    """Who takes over, in which way, and who came second; `margin` is the distance from another outcome."""

    winner: Person
    way: str
    second: Person | None
    margin: float


def interregnum_weeks(organisation: Organisation, group: Group) -> int:
    """Weeks without a leader: gamma of shape 2, the sum of two exponentials, short with an heir and long without."""
    p = organisation.world.p
    heir = any(person.heir for person in group.persons)
    mean = p.vacancy_with_heir if heir else p.vacancy_without_heir
    months = 0.0
    for number in range(2):
        months -= mean / 2.0 * math.log(1.0 - organisation.draw("interregnum", 2 * group.row + number))
    return max(1, round(months * WEEKS_A_MONTH))


def succeed(organisation: Organisation, group: Group) -> Outcome | None:
    """The succession of this week; None if there is nobody."""
    candidates = _candidates(group)
    if not candidates:
        return None
    form = organisation.world.scenario.switches.succession
    scores = {person: score(organisation, group, person) for person in candidates}
    if form == "heir" and any(person.heir for person in candidates):
        return _heirs_first(organisation, scores)
    if form == "vote":
        return _vote(organisation, group, scores)
    return _contest(organisation, group, scores, attrition=form == "attrition")


def _candidates(group: Group) -> list[Person]:
    commanders = [column.commander for column in group.columns]
    standing = [p for p in group.persons if p.heir or p.seat or p in commanders]
    return standing or [person for person in group.persons if person.rank >= 1]


def _column_of(group: Group, person: Person) -> Column:
    return next(column for column in group.columns if person in column.persons)


def score(organisation: Organisation, group: Group, person: Person) -> float:
    """w_kin·kin + w_merit·skill + w_tenure·min(1, years/10) + w_cash·control + noise·Gumbel.

    Control is the mean of the shares of the group's arms and cash that stand under the person's command.
    """
    p = organisation.world.p
    column = _column_of(group, person)
    arms = sum(one.armed for one in group.columns)
    treasury = organisation.world.columns.treasury
    cash = sum(max(float(treasury[one.row]), 0.0) for one in group.columns)
    own = max(float(treasury[column.row]), 0.0)
    control = (
        (column.armed / max(arms, 1) + own / max(cash, 1.0)) / 2.0 if column.commander is person else 0.0
    )
    draw = min(max(organisation.draw("succession_score", person.row), 1e-12), 1.0 - 1e-12)
    return (
        p.succession_kin_weight * (1.0 if person.kin == CLAN else person.tie)
        + p.succession_merit_weight * person.skill
        + p.succession_tenure_weight * min(1.0, (organisation.week - person.joined) / WEEKS_A_YEAR / 10.0)
        + p.succession_cash_weight * control
        - p.succession_noise * math.log(-math.log(draw))
    )


def _ranked(scores: dict[Person, float]) -> list[Person]:
    return sorted(scores, key=lambda person: (-scores[person], person.row))


def _gap(scores: dict[Person, float], order: list[Person]) -> float:
    return scores[order[0]] - scores[order[1]] if len(order) > 1 else math.inf


def _heirs_first(organisation: Organisation, scores: dict[Person, float]) -> Outcome:
    """No other candidate stands against a named heir; two heirs who are close are rivals."""
    heirs = {person: value for person, value in scores.items() if person.heir}
    order = _ranked(heirs)
    others = [person for person in scores if not person.heir]
    reach = organisation.world.p.succession_contest_margin / 2.0
    gap = _gap(heirs, order)
    second = order[1] if len(order) > 1 else min(others, key=lambda person: person.row, default=None)
    return Outcome(order[0], "contested" if gap < reach else "heir", second, min(gap, abs(gap - reach)))


def _vote(organisation: Organisation, group: Group, scores: dict[Person, float]) -> Outcome:
    """Every column backs with its armed whom it rates highest: own people and kin of its commander first."""
    votes = dict.fromkeys(scores, 0.0)
    closest = math.inf
    for column in group.columns:
        rated = {}
        for person, value in scores.items():
            own = 0.5 * (person in column.persons)
            kin = 0.5 * (column.commander is not None and person.kin == column.commander.kin)
            rated[person] = value + own + kin
        order = _ranked(rated)
        closest = min(closest, _gap(rated, order))
        votes[order[0]] += max(float(column.armed), 1.0)
    order = _ranked(votes)
    gap = _gap(votes, order)
    reach = organisation.world.p.succession_contest_margin * sum(votes.values())
    return _outcome(order, gap < reach, closest)


def _contest(
    organisation: Organisation, group: Group, scores: dict[Person, float], *, attrition: bool
) -> Outcome:
    p = organisation.world.p
    order = _ranked(scores)
    gap = _gap(scores, order)
    reach = p.succession_contest_margin * (2.0 if attrition else 1.0)
    contested = gap < reach
    margin = min(gap, abs(gap - reach))
    if attrition and contested:
        one, two = (max(_column_of(group, person).armed, 1) ** p.contest_exponent for person in order[:2])
        draw = organisation.draw("succession_contest", group.row)
        margin = min(margin, abs(draw - one / (one + two)))
        if draw >= one / (one + two):
            order[0], order[1] = order[1], order[0]
    return _outcome(order, contested, margin)


def _outcome(order: list[Person], contested: bool, margin: float) -> Outcome:
    way = "contested" if contested else "heir" if order[0].heir else "elected"
    return Outcome(order[0], way, order[1] if len(order) > 1 else None, margin)
