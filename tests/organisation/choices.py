"""Columns before a choice, for tests of B8: groups that split, offers, what is at hand."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from vraem.processes import column_choice
from vraem.processes.column_acts import carry_out
from vraem.processes.column_values import (
    AFFILIATIONS,
    INDEPENDENT,
    MERGE,
    NO_OFFERS,
    Offers,
    affiliation_values,
    offers_to,
    standing_of,
)
from vraem.world import World

from .worlds import fresh, quiet, used

NOBODY = np.zeros(0, dtype=np.int64)
FIRM, WAGE = 3, 1.4


def split(world: World, column: int, unwilling: np.ndarray = NOBODY) -> int:
    """Let a column become a group of its own; return the group."""
    carry_out(world, standing_of(world, column), no_offers(), INDEPENDENT, unwilling)
    return int(world.columns.group[column])


def no_offers(**changes: Any) -> Offers:
    return NO_OFFERS._replace(**changes)


def two_groups(seed: int = 1) -> World:
    """The founding group, and a splinter of column 5 that column 6 has joined."""
    world = quiet(fresh(seed))
    group = split(world, 5)
    carry_out(world, standing_of(world, 6), no_offers(partner=group), MERGE, NOBODY)
    return world


def every_offer(world: World, column: int) -> Offers:
    """What a column is offered by others, and a firm's offer on top."""
    me = standing_of(world, column)
    return offers_to(world, me)._replace(firm=FIRM, wage=WAGE)


def kinds(world: World) -> set[int]:
    journal = world.incidents
    return set(used(journal, "kind")[used(journal, "week") == world.week].tolist())


def options_at_hand(world: World, column: int) -> set[str]:
    values = affiliation_values(world, standing_of(world, column), every_offer(world, column))
    return {name for name, value in zip(AFFILIATIONS, values, strict=True) if np.isfinite(value)}


def held_to(monkeypatch: pytest.MonkeyPatch, option: int) -> None:
    """Every commander wants `option`, whatever it is worth."""
    monkeypatch.setattr(column_choice, "_draw", lambda *_: option)


AMNESTY = {"kind": "amnesty", "start": dt.date(2012, 2, 6), "end": dt.date(2012, 3, 4)}
"""A dated amnesty, which holds in the weeks `AMNESTY_WEEKS` of a run from 2 January 2012."""
AMNESTY_WEEKS = range(5, 9)


def make_inputs(*events: dict[str, Any]) -> Any:
    from .worlds import make_world

    return make_world(event=list(events)).inputs
