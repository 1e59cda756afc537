"""A splinter stands alone until it comes back, joins others, serves a firm or is no more; the text says so."""

import numpy as np
import pytest

import vraem
from vraem.observe import run
from vraem.observe.anchor import Anchor
from vraem.observe.journal import Journal
from vraem.observe.organisation import OrganisationResult
from vraem.observe.splinters import Splinter, read_splinter_lives, splinter_lives, splinters
from vraem.world.security_tables import (
    GROUP_END,
    INCIDENTS,
    LINEAGE_GROUP,
    MERGER,
    OTHER_GROUP,
    SERVICE,
    SPLIT,
)

START, WEEKS = 100, 400
NAMES = ("week", "kind", "by", "group", "other")
GROUPS = 8
STRANGERS = 7


def organisation(*rows, weeks=WEEKS, start=START):
    """A run with incidents (week, kind, by, group, other); the last group is from outside; group g has 10 + g armed."""
    columns = {column.name: np.zeros(len(rows), dtype=column.dtype) for column in INCIDENTS.columns}
    for place, name in enumerate(NAMES):
        columns[name][:] = [row[place] for row in rows]
    return OrganisationResult(
        weeks=weeks,
        groups={"outsider": np.arange(GROUPS) == STRANGERS},
        group_weeks={"armed": np.repeat(10.0 + np.arange(GROUPS)[:, None], weeks, axis=1)},
        journal=Journal(columns),
        anchor=Anchor(start, start + 50, (start + 52,) * 4, "campaign"),
    )


def split(week, group, parent=0):
    return (week, SPLIT, LINEAGE_GROUP, group, parent)


def merger(week, group, into):
    return (week, MERGER, LINEAGE_GROUP, into, group)


def end(week, group):
    return (week, GROUP_END, 0, group, 0)


@pytest.mark.parametrize(
    ("incidents", "lived", "ended"),
    [
        ([], 300 - 20, -1),
        ([merger(150, 1, 0), end(150, 1)], 30, 0),
        ([merger(150, 1, STRANGERS), end(150, 1)], 30, 1),
        ([(160, SERVICE, LINEAGE_GROUP, 1, 3)], 40, 2),
        ([end(170, 1)], 50, 3),
        # one of its columns goes elsewhere first, the other comes back later: the last decides
        ([merger(140, 1, STRANGERS), merger(150, 1, 0), end(150, 1)], 30, 0),
        # what happens after it served a firm is another story, and so is what others do
        ([(130, SERVICE, LINEAGE_GROUP, 1, 3), merger(150, 1, 0), end(150, 1)], 10, 2),
        ([merger(150, 2, 0), end(150, 2), (160, SERVICE, LINEAGE_GROUP, 3, 1)], 300 - 20, -1),
    ],
)
def test_the_first_thing_that_ends_its_life_alone_counts(incidents, lived, ended):
    found = splinters(organisation(split(120, 1), *incidents))
    assert found == [Splinter(20, lived, ended, 11)]


def test_only_columns_that_leave_the_lineage_since_the_campaign_began_count():
    rows = (
        split(99, 1),
        split(100, 2),
        split(130, 3, parent=3),  # a group that leaves a firm's service
        (140, SPLIT, OTHER_GROUP, 4, STRANGERS),
        split(399, 5),
    )
    assert [each.formed for each in splinters(organisation(*rows))] == [0, 299]


def test_without_a_campaign_inside_the_run_nothing_is_said():
    assert splinters(organisation(split(120, 1), start=WEEKS)) is None
    assert splinter_lives(organisation(split(120, 1), start=WEEKS)) is None
    assert splinter_lives(organisation()) == ""


def test_the_text_is_read_as_it_was_written():
    rows = (split(120, 1), split(130, 2), end(170, 1))
    text = splinter_lives(organisation(*rows))
    assert text == "20:50:3:11;30:270:-:12"
    assert read_splinter_lives(text) == splinters(organisation(*rows))
    assert read_splinter_lives("") == []


@pytest.mark.parametrize("text", ["31:125:0", "31:125:9:4", "31:125:x:4", "a:125:0:4", "31:125:0:9;"])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="expected"):
        read_splinter_lives(text)


def test_every_splinter_of_a_run_is_a_group_that_stands_until_it_is_said_to_end():
    loose = (
        "punishment_cost=0.3",
        "column_authority_weight=0.3",
        "independence_brand_loss=0",
        "stay_kin_weight=0",
    )
    scenario = vraem.load("leader-first", ["run.households=400", *(f"parameters.{each}" for each in loose)])
    organisation = run(scenario, seed=1).organisation
    found = splinters(organisation)
    start, living = organisation.anchor.start, organisation.group_weeks["living"] > 0.0
    formed = {int(week) for week in organisation.groups["formed"]}
    assert found
    for each in found:
        assert start + each.formed in formed
        born = np.flatnonzero(organisation.groups["formed"] == start + each.formed)
        stood = living[born, start + each.formed : start + each.formed + each.lived].all(axis=1)
        assert stood.any()
