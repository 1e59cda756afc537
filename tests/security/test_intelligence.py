"""D2 E2: what the state knows fades, and grows by tips, signals and captives, within their bounds."""

from dataclasses import replace

import numpy as np
import pytest

from vraem import engine
from vraem.processes import intelligence, operations, tips
from vraem.processes.attacks import licence
from vraem.processes.disclosures import MOST_TOLD, disclose, told_by
from vraem.processes.groups import new_group
from vraem.processes.losses import of_the_top
from vraem.processes.tips import hear
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.orders import RemovalOrder
from vraem.world.security_tables import CIVILIANS, KILLING

from .worlds import SETTLED, active, advance, incidents, make_world, settled, used

TALKATIVE = {"captive_cooperation": 1.0, "captive_reveal": 1.0, "captive_known_share": 0.6}


def with_parameters(world: World, **values: float) -> World:
    world.p = world.p.replace(check=False, **values)
    return world


def unknown(world: World) -> World:
    world.members.location_known[:] = world.members.role_known[:] = 0.0
    return world


def silent(world: World) -> World:
    """No tips, no signals."""
    world.columns.tip_rate[:] = 0.0
    return with_parameters(world, signal_rate=0.0)


def test_knowledge_halves_in_its_half_lives():
    world = silent(settled())
    members = world.members
    members.location_known[: members.count] = members.role_known[: members.count] = 0.8
    months = world.p.intel_half_life_location
    for _ in range(round(months * WEEKS_A_YEAR / 12)):
        intelligence.step(world)
        world.week += 1
    assert np.allclose(used(members, "location_known"), 0.4, rtol=0.06)
    assert (used(members, "role_known") > 0.75).all()
    for _ in range(round(world.p.intel_half_life_structure * WEEKS_A_YEAR) - 7):
        intelligence.step(world)
        world.week += 1
    assert np.allclose(used(members, "role_known"), 0.4, rtol=0.02)


# tips


def test_a_tip_tells_most_of_the_one_seen_and_little_of_the_others_of_its_column():
    world = unknown(silent(settled()))
    world.columns.tip_rate[1] = 2.0
    hear(world)
    members = world.members
    rows = active(world)
    here = members.column[rows] == 1
    known = np.sort(members.location_known[rows[here]])
    assert world.flows.tips == 1.0
    assert known[-1] >= world.p.tip_location_gain
    assert np.allclose(known[:-1], world.p.tip_company * world.p.tip_location_gain)
    assert not members.location_known[rows[~here]].any()


def test_the_radio_gives_away_commanders_but_not_of_a_column_that_hides():
    world = unknown(silent(settled()))
    world = with_parameters(world, signal_rate=1.0)
    columns = world.columns
    columns.hidden_until[: columns.count] = -1
    columns.hidden_until[2] = world.week + 3
    hear(world)
    known = np.flatnonzero(used(world.members, "role_known"))
    commanders = np.delete(used(columns, "commander"), 2)
    assert set(known.tolist()) == set(commanders[commanders >= 0].tolist())


def test_tips_come_as_often_as_the_fact_tables_say():
    world = make_world(weeks=209)
    tips = 0.0
    for _ in range(208):
        engine.advance(world)
        tips += world.flows.tips
        engine.close_week(world)
    assert 0.2 < tips / 208 < 1.1  # check value tip_rate_group: .6, .3 to 1


def test_paid_rewards_teach_trust_and_unpaid_ones_distrust():
    for paid, sign in ((1.0, 1.0), (0.0, -1.0)):
        world = with_parameters(silent(settled()), reward_paid_share=paid)
        before = world.communities.trust.copy()
        world.columns.tip_rate[: world.columns.count] = 2.0
        hear(world)
        moved = world.communities.trust - before
        assert (sign * moved >= 0.0).all()
        assert (sign * moved > 0.0).any()


def test_the_group_kills_for_tips_where_it_holds_the_place():
    world = with_parameters(silent(settled()), reprisal_chance=1e9)
    world.columns.tip_rate[: world.columns.count] = 2.0
    fear = world.communities.fear.copy()
    world.flows.killed_civilians = 0
    hear(world)
    found = incidents(world, KILLING, week=world.week, victim=CIVILIANS)
    assert len(found) == (used(world.columns, "status") == 0).sum()
    assert used(world.incidents, "deaths")[found].sum() == world.flows.killed_civilians >= len(found)
    places = used(world.incidents, "community")[found]
    assert (world.communities.fear[places] > fear[places]).all()

    calm = with_parameters(silent(settled()), reprisal_chance=0.0)
    calm.columns.tip_rate[: calm.columns.count] = 2.0
    hear(calm)
    assert not len(incidents(calm, KILLING, week=calm.week, victim=CIVILIANS))


def test_those_who_tell_of_a_column_live_where_it_holds_ground():
    world = with_parameters(silent(settled()), reward_paid_share=1.0, reprisal_chance=0.0)
    world.columns.control[:, 1] = 0.0
    world.columns.control[[20, 21], 1] = 0.3, 0.6
    world.columns.tip_rate[1] = 2.0
    world.communities.tip_rate[:] = 0.02
    world.communities.trust[:] = 0.1
    for _ in range(12):
        hear(world)
        world.week += 1
    assert set(np.flatnonzero(world.communities.trust != 0.1).tolist()) == {20, 21}


@pytest.mark.parametrize(("draw", "held_back", "let_loose"), [(0.19, 1, 1), (0.3, 0, 1), (0.41, 0, 0)])
def test_a_column_that_nobody_holds_back_kills_for_tips_more_often(
    draw: float, held_back: int, let_loose: int
):
    # a chance of .4 at full control, here half of it; and twice that with ln 2 / 2 less command
    for factor, killed in ((1.0, held_back), (2.0, let_loose)):
        world = with_parameters(silent(settled()), reprisal_chance=0.4, restraint_weight=2.0)
        columns, groups = world.columns, world.groups
        columns.control[:, 1], columns.aggression[1] = 0.0, 0.0
        columns.control[20, 1], world.communities.tip_rate[20] = 0.5, 0.02
        columns.link[1] = 0.0
        usual = np.log(licence(world, 1)) / 2.0  # the command under which nobody is let loose
        columns.link[1] = 0.5
        groups.authority[columns.group[1]] = (usual - np.log(factor) / 2.0) / 0.5
        tips._take_tip(world, 1, [0.0, 0.5, 0.5, 0.5, draw, 0.5, 0.0, 0.0])
        assert len(incidents(world, KILLING, week=world.week, victim=CIVILIANS)) == killed


# disclosures


def test_one_captive_reveals_twelve_at_most_and_knows_its_own_column_best():
    world = with_parameters(settled(), **TALKATIVE)
    rows = active(world)
    own = other = 0
    for captive in rows.tolist():
        told = told_by(world, captive, bool(of_the_top(world, np.array([captive]))[0]))
        assert len(told) <= MOST_TOLD == 12
        assert captive not in told
        assert len(set(told.tolist())) == len(told)
        same = world.members.column[told] == world.members.column[captive]
        own, other = own + int(same.sum()), other + int((~same).sum())
    assert own > 4 * other > 0


def test_only_captives_of_the_top_know_others_of_the_top():
    world = with_parameters(settled(), captive_cooperation=1.0, captive_reveal=1.0, captive_known_share=0.3)
    rows = active(world)
    told_of_top = {}
    for top in (False, True):
        found = 0
        for captive in rows[:150].tolist():
            told = told_by(world, captive, top)
            elsewhere = told[world.members.column[told] != world.members.column[captive]]
            found += int(of_the_top(world, elsewhere).sum())
        told_of_top[top] = found
    assert told_of_top[True] > 5 * told_of_top[False]


def test_captives_of_the_top_know_the_top_of_their_own_group_only():
    world = with_parameters(settled(), captive_cooperation=1.0, captive_reveal=1.0, captive_known_share=1.0)
    members = world.members
    captive = int(world.columns.commander[0])
    tops = active(world)[of_the_top(world, active(world))]
    tops = tops[members.column[tops] != members.column[captive]]
    strangers = tops[::2]
    band = new_group(world, outsider=True)
    members.group[strangers] = band
    told = [told_by(world, captive, True)]
    for _ in range(30):
        world.week += 1
        told.append(told_by(world, captive, True))
    named = np.concatenate(told)
    own, others = np.isin(named, tops[1::2]).sum(), np.isin(named, strangers).sum()
    assert own > 5 * max(int(others), 1)


def test_captives_cooperate_as_often_as_the_table_says():
    world = with_parameters(settled(), captive_reveal=1.0, captive_known_share=1.0, captive_cooperation=0.4)
    rows = active(world)
    talked = sum(bool(len(told_by(world, captive, False))) for captive in rows.tolist())
    assert abs(talked / len(rows) - 0.4) < 4.0 * (0.24 / len(rows)) ** 0.5


def test_a_disclosure_raises_what_is_known_of_those_revealed_only():
    world = unknown(with_parameters(settled(), **TALKATIVE))
    captive = int(active(world)[3])
    told = told_by(world, captive, False)
    disclose(world, [(captive, False)])
    members = world.members
    assert np.allclose(members.location_known[told], world.p.disclosure_location_gain)
    assert np.allclose(members.role_known[told], world.p.disclosure_role_gain)
    rest = np.setdiff1d(np.arange(members.count), told)
    assert not members.role_known[rest].any()


@pytest.mark.parametrize("seed", [1, 2])
def test_no_disclosure_leads_to_an_operation_in_the_same_week(seed: int, monkeypatch: pytest.MonkeyPatch):
    """What captives tell moves no target of their own week: with or without it, the week's operations are the same."""

    def targets(tell: bool) -> list[int]:
        world = with_parameters(settled(seed), **TALKATIVE)
        world.inputs = replace(world.inputs, removals=(RemovalOrder(SETTLED, "commander", 4, "captured"),))
        world.burn_in.operation_rate = 8.0
        chosen = []
        carry_out = operations.carry_out

        def note_target(world: World, operation: operations.Operation) -> list[tuple[int, bool]]:
            chosen.append(operation.target)
            return carry_out(world, operation)

        with monkeypatch.context() as patch:
            patch.setattr(operations, "carry_out", note_target)
            if not tell:
                patch.setattr(operations, "disclose", lambda world, captives: None)
            operations.step(world)
            week = len(chosen)
            operations.step(world)
        assert week > 2
        return chosen[:week]

    assert targets(tell=True) == targets(tell=False)


def test_disclosures_do_not_cascade():
    """A year after the arrest of half of the top, with talkative captives, most of the group is still there."""
    world = make_world(weeks=160, parameters__captive_cooperation=0.6, parameters__captive_reveal=0.6)
    advance(world, SETTLED)
    world.inputs = replace(world.inputs, removals=(RemovalOrder(SETTLED, "committee", 4, "captured"),))
    before = len(active(world))
    advance(world, 52)
    assert len(active(world)) > 0.7 * before
