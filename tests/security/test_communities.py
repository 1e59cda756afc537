"""E1-E4 and B7: support, fear and anger, readiness to tell, committees, young people, and attacks."""

import numpy as np
import pytest

from vraem import engine
from vraem.processes import attacks, communities
from vraem.processes.attacks import attack_chance, geometric, licence, take_reprisal
from vraem.processes.command import MIDDLE_BOND
from vraem.processes.communities import MONTH, TWO_MONTHS, anger, frighten
from vraem.processes.groups import count_strength, living_columns, members_of, new_group
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.organisation_tables import NO_ROW
from vraem.world.security_tables import ATTACK, CIVILIANS, KILLING, STATE

from .worlds import incidents, make_world, settled, used


def feelings_alone(world: World, weeks: int) -> World:
    """Weeks of this process and nothing else."""
    for _ in range(weeks):
        communities.step(world)
        world.week += 1
    return world


def place_held(world: World) -> int:
    return int(world.communities.control.argmax())


# fear and anger


@pytest.mark.parametrize(
    ("stir", "feeling", "gain"), [(frighten, "fear", "fear_gain"), (anger, "anger", "anger_gain")]
)
def test_an_event_is_felt_where_it_happens_and_half_as_much_around(stir, feeling: str, gain: str):
    world = settled()
    values = getattr(world.communities, feeling)
    values[:] = 0.0
    place = place_held(world)
    near = world.valley.neighbours_of(place)
    stir(world, place)
    step = getattr(world.p, gain)
    assert values[place] == pytest.approx(step)
    assert np.allclose(values[near], step / 2.0)
    far = np.setdiff1d(np.arange(len(values)), [place, *near.tolist()])
    assert not values[far].any()
    for _ in range(200):
        stir(world, place, 3.0)
    assert values[place] <= 1.0


@pytest.mark.parametrize(("feeling", "half_life"), [("fear", "fear_half_life"), ("anger", "anger_half_life")])
def test_feelings_fade_with_their_half_life(feeling: str, half_life: str):
    world = settled()
    world.communities.eradication_news[:] = 0.0
    values = getattr(world.communities, feeling)
    values[:] = 0.6
    months = getattr(world.p, half_life)
    feelings_alone(world, round(months * WEEKS_A_MONTH))
    assert np.allclose(values, 0.3, rtol=0.12)


def test_eradication_angers_where_it_took_coca():
    world = settled()
    world.communities.anger[:] = 0.0
    world.communities.eradication_news[:] = 0.0
    world.communities.eradication_news[7] = 0.8
    feelings_alone(world, MONTH)
    assert world.communities.anger[7] > 0.0
    assert not np.delete(world.communities.anger, 7).any()


# support


def resting_support(change=lambda world: None, place: int | None = None) -> float:
    """Support for the first group at a place it holds, after twenty years of the same feelings."""
    world = settled()
    at = place_held(world) if place is None else place
    world.communities.fear[:] = world.communities.anger[:] = 0.0
    change(world)
    for _ in range(200):
        communities._support_groups(world)
    return float(world.groups.support[at, 0])


def test_order_and_anger_at_the_state_win_support_and_violence_and_unfair_tax_lose_it():
    def held(world: World) -> None:
        world.columns.control[:, 0] = world.communities.control[:] = 0.6
        world.columns.control[:, 1:] = 0.0

    def not_held(world: World) -> None:
        world.columns.control[:] = 0.0

    def angry(world: World) -> None:
        held(world)
        world.communities.anger[:] = 0.5

    def afraid(world: World) -> None:
        held(world)
        world.communities.fear[:] = 0.8

    def taxed(world: World) -> None:
        held(world)
        world.communities.leaf_tax[:] = 0.6 * 3.0 * world.p.fair_leaf_tax

    def fairly_taxed(world: World) -> None:
        held(world)
        world.communities.leaf_tax[:] = 0.6 * 0.9 * world.p.fair_leaf_tax

    assert resting_support(held) > resting_support(not_held)
    assert resting_support(angry) > resting_support(held)
    assert resting_support(afraid) < resting_support(held)
    assert resting_support(taxed) == pytest.approx(
        resting_support(held) - 0.6 * settled().p.support_overtax_loss, abs=1e-3
    )
    assert resting_support(fairly_taxed) == pytest.approx(resting_support(held))


def test_the_lineage_has_roots_in_its_core_and_others_have_none():
    core = int(np.asarray(settled().valley.communities.core_km).argmin())
    far = int(np.asarray(settled().valley.communities.core_km).argmax())

    def outsiders(world: World) -> None:
        world.columns.control[:] = 0.0
        world.groups.lineage_share[0] = 0.0

    def lineage(world: World) -> None:
        world.columns.control[:] = 0.0

    assert resting_support(lineage, core) > 2.0 * resting_support(lineage, far)
    assert resting_support(outsiders, core) == pytest.approx(resting_support(outsiders, far), abs=1e-3)


def test_recruits_of_a_splinter_keep_its_roots():
    core = int(np.asarray(settled().valley.communities.core_km).argmin())

    def without_founders(world: World) -> None:
        world.members.lineage[:] = False
        count_strength(world)

    assert resting_support(without_founders, core) == resting_support(place=core)


def test_support_closes_half_of_its_gap_in_its_half_life():
    world = settled()
    world.groups.support[:, 0] = 0.0
    rest = np.array([resting_support(place=place) for place in (place_held(world),)])
    world.communities.fear[:] = world.communities.anger[:] = 0.0
    for _ in range(round(world.p.support_half_life * WEEKS_A_MONTH / TWO_MONTHS)):
        communities._support_groups(world)
    assert world.groups.support[place_held(world), 0] == pytest.approx(rest[0] / 2.0, rel=0.06)


def test_the_link_of_a_column_is_the_mean_support_over_its_territory():
    world = settled()
    communities._meet(world)
    columns = world.columns
    for column in living_columns(world).tolist():
        control = columns.control[:, column].astype(float)
        support = world.groups.support[:, columns.group[column]]
        mean = (control * support).sum() / control.sum()
        assert columns.community_link[column] == pytest.approx(mean, rel=1e-4)
    column = int(living_columns(world)[0])
    columns.control[:, column] = 0.0
    communities._meet(world)
    at_seat = world.groups.support[columns.seat[column], columns.group[column]]
    assert columns.community_link[column] == pytest.approx(at_seat)


def test_presence_and_assistance_win_support_for_the_state_and_anger_loses_it():
    def rests(**change: float) -> float:
        world = settled()
        world.communities.anger[:] = 0.0
        for name, value in change.items():
            getattr(world.communities, name)[:] = value
        for _ in range(100):
            communities._support_state(world)
        return float(world.communities.state_support.mean())

    plain = rests()
    assert rests(state_presence=50.0) > plain
    assert rests(assisted_share=0.8) > plain
    assert rests(anger=0.5) < plain


# tips


def test_people_tell_less_from_fear_and_sympathy_and_more_with_somebody_to_tell_and_trust():
    def told(**change: float) -> float:
        world = settled()
        world.communities.fear[:] = 0.1
        for name, value in change.items():
            getattr(world.communities, name)[:] = value
        communities._meet(world)
        return float(used(world.columns, "tip_rate").sum())

    def told_with_support(support: float) -> float:
        world = settled()
        world.communities.fear[:] = 0.1
        world.groups.support[:] = support
        communities._meet(world)
        return float(used(world.columns, "tip_rate").sum())

    plain = told()
    assert told(fear=0.9) < plain
    assert told(state_presence=60.0) > plain
    assert told(trust=1.0) > told(trust=0.0)
    assert told_with_support(0.1) > told_with_support(0.9)


def test_tips_on_a_column_are_those_of_its_territory():
    world = settled()
    communities._meet(world)
    expected = world.communities.tip_rate @ used(world.columns, "control").astype(float)
    assert np.allclose(used(world.columns, "tip_rate"), expected, rtol=1e-4)
    assert (world.communities.tip_rate > 0.0).all()
    assert (world.communities.tip_rate < 0.2).all()


def test_people_tell_of_each_group_by_its_own_control_and_support():
    world = settled()
    columns, groups = world.columns, world.groups
    band = new_group(world, outsider=True)
    columns.group[5] = band
    place = int(columns.control[:, 5].argmax())
    groups.support[place, 0], groups.support[place, band] = 0.8, 0.0
    columns.control[place, :] = 0.0
    columns.control[place, 5], columns.control[place, 2] = 0.3, 0.3
    for other in (2, 5):
        columns.control[np.arange(len(columns.control)) != place, other] = 0.0
    communities._meet(world)
    assert columns.tip_rate[5] > 1.2 * columns.tip_rate[2] > 0.0
    told = columns.tip_rate[5] + columns.tip_rate[2]
    assert world.communities.tip_rate[place] == pytest.approx(told / 0.6, rel=1e-5)


# committees and youth


def test_committees_are_stronger_on_the_apurimac_side_and_where_the_state_is_liked():
    world = settled()
    south = world.valley.communities.row > 95
    north = world.valley.communities.row < 60
    assert world.communities.committee[south].mean() > world.communities.committee[north].mean() + 0.2
    liked, disliked = settled(), settled()
    liked.communities.state_support[:] = 0.7
    disliked.communities.state_support[:] = 0.2
    for world in (liked, disliked):
        for _ in range(30):
            communities._arm_committees(world)
    assert (liked.communities.committee > disliked.communities.committee).all()
    assert (liked.communities.committee <= 1.0).all()


def test_the_pool_of_young_people_follows_past_prices_with_its_lag():
    world = settled()
    p, base = world.p, world.market.leaf_price_base
    world.communities.past_leaf_price[:] = 1.0
    world.communities.leaf_price[:] = 2.0 * base
    years = p.youth_pool_lag
    for _ in range(round(years * WEEKS_A_YEAR / TWO_MONTHS)):
        communities._raise_youth(world)
    # an exponential lag has covered 1 − 1/e of the way after its mean time
    assert np.allclose(world.communities.past_leaf_price, 2.0 - np.exp(-1.0), rtol=0.01)
    everybody = p.youth_per_household * p.farm_households
    grown = everybody * (1.0 + p.youth_pool_effect * (1.0 - np.exp(-1.0)))
    assert world.communities.youth.sum() == pytest.approx(grown, rel=0.01)


# attacks


def test_attacks_rise_with_effort_arms_and_pressure_above_normal():
    world = settled()
    world.burn_in.pressure = 0.5
    usual = attack_chance(world, 0.07, 15.0, 0.5)
    assert 0.0 < usual < 0.1
    assert attack_chance(world, 0.14, 15.0, 0.5) > usual
    assert attack_chance(world, 0.07, 30.0, 0.5) > usual
    assert attack_chance(world, 0.07, 15.0, 3.0) > usual
    assert attack_chance(world, 0.07, 15.0, 0.0) == usual


def test_columns_without_effort_in_hiding_or_without_commander_do_not_attack():
    for name, value in (("attack_effort", 0.0), ("hidden_until", 9000), ("commander", NO_ROW)):
        world = settled()
        world.p = world.p.replace(check=False, attack_rate=1e6)
        getattr(world.columns, name)[: world.columns.count] = value
        world.flows.attacks = 0
        attacks.step(world)
        assert world.flows.attacks == 0


def all_led_and_in_the_field() -> World:
    """The settled world with no column in hiding; every one has a commander."""
    world = settled()
    world.columns.hidden_until[: world.columns.count] = NO_ROW  # no week
    assert (world.columns.commander[living_columns(world)] != NO_ROW).all()
    return world


def test_an_attack_kills_and_frightens_near_the_seat_and_is_noted():
    world = all_led_and_in_the_field()
    world.p = world.p.replace(check=False, attack_rate=1e6, attack_civilian_harm=1e6, raid_group_losses=0.0)
    rows = living_columns(world)
    fear, known = world.communities.fear.copy(), world.columns.notoriety[rows].copy()
    world.flows.attacks = world.flows.killed_state = world.flows.killed_civilians = 0
    attacks.step(world)
    found = incidents(world, ATTACK, week=world.week, victim=STATE)
    assert len(found) == len(rows) == world.flows.attacks
    assert np.array_equal(world.columns.notoriety[rows], known + 1.0)
    journal = world.incidents
    assert journal.deaths[found].sum() == world.flows.killed_state
    places, columns = journal.community[found], journal.column[found]
    seats = world.columns.seat[columns]
    hours = world.valley.community_hours
    assert ((hours[seats] < hours[seats, places][:, None]).sum(axis=1) < attacks.GROUND).all()
    assert (world.communities.fear[places] > fear[places]).all()
    assert len(incidents(world, KILLING, week=world.week, victim=CIVILIANS)) == len(rows)
    assert world.flows.killed_civilians == len(rows)


def test_attackers_lose_fighters_now_and_then_never_commanders():
    world = all_led_and_in_the_field()
    world.p = world.p.replace(check=False, attack_rate=1e6, raid_group_losses=2.0)
    rows = living_columns(world)
    commanders = used(world.columns, "commander").copy()
    before = used(world.columns, "armed").copy()
    attacks.step(world)
    assert np.allclose(used(world.columns, "armed")[rows], before[rows] - 1.0)
    assert np.array_equal(used(world.columns, "commander"), commanders)


def test_columns_that_nobody_holds_back_harm_civilians_more():
    world = settled()
    world.columns.link[0] = 0.8
    world.groups.authority[world.columns.group[0]] = world.burn_in.command / 0.8
    world.members.bond[members_of(world, 0)] = MIDDLE_BOND
    assert licence(world, 0) == pytest.approx(1.0)
    world.members.bond[members_of(world, 0)] = 0.5 * MIDDLE_BOND
    assert licence(world, 0) > 1.1
    loosened = []
    for link in (0.9, 0.5, 0.1):
        world.columns.link[0] = link
        loosened.append(licence(world, 0))
    assert loosened == sorted(loosened)
    assert loosened[0] < loosened[-1]
    world.groups.authority[world.columns.group[0]] *= 0.5
    assert licence(world, 0) > loosened[-1]
    world.p = world.p.replace(check=False, restraint_weight=0.0)
    assert licence(world, 0) == 1.0


def test_a_reprisal_kills_at_least_one_and_costs_support_through_fear():
    world = settled()
    place = place_held(world)
    fear = float(world.communities.fear[place])
    world.flows.killed_civilians = 0
    take_reprisal(world, 0, place, 0.0)
    assert world.flows.killed_civilians == 1
    take_reprisal(world, 0, place, 0.99)
    assert world.flows.killed_civilians > 4
    assert world.communities.fear[place] > fear


@pytest.mark.parametrize("mean", [0.5, 1.0, 2.5])
def test_the_number_killed_has_the_mean_of_the_table(mean: float):
    draws = (np.arange(20_000) + 0.5) / 20_000
    values = [geometric(draw, mean) for draw in draws.tolist()]
    assert np.mean(values) == pytest.approx(mean, rel=0.02)
    assert geometric(0.9, 0.0) == 0


def test_levels_of_violence_are_those_of_the_fact_tables():
    """Ten years, two seeds: attacks 5-11 a year; of the state some 3-13 die, of civilians a few (organisation.csv)."""
    attacked, state_dead, civilians, years = 0, 0, 0, 0.0
    for seed in (1, 2):
        world = make_world(seed, weeks=313)
        for _ in range(313):
            engine.advance(world)
            attacked += world.flows.attacks
            state_dead += world.flows.killed_state
            civilians += world.flows.killed_civilians
            engine.close_week(world)
        years += 6.0
    assert 3.0 < attacked / years < 12.0
    assert 3.0 < state_dead / years < 14.0
    assert 0.3 < civilians / years < 10.0
