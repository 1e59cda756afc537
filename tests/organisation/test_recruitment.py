"""B6: who joins, from where, and with which beliefs."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vraem.processes import recruitment as process
from vraem.processes.groups import (
    count_strength,
    living_columns,
    members_of,
    members_of_group,
)
from vraem.processes.integration import persons_kept, persons_wished, surplus
from vraem.processes.losses import leave_members
from vraem.processes.recruitment import joining
from vraem.world import World
from vraem.world.chance import poisson
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import ACTIVE, FIGHTER, FOUNDING_KIN, NO_ROW, QUIT, SUPPORTER

from .choices import split
from .joins import COLUMN, at_rest, joining_with, nothing
from .worlds import faults, fresh, run_processes, scenario, serving, used

MOTIVES = ("wage", "grievance", "kin")


def setting(name: str, change: float) -> Callable[[World], None]:
    def act(world: World) -> None:
        getattr(world.columns, name)[COLUMN] += change

    return act


def angry(world: World) -> None:
    world.communities.anger[:] = 1.0


def strong(world: World) -> None:
    world.columns.armed[COLUMN] *= 3.0


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (setting("pay", 0.5), 1),
        (setting("community_link", 0.3), 1),
        (setting("aggression", 0.5), 1),
        (setting("pressure", 1.0), -1),
        (setting("pool", 500.0), 1),
        (angry, 1),
        (strong, 1),
    ],
)
def test_joining_grows_and_falls_by_what_the_specification_says(change: Callable[[World], None], sign: int):
    assert np.sign(joining_with(change) - joining_with(nothing)) == sign


@pytest.mark.parametrize(
    ("motive", "change"), [("wage", setting("pay", 0.5)), ("grievance", angry), ("kin", strong)]
)
def test_the_motive_that_the_switch_names_weighs_more(motive: str, change: Callable[[World], None]):
    gains = {form: joining_with(change, form) / joining_with(nothing, form) for form in MOTIVES}
    assert gains[motive] == max(gains.values())
    one, other = (gain for form, gain in gains.items() if form != motive)
    assert one == pytest.approx(other, rel=1e-3)
    assert gains[motive] > 1.01 * one


def test_a_column_takes_in_no_more_than_its_members_can_bring():
    world = at_rest()
    rows = living_columns(world)
    world.columns.joining[rows] = 1e6
    before, persons = (
        serving(world),
        float((world.columns.armed[rows] + world.columns.supporters[rows]).sum()),
    )
    for _ in range(26):
        process._recruit(world, rows)
        world.week += 1
    assert serving(world) - before == pytest.approx(world.p.recruits_per_member * persons / 2.0, rel=0.15)


def test_nobody_joins_or_comes_back_to_a_column_in_which_nobody_serves():
    world = at_rest()
    world.p = world.p.replace(relapse_rate=1.0, adult_cohort_from_captivity=500.0, check=False)
    leave_members(world, members_of_group(world, 0), QUIT)
    count_strength(world)
    world.week += 1
    for _ in range(52):
        world.week += 1
        process.step(world)
    assert serving(world) == 0


def test_who_is_gone_does_not_come_back_in_the_same_week():
    world = at_rest()
    world.p = world.p.replace(relapse_rate=1.0, check=False)
    gone = members_of(world, COLUMN)
    leave_members(world, gone, QUIT)
    process._return(world)
    assert (world.members.status[gone] == QUIT).all()
    world.week += 4
    process._return(world)
    assert (world.members.status[gone] == ACTIVE).any()


def test_nobody_joins_where_no_column_has_control():
    world = at_rest()
    world.columns.control[:] = 0.0
    process.measure_pools(world, living_columns(world))
    assert joining(world, living_columns(world)).sum() == 0.0


FIRM = 2


def in_service(world: World, lacking: float = 0.0) -> World:
    """One column serves a firm that wishes for as many as it pays, and `lacking` of them more."""
    world.columns.service[COLUMN] = FIRM
    at_one = float(persons_wished(world)[FIRM])
    wish = float(persons_kept(world)[FIRM]) * (1.0 + lacking)
    world.p = world.p.replace(firm_gunmen_demand=world.p.firm_gunmen_demand * wish / at_one, check=False)
    return world


def joining_in_service(lacking: float, **changes: float) -> float:
    world = at_rest()
    world.p = world.p.replace(**changes, check=False)
    return float(joining(in_service(world, lacking), living_columns(world))[COLUMN])


def test_a_firm_replaces_whom_its_columns_lose_and_forces_nobody():
    unforced = joining_with(lambda world: setattr(world, "p", world.p.replace(recruitment_coerced=0.0)))
    assert joining_in_service(0.0) == pytest.approx(unforced, rel=1e-6)
    assert joining_in_service(0.0, recruitment_coerced=0.2) == pytest.approx(unforced, rel=1e-6)


def test_a_firm_fills_its_columns_up_to_what_it_wishes():
    assert joining_in_service(0.5) > joining_in_service(0.0) > joining_in_service(-0.2) > 0.0
    assert joining_in_service(-0.5) == 0.0
    weight = fresh().p.recruit_ranks_weight
    assert joining_in_service(1.0) == pytest.approx((1.0 + weight / 2.0) * joining_in_service(0.0), rel=1e-6)


def test_a_firm_that_may_not_integrate_has_nobody_recruited():
    world = in_service(at_rest())
    world.scenario = scenario(switches__firms_integrate="no")
    assert joining(world, living_columns(world))[COLUMN] == 0.0


def test_firms_wish_for_nobody_while_what_was_protected_is():
    world = at_rest()
    world.communities.control[:] = world.communities.first_control
    assert persons_wished(world).sum() == 0.0
    world.communities.control[:] = 1.0
    assert persons_wished(world).sum() == 0.0


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_firms_wish_for_as_many_as_protected_what_is_lost(share: float):
    world = at_rest()
    world.p = world.p.replace(firm_gunmen_demand=0.7)
    world.communities.control[:] = (1.0 - share) * world.communities.first_control
    wished = persons_wished(world)
    armed = world.burn_in.members * world.burn_in.armed_share
    assert wished.sum() == pytest.approx(share * 0.7 * armed, rel=1e-6)
    coca = np.maximum(world.communities.coca_area, 0.0) * world.communities.first_control
    np.testing.assert_allclose(
        wished / wished.sum(), world.communities.purchase_share @ coca / coca.sum(), rtol=1e-6
    )


def test_what_a_column_holds_for_its_firm_is_what_the_firm_guards():
    world = at_rest()
    communities, columns = world.communities, world.columns
    communities.control[:] = communities.first_control
    columns.service[COLUMN] = FIRM
    wished = persons_wished(world)
    own = float(np.maximum(communities.coca_area, 0.0) @ columns.control[:, COLUMN])
    coca = np.maximum(communities.coca_area, 0.0) @ communities.first_control
    armed = world.burn_in.members * world.burn_in.armed_share
    expected = world.p.firm_gunmen_demand * armed * own / coca
    assert wished[FIRM] == pytest.approx(expected, rel=1e-6)
    assert np.delete(wished, FIRM).sum() == 0.0


def test_a_firm_has_too_many_when_others_protect_again():
    world = in_service(at_rest(), lacking=0.25)
    assert surplus(world)[FIRM] == 0.0
    world.p = world.p.replace(firm_gunmen_demand=world.p.firm_gunmen_demand / 5.0, check=False)
    assert surplus(world)[FIRM] == pytest.approx(0.75)
    assert np.delete(surplus(world), FIRM).sum() == 0.0


@given(st.floats(0.001, 6.0), st.floats(0.0, 0.999))
@settings(derandomize=True, database=None)
def test_the_number_of_recruits_is_poisson(mean: float, draw: float):
    assert poisson(mean, draw, process.MOST_A_WEEK) == min(
        int(stats.poisson.ppf(draw, mean)), process.MOST_A_WEEK
    ) or (draw < np.exp(-mean) and poisson(mean, draw, process.MOST_A_WEEK) == 0)


def enter(world: World, count: int) -> np.ndarray:
    first = world.members.count
    process._enter(world, COLUMN, count)
    count_strength(world)
    return np.arange(first, world.members.count)


def test_recruits_come_only_from_places_under_control_and_most_from_where_most_are():
    world = at_rest()
    control = np.zeros(len(world.communities), dtype=np.float32)
    control[[10, 20, 30]] = 0.1, 0.6, 0.3
    world.columns.control[:, COLUMN] = control
    world.communities.youth[:] = 50.0
    origins = []
    for week in range(60):
        world.week = week
        origins += world.members.origin[enter(world, 5)].tolist()
    where, number = np.unique(origins, return_counts=True)
    assert where.tolist() == [10, 20, 30]
    assert number / number.sum() == pytest.approx([0.1, 0.6, 0.3], abs=0.08)


def test_recruits_are_adults_and_start_as_supporters():
    world = at_rest()
    rows = enter(world, 20)
    ages = (world.week - world.members.born[rows]) / WEEKS_A_YEAR
    assert (ages >= 18.0).all()
    assert (ages <= process.OLDEST_RECRUIT + 0.1).all()
    assert (world.members.rank[rows] == 0).all()
    assert (world.members.joined[rows] == world.week).all()
    assert faults(world) == []


def test_recruits_of_a_column_that_lives_on_drugs_believe_less():
    def mean_belief(drugs: float) -> float:
        world = at_rest()
        world.columns.fees[COLUMN], world.columns.escorts[COLUMN] = 1_000.0 * drugs, 0.0
        world.columns.leaf_tax[COLUMN], world.columns.extortion[COLUMN] = 0.0, 0.0
        world.columns.logging[COLUMN] = 1_000.0 * (1.0 - drugs)
        return float(world.members.ideology[enter(world, 20)].mean())

    slope = (mean_belief(1.0) - mean_belief(0.6)) / 0.4  # so that nobody's belief is at an end of its range
    assert slope == pytest.approx(fresh().p.ideology_revenue_slope, abs=1e-3)
    assert slope < 0.0


def test_recruits_of_the_founding_group_are_of_the_lineage_and_those_of_a_splinter_are_not():
    world = at_rest()
    assert world.members.lineage[enter(world, 3)].all()
    split(world, COLUMN)
    assert not world.members.lineage[enter(world, 3)].any()


@pytest.mark.parametrize("share", [1.0, 0.25, 0.0])
def test_recruits_descend_from_the_founding_group_as_far_as_the_group_that_takes_them_in(share):
    world = at_rest()
    split(world, COLUMN)
    world.members.descent[members_of(world, COLUMN)] = share
    for _ in range(3):
        assert (world.members.descent[enter(world, 3)] == share).all()


def test_recruits_of_the_founding_group_descend_from_it_whoever_else_is_in_it():
    world = at_rest()
    world.members.descent[members_of(world, COLUMN)] = 0.0
    assert (world.members.descent[enter(world, 3)] == 1.0).all()


def test_no_recruit_of_the_valley_belongs_to_the_clan_of_the_leaders():
    world = at_rest()
    for week in range(30):
        world.week = week
        assert (world.members.kin[enter(world, 10)] != FOUNDING_KIN).all()


def test_some_recruits_follow_kin_into_the_column():
    world = at_rest()
    known = set(used(world.members, "kin").tolist())
    followed = []
    for week in range(40):
        world.week = week
        followed += [kin in known for kin in world.members.kin[enter(world, 5)].tolist()]
    assert np.mean(followed) == pytest.approx(1.0 / process.KIN_LINES, abs=0.1)


def test_an_extra_recruit_shifts_no_other_columns_recruits():
    one, other = at_rest(), at_rest()
    process._enter(one, 2, 1)
    process._enter(other, 2, 4)
    mine, theirs = one.members.count, other.members.count
    process._enter(one, COLUMN, 3)
    process._enter(other, COLUMN, 3)
    for trait in ("born", "tie", "bond", "ideology", "skill", "origin"):
        values = getattr(one.members, trait)[mine : mine + 3]
        assert np.array_equal(values, getattr(other.members, trait)[theirs : theirs + 3]), trait


def test_people_raised_in_the_camps_come_of_age_at_the_drawn_rate_at_eighteen():
    world = at_rest()
    world.p = world.p.replace(recruitment_voluntary=0.0, recruitment_coerced=0.0, check=False)
    first, years = world.members.count, 12
    for _ in range(round(years * WEEKS_A_YEAR)):
        process._come_of_age(world, living_columns(world))
        world.week += 1
    new = np.arange(first, world.members.count)
    rate = world.p.adult_cohort_from_captivity
    assert len(new) == pytest.approx(years * rate, abs=3.0 * np.sqrt(years * rate))
    ages = (world.members.joined[new] - world.members.born[new]) / WEEKS_A_YEAR
    assert ages.min() >= 18.0
    assert ages.max() < 18.1
    assert world.members.lineage[new].all()


def test_a_founding_group_half_as_strong_raises_half_as_many():
    world = at_rest()
    split(world, COLUMN)
    world.columns.armed[:8] /= 4.0
    world.columns.supporters[:8] /= 4.0
    first = world.members.count
    for _ in range(round(20 * WEEKS_A_YEAR)):
        process._come_of_age(world, living_columns(world))
        world.week += 1
    entered = world.members.count - first
    assert entered < 0.5 * 20 * world.p.adult_cohort_from_captivity
    assert not (world.members.column[first : world.members.count] == COLUMN).any(), "a splinter has no camps"


def test_a_few_of_those_who_left_come_back_to_the_column_that_holds_their_home():
    world = at_rest()
    world.p = world.p.replace(relapse_rate=0.5, check=False)
    rows = np.flatnonzero(used(world.members, "column") == COLUMN)[::2]
    leave_members(world, rows, QUIT)
    count_strength(world)
    holder = used(world.columns, "control")[world.members.origin[rows]].argmax(axis=1)
    held = used(world.columns, "control")[world.members.origin[rows]].max(axis=1) > 0.0
    for _ in range(26):
        world.week += 4
        process._return(world)
    back = used(world.members, "status")[rows] == ACTIVE
    assert back[held].mean() == pytest.approx(0.75, abs=0.15)
    assert np.array_equal(world.members.column[rows[back]], holder[back])
    assert (world.members.rank[rows[back]] <= 1).all()


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_who_left_comes_back_as_far_as_home_is_held_as_it_was(share: float):
    world = at_rest()
    world.p = world.p.replace(relapse_rate=0.5, check=False)
    rows = np.flatnonzero(used(world.members, "column") != 0)
    leave_members(world, rows, QUIT)
    world.communities.control[:] = share * world.communities.first_control
    for _ in range(13):
        process._return(world)
        world.week += 4
    back = used(world.members, "status")[rows] == ACTIVE
    assert len(rows) > 200
    assert back.mean() == pytest.approx(1.0 - 0.5**share, abs=0.08)


def test_those_who_come_of_age_take_up_arms_only_where_arms_are_free():
    ranks = {}
    for share in (0.0, 1.0):
        world = at_rest()
        world.burn_in.armed_share = share
        first = world.members.count
        while world.members.count == first:
            process._come_of_age(world, living_columns(world))
            world.week += 1
        ranks[share] = int(world.members.rank[first])
    assert ranks == {0.0: SUPPORTER, 1.0: FIGHTER}


def test_pools_are_the_youth_who_are_no_members_by_share_of_control():
    world = at_rest()
    rows = living_columns(world)
    process.measure_pools(world, rows)
    members = world.members
    serving = members.origin[: members.count][members.status[: members.count] == ACTIVE].tolist()
    free = [max(young - serving.count(place), 0.0) for place, young in enumerate(world.communities.youth)]
    expected = [sum(y * c for y, c in zip(free, world.columns.control[:, row], strict=True)) for row in rows]
    assert sum(free) < world.communities.youth.sum()
    assert world.columns.pool[rows] == pytest.approx(expected, rel=1e-6)


def test_the_week_of_recruitment_recounts_everybody():
    world = at_rest()
    world.columns.armed[:8] = 0.0
    world.week = 1
    run_processes(world, "recruitment")
    assert [fault for fault in faults(world) if "counted" in fault] == []
    assert (used(world.members, "firm") == NO_ROW).all()
