"""B2-B4 and B7: money between columns and centre, the command link, authority, ideology and political work."""

from collections.abc import Callable

import numpy as np
import pytest

from vraem.processes import command
from vraem.processes.groups import living_columns
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.organisation_tables import FOUNDING_KIN, NO_ROW

from .choices import split
from .worlds import fresh, money, money_that_came, open_week, quiet, run_processes, scenario, used

COLUMN = 5


def at_rest(seed: int = 1) -> World:
    """Nobody is kin to the leader, nobody is aggrieved, and pay is as usual."""
    world = quiet(fresh(seed))
    world.members.kin[world.columns.commander[1:8]] = 8_000 + np.arange(7)
    world.columns.pressure[:8] = world.burn_in.pressure
    return world


def link_after(weeks: int, change: Callable[[World], None]) -> float:
    world = at_rest()
    change(world)
    for _ in range(weeks):
        open_week(world)
        run_processes(world, "remittance", "command")
        world.week += 1
    return float(world.columns.link[COLUMN])


def nothing(world: World) -> None:
    """Leave the world as it is."""


def more_contact(world: World) -> None:
    world.columns.contact[COLUMN] = 1.0


def kin_to_the_leader(world: World) -> None:
    world.members.kin[world.columns.commander[COLUMN]] = world.members.kin[world.groups.leader[0]]


def aggrieved(world: World) -> None:
    world.columns.grievance[COLUMN] = 1.0


def pressed(world: World) -> None:
    world.columns.pressure[COLUMN] += 2.0


def hiding(world: World) -> None:
    world.columns.hidden_until[COLUMN] = 1_000


def leaderless(world: World) -> None:
    world.groups.leader[0] = NO_ROW
    world.groups.vacant_since[0] = 0


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (more_contact, 1),
        (kin_to_the_leader, 1),
        (aggrieved, -1),
        (pressed, -1),
        (hiding, -1),
        (leaderless, -1),
    ],
)
def test_the_link_grows_and_falls_by_what_the_specification_says(change: Callable[[World], None], sign: int):
    assert np.sign(link_after(26, change) - link_after(26, nothing)) == sign


def test_the_link_grows_with_the_balance_of_money_received():
    world = at_rest()
    rows = living_columns(world)
    before = world.columns.link[rows].copy()
    world.columns.revenue[rows] = 100.0
    world.columns.received[rows], world.columns.sent[rows] = 40.0, 40.0
    giving = world.copy()
    giving.columns.received[COLUMN] = 0.0
    command._move_links(world, rows)
    command._move_links(giving, rows)
    assert world.columns.link[COLUMN] - giving.columns.link[COLUMN] == pytest.approx(
        0.4 * world.p.link_money_weight, rel=1e-3
    )
    assert np.array_equal(before[:1], world.columns.link[:1])


def test_without_contact_half_of_the_link_is_lost_in_its_half_life():
    world = at_rest()
    world.p = world.p.replace(link_money_weight=0.0, check=False)
    world.burn_in.link_gain = 0.0
    world.columns.contact[:8] = 0.0
    used(world.members, "bond")[:] = command.MIDDLE_BOND
    start = float(world.columns.link[COLUMN])
    weeks = round(world.p.link_half_life * WEEKS_A_MONTH)
    for _ in range(weeks):
        open_week(world)
        run_processes(world, "command")
        world.week += 1
    kept = command.LEAST_CONTACT  # there is always some contact
    assert world.columns.link[COLUMN] == pytest.approx(start * 0.5 ** (1.0 - kept), rel=0.01)
    assert 6.0 <= world.p.link_half_life <= 18.0


def test_a_column_bound_to_its_own_commander_is_bound_less_to_the_centre():
    links = []
    for bond in (0.2, command.MIDDLE_BOND, 0.8):
        world = at_rest()
        used(world.members, "bond")[:] = bond
        open_week(world)
        run_processes(world, "command")
        links.append(float(world.columns.link[COLUMN]))
    before = float(at_rest().columns.link[COLUMN])
    assert links[0] > links[1] > links[2]
    expected = 0.3 * at_rest().p.link_bond_loss * before
    assert links[1] - links[2] == pytest.approx(expected, rel=1e-3)
    assert links[0] - links[1] == pytest.approx(expected, rel=1e-3)


def test_the_link_rests_where_it_was_drawn_at_mean_contact():
    world = at_rest()
    world.columns.contact[:8] = world.p.link_contact
    world.p = world.p.replace(link_money_weight=0.0, check=False)
    for _ in range(300):
        open_week(world)
        run_processes(world, "command")
        world.week += 1
    assert used(world.columns, "link")[1:] == pytest.approx(world.p.link_baseline, abs=0.01)


def test_the_leaders_column_and_a_group_of_one_column_are_wholly_linked():
    world = at_rest()
    split(world, COLUMN)
    for _ in range(60):
        open_week(world)
        run_processes(world, "remittance", "command")
        world.week += 1
    assert world.columns.link[0] == 1.0
    assert world.columns.link[COLUMN] == 1.0
    world.groups.leader[1] = NO_ROW
    run_processes(world, "command")
    assert world.columns.link[COLUMN] == 1.0, "it is its own centre, whoever leads it"


# money


def test_money_goes_round_without_loss():
    world = at_rest()
    for _ in range(30):
        held = money(world)
        open_week(world, pay=0.7)
        run_processes(world, "remittance")
        assert money(world) - held == pytest.approx(money_that_came(world), rel=1e-9, abs=1e-6)
        world.week += 1
    assert used(world.groups, "hoard")[0] > 0.0


def test_pay_is_one_unit_where_income_is_that_of_the_burn_in():
    world = at_rest()
    world.p = world.p.replace(top_spending=0.0, centre_redistribution=1.0, check=False)
    world.scenario = scenario(switches__heirless_horizon="off")
    for _ in range(150):
        open_week(world)
        run_processes(world, "remittance")
        world.week += 1
    pay = used(world.columns, "pay")
    weight = used(world.columns, "armed") + world.p.supporter_upkeep * used(world.columns, "supporters")
    assert np.average(pay, weights=weight) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (lambda world: world.columns.link.__setitem__(COLUMN, 0.1), -1),
        (lambda world: world.groups.authority.__setitem__(0, 0.95), 1),
        (leaderless, -1),
        (lambda world: world.columns.revenue.__setitem__(COLUMN, 0.0), -1),
    ],
    ids=["weak link", "strong leader", "vacant post", "need"],
)
def test_the_share_sent_follows_link_audit_and_need(change: Callable[[World], None], sign: int):
    def sent(one: Callable[[World], None]) -> float:
        world = at_rest()
        one(world)
        open_week(world)
        run_processes(world, "remittance")
        return float(world.columns.sent[COLUMN] / world.columns.fees[COLUMN])

    assert np.sign(sent(change) - sent(nothing)) == sign
    assert 0.0 < sent(nothing) < at_rest().p.remittance_cap


def test_a_vacant_post_audits_like_a_leader_with_an_authority_of_a_fifth():
    vacant, weak = at_rest(), at_rest()
    leaderless(vacant)
    weak.groups.authority[0] = 0.2
    for world in (vacant, weak):
        open_week(world)
        run_processes(world, "remittance")
    assert used(vacant.columns, "sent") == pytest.approx(used(weak.columns, "sent"), rel=1e-6)
    assert used(vacant.columns, "sent").all()


def test_a_leader_without_heirs_keeps_more_for_the_top():
    def kept(form: str, heirs: bool) -> float:
        world = at_rest()
        world.scenario = scenario(switches__heirless_horizon=form)
        if not heirs:
            world.members.heir[:] = False
        hoard = float(world.groups.hoard[0])
        open_week(world)
        run_processes(world, "remittance")
        return float(world.groups.hoard[0]) - hoard

    assert kept("on", True) == kept("off", True) == kept("off", False)
    assert kept("on", False) > kept("on", True)


def test_a_group_of_one_column_sees_no_hoarding():
    from vraem.processes.remittance import hoarding_of

    world = at_rest()
    split(world, COLUMN)
    hoarding = hoarding_of(world, np.arange(8))
    assert hoarding[COLUMN] == hoarding[0] == 0.0
    assert (np.delete(hoarding, [0, COLUMN]) > 0.0).all()


# authority


def authority_after(weeks: int, change: Callable[[World], None] = nothing) -> np.ndarray:
    world = at_rest()
    change(world)
    path = []
    for _ in range(weeks):
        open_week(world)
        run_processes(world, "command")
        path.append(float(world.groups.authority[0]))
        world.week += 1
    return np.array(path)


def test_authority_rests_where_it_starts():
    assert authority_after(100) == pytest.approx(float(at_rest().groups.authority[0]), abs=0.01)


def test_lost_authority_comes_back_with_its_half_life():
    def shaken(world: World) -> None:
        world.groups.authority[0] *= 0.5

    rest = float(at_rest().groups.authority[0])
    weeks = round(at_rest().p.authority_half_life * WEEKS_A_MONTH)
    path = authority_after(weeks, shaken)
    assert path[-1] == pytest.approx(rest * (1.0 - 0.25), abs=0.01)
    assert (np.diff(path) > 0.0).all()


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (lambda world: world.members.kin.__setitem__(world.groups.leader[0], 77), -1),
        (lambda world: world.members.joined.__setitem__(world.groups.leader[0], 0), -1),
        (lambda world: world.groups.success.__setitem__(0, -3.0), -1),
        (lambda world: world.groups.ideology.__setitem__(0, 0.9), 1),
    ],
    ids=["no lineage", "newcomer", "failure", "ideology"],
)
def test_authority_rests_on_lineage_years_success_and_ideology(change: Callable[[World], None], sign: int):
    assert np.sign(authority_after(30, change)[-1] - authority_after(30)[-1]) == sign


def test_a_vacant_post_has_no_authority_to_gain():
    path = authority_after(30, leaderless)
    assert (np.diff(path) == 0.0).all()


def test_leaders_of_groups_outside_the_clan_start_with_less():
    world = fresh()
    with_clan = command.authority_at_rest(world, 0)
    world.members.kin[world.groups.leader[0]] = FOUNDING_KIN + 1
    assert command.authority_at_rest(world, 0) < with_clan


# ideology


def ideology_after(years: float, effort: float) -> float:
    world = at_rest()
    world.members.ideology[:] = 0.5
    world.columns.effort[:8] = effort
    for _ in range(round(years * WEEKS_A_YEAR / command.REVIEW_WEEKS)):
        command._move_beliefs(world)
    return float(used(world.members, "ideology").mean())


def test_without_political_work_ideology_halves_in_its_half_life():
    half_life = at_rest().p.ideology_half_life
    assert ideology_after(half_life, 0.0) == pytest.approx(0.25, rel=0.02)
    assert 3.0 <= half_life <= 10.0


def test_political_work_keeps_ideology_up():
    assert ideology_after(2.0, 0.4) > ideology_after(2.0, 0.1) > ideology_after(2.0, 0.0)


def effort_of(world: World) -> float:
    command._spend_effort(world, living_columns(world))
    return float(world.columns.effort[COLUMN])


def test_political_work_follows_belief_and_centre_and_gives_way_to_hunger():
    plain = effort_of(at_rest())
    believing, hungry, cut_off = at_rest(), at_rest(), at_rest()
    believing.columns.ideology[COLUMN] += 0.2
    hungry.columns.shortfall[COLUMN] = 0.8
    cut_off.groups.authority[0] = 0.05
    assert effort_of(believing) > plain
    assert effort_of(hungry) < plain
    assert effort_of(cut_off) < plain
    assert plain <= at_rest().p.political_effort_max


def test_a_column_in_a_firms_service_does_no_political_work_and_attacks_nobody():
    world = at_rest()
    world.columns.service[COLUMN] = 2
    assert effort_of(world) == 0.0
    assert world.columns.attack_effort[COLUMN] == 0.0


def test_a_wish_for_revenge_raises_attacks():
    world = at_rest()
    effort_of(world)
    before = float(world.columns.attack_effort[COLUMN])
    world.columns.aggression[COLUMN] = 1.0
    effort_of(world)
    assert world.columns.attack_effort[COLUMN] == pytest.approx(2.0 * before, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "months"),
    [("grievance", 6.0), ("demoralised", 6.0), ("blame", 3.0), ("aggression", 9.0)],
)
def test_moods_fade_with_their_half_lives(name: str, months: float):
    world = at_rest()
    getattr(world.columns, name)[COLUMN] = 1.0
    weeks = round(months * WEEKS_A_MONTH)
    for _ in range(weeks):
        command._fade(world)
    assert getattr(world.columns, name)[COLUMN] == pytest.approx(0.5, abs=0.02)


def test_the_grievance_of_a_member_halves_in_six_months():
    world = quiet(fresh())
    used(world.members, "grievance")[:] = 1.0
    for _ in range(6):
        command._move_beliefs(world)
    left = used(world.members, "grievance")[0]
    assert left == pytest.approx(0.5 ** (6 * 28 / (365.25 / 2)), rel=1e-3)


def test_bonds_close_half_of_the_way_to_their_middle_in_their_half_life():
    world = quiet(fresh())
    used(world.members, "bond")[:] = command.MIDDLE_BOND - 0.2
    for _ in range(round(world.p.bond_half_life * WEEKS_A_MONTH / command.REVIEW_WEEKS)):
        command._move_beliefs(world)
    assert used(world.members, "bond").mean() == pytest.approx(command.MIDDLE_BOND - 0.1, abs=3e-3)
