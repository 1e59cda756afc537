"""Campaigns of arrest: whom the state goes after, how often, with what knowledge, and what it does afterwards.

A campaign acts through operations only (D5). What comes of them - whether the target is found, is captured or
killed, talks, is replaced - is the model's business; so campaigns are compared at equal numbers of operations,
and the arrests attained are an outcome.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from vraem.scenario.fields import Dated, quantity, some_each_once

Target = Literal["heirs", "leader", "committee", "commanders", "fighters", "finance", "central", "random"]
FollowOn = Literal["none", "post", "road", "development"]
_PaceWord = Literal["spread", "burst"]
BURST_SHARE = 0.25
"""Share of a campaign's time within which a burst makes all its operations."""

TARGETS: dict[str, str] = {
    "heirs": "adults named to take over",
    "leader": "the leader of a group",
    "committee": "members with a seat on a committee",
    "commanders": "commanders of columns",
    "fighters": "armed members without a post, squad leaders included",
    "finance": "who keeps the money of each of the columns with the largest treasuries",
    "central": "the twentieth of the members with the most ties: kin, tie to the leader, a seat; of any rank",
    "random": "any member, the better known the likelier: the control for all other targets",
}
"""Classes of target with what they mean, in the order of the type; all are adults of groups of the lineage."""


def _pace(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and 0 < value <= 1:
        return float(value)
    if isinstance(value, str) and value in get_args(_PaceWord):
        return value
    what = (
        '"spread", "burst" or the share of the time within which all operations are made, above 0 and up to 1'
    )
    raise PydanticCustomError(
        "other_expected", "no such pace", {"what": what, "known": list(get_args(_PaceWord))}
    )


Pace = Annotated[
    Any,
    AfterValidator(_pace),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(get_args(_PaceWord))},
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            ]
        }
    ),
]


def burst_share(pace: str | float) -> float:
    """The share of a campaign's time within which it makes all its operations: 1 if spread evenly."""
    if isinstance(pace, str):
        return BURST_SHARE if pace == "burst" else 1.0
    return float(pace)


MOST_OPERATIONS_A_WEEK = 64
"""Operations of one campaign in one week, at most."""


class Campaign(Dated):
    """A campaign of arrests over a period; several may run at once (D5)."""

    kind: Literal["arrest"] = Field("arrest", description="kind of campaign")
    targets: Annotated[
        tuple[Target, ...],
        Field(json_schema_extra={"example": '["heirs", "leader"]', "of": "targets", "minItems": 1}),
        AfterValidator(some_each_once),
    ] = Field(description="classes of person it goes after, all with equal right")
    operations_per_month: float = quantity(
        "operations, on average over the whole period", "per month", 2.0, gt=0, le=20
    )
    pace: Pace = Field(
        "spread",
        description='when: "spread" evenly, all in the first quarter of the period ("burst"), '
        "or all in the first share of it that a number gives",
    )
    budget: int | None = quantity(
        "operations after which it ends; no such end if left out", "operations", None, ge=1, le=10_000
    )
    stop_after: int | None = quantity(
        "persons removed after which it ends; no such end if left out", "persons", None, ge=1, le=10_000
    )
    intelligence: float = quantity(
        "what is known of its targets when it begins: nothing at 0, everything at 1 (D2)",
        "ratio",
        0.5,
        ge=0,
        le=1,
    )
    accuracy: float = quantity("share of force that hits the right people (D4)", "ratio", 0.85, ge=0, le=1)
    lethality: float = quantity(
        "chance that a target who is hit is killed, not captured: 0 captures all, 1 kills all",
        "ratio",
        0.2,
        ge=0,
        le=1,
    )
    collateral: float = quantity(
        "chance that an operation that takes its target harms a civilian too (D4)", "ratio", 0.0, ge=0, le=1
    )
    opportunistic: float = quantity(
        "chance that an operation that finds no target takes a member who is there", "ratio", 0.0, ge=0, le=1
    )
    follow_on: FollowOn = Field(
        "none",
        description="what the state leaves where an operation succeeded: nothing, a post, a road, "
        "or support for licit crops (D7)",
    )
    follow_on_years: float = quantity("how long that stays", "years", 2.0, gt=0, le=20)
