"""B8: every column has the same options and weighs them by the same values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vraem.processes import column_values
from vraem.processes.column_acts import carry_out
from vraem.processes.column_values import (
    AFFILIATIONS,
    DEMOBILISE,
    HIDE,
    HOST,
    INDEPENDENT,
    MERGE,
    SERVICE,
    STAY,
    affiliation_values,
    conduct_values,
    offers_to,
    softmax,
    standing_of,
)
from vraem.processes.followers import prospects
from vraem.processes.groups import living_columns
from vraem.world.organisation_tables import ENDED, NO_ROW
from vraem.world.security_tables import SERVICE as INTO_SERVICE
from vraem.world.security_tables import SERVICE_END

from .choices import FIRM, NOBODY, WAGE, every_offer, no_offers, options_at_hand, split, two_groups
from .worlds import faults, fresh, open_week, quiet, run_processes, scenario, used

# options


def test_every_column_that_follows_a_centre_has_every_option_whatever_its_lineage():
    world = two_groups()
    for column in living_columns(world).tolist():
        me = standing_of(world, column)
        expected = set(AFFILIATIONS) - ({"independent"} if me.leads or me.single else set())
        assert options_at_hand(world, column) == expected, column


def test_values_are_the_same_for_lineage_and_outsiders():
    world = two_groups()
    columns = living_columns(world).tolist()
    values = [affiliation_values(world, standing_of(world, c), every_offer(world, c)) for c in columns]
    world.members.lineage[:] = ~world.members.lineage
    world.groups.lineage_share[:] = 1.0 - world.groups.lineage_share
    world.groups.founding[:] = ~world.groups.founding
    world.groups.outsider[:] = ~world.groups.outsider
    for column, before in zip(columns, values, strict=True):
        after = affiliation_values(world, standing_of(world, column), every_offer(world, column))
        assert np.array_equal(before, after), column


def test_a_column_that_has_left_may_come_back():
    world = quiet(fresh())
    split(world, 5)
    assert offers_to(world, standing_of(world, 5)).partner == 0
    carry_out(world, standing_of(world, 5), no_offers(partner=0), MERGE, NOBODY)
    assert world.columns.group[5] == 0
    assert used(world.groups, "status").tolist() == [0, ENDED]
    assert faults(world) == []


def test_a_column_in_a_firms_service_may_leave_it_again():
    world = quiet(fresh())
    carry_out(world, standing_of(world, 5), no_offers(firm=FIRM, wage=WAGE), SERVICE, NOBODY)
    assert world.columns.service[5] == FIRM
    group = int(world.columns.group[5])
    assert group != 0
    assert "independent" in options_at_hand(world, 5)
    carry_out(world, standing_of(world, 5), no_offers(), INDEPENDENT, NOBODY)
    assert world.columns.service[5] == NO_ROW
    assert int(world.columns.group[5]) == group
    assert faults(world) == []
    # it had left its group when it went into service: that it leaves the firm is no further split
    assert used(world.incidents, "kind")[-2:].tolist() == [INTO_SERVICE, SERVICE_END]
    assert used(world.incidents, "other")[-2:].tolist() == [FIRM, FIRM]


def test_members_in_service_are_paid_what_the_offer_said():
    world = quiet(fresh())
    offer = no_offers(firm=FIRM, wage=world.p.own_gunman_wage_ratio)
    carry_out(world, standing_of(world, 5), offer, SERVICE, NOBODY)
    treasury = float(world.columns.treasury[5])
    world.firms.capital[FIRM] = 1e9
    for _ in range(104):
        open_week(world)
        run_processes(world, "revenue", "remittance")
    me = standing_of(world, 5)
    assert me.pay == pytest.approx(offer.wage, rel=1e-3)
    assert world.columns.treasury[5] == pytest.approx(treasury)
    # nobody votes for the wage a second time, and to leave costs it
    assert prospects(world, me, offer, SERVICE) == pytest.approx(0.0, abs=1e-3)
    assert prospects(world, me, offer, DEMOBILISE) == pytest.approx(
        world.p.outside_income - offer.wage, abs=1e-3
    )


def test_a_column_in_service_weighs_independence_by_what_it_collects_and_not_by_its_wages():
    world = quiet(fresh())
    carry_out(world, standing_of(world, 5), no_offers(firm=FIRM, wage=WAGE), SERVICE, NOBODY)
    for _ in range(312):
        open_week(world)
        world.columns.leaf_tax[5] = 70.0
        run_processes(world, "revenue", "remittance")
    assert world.columns.revenue[5] == pytest.approx(70.0, rel=1e-3)
    assert world.columns.wages[5] > 100.0


def test_firms_take_no_columns_where_they_may_not_integrate(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(column_values, "persons_wanted", lambda world: np.full(len(world.firms), 1e6))
    world = quiet(fresh())
    world.p = world.p.replace(firm_offer_probability=1.0, check=False)
    assert all(offers_to(world, standing_of(world, c)).firm != NO_ROW for c in range(8))
    world.scenario = scenario(switches__firms_integrate="no")
    assert all(offers_to(world, standing_of(world, c)).firm == NO_ROW for c in range(8))


def test_a_firm_that_wants_few_gunmen_makes_a_column_no_offer(monkeypatch: pytest.MonkeyPatch):
    world = quiet(fresh())
    world.p = world.p.replace(firm_offer_probability=1.0, check=False)
    armed = float(world.columns.armed[5])
    wanted = np.zeros(len(world.firms))
    monkeypatch.setattr(column_values, "persons_wanted", lambda _: wanted)
    wanted[FIRM] = 0.49 * armed
    assert offers_to(world, standing_of(world, 5)).firm == NO_ROW
    wanted[FIRM] = 0.51 * armed
    assert offers_to(world, standing_of(world, 5)).firm == FIRM


# values


@pytest.mark.parametrize(
    ("option", "field", "sign"),
    [
        (STAY, "link", 1),
        (STAY, "authority", 1),
        (STAY, "kin", 1),
        (STAY, "pay", 1),
        (STAY, "blame", -1),
        (STAY, "grievance", -1),
        (INDEPENDENT, "affluence", 1),
        (INDEPENDENT, "contest", 1),
        (INDEPENDENT, "loyal_share", -1),
        (INDEPENDENT, "authority", -1),
        (INDEPENDENT, "standing_force", -1),
        (MERGE, "loyal_share", -1),
        (SERVICE, "loyal_share", -1),
    ],
)
def test_values_move_as_the_specification_says(option: int, field: str, sign: int):
    world = quiet(fresh())
    me = standing_of(world, 5)
    offers = no_offers(partner=0, partner_pay=1.0, partner_authority=0.5, firm=FIRM, wage=WAGE)
    more = me._replace(**{field: getattr(me, field) + 0.3})
    change = affiliation_values(world, more, offers) - affiliation_values(world, me, offers)
    assert np.sign(change[option]) == sign


@pytest.mark.parametrize("relief", [0.0, 0.3, 1.0])
def test_state_pressure_weighs_the_same_everywhere_but_in_service_in_hiding_and_without_arms(relief: float):
    world = quiet(fresh())
    world.p = world.p.replace(demob_relief=relief)
    me = standing_of(world, 5)
    offers = no_offers(partner=0, partner_pay=1.0, firm=FIRM, wage=WAGE)
    pressed = me._replace(pressure=me.pressure + 1.0)
    change = affiliation_values(world, pressed, offers) - affiliation_values(world, me, offers)
    weight = world.p.state_pressure_weight
    assert change[[STAY, INDEPENDENT, MERGE]] == pytest.approx(-weight)
    assert change[DEMOBILISE] == pytest.approx(-weight * (1.0 - relief))
    assert change[SERVICE] == pytest.approx(-weight / 2.0)
    hiding = conduct_values(world, pressed, FIRM) - conduct_values(world, me, FIRM)
    assert hiding[HIDE] == pytest.approx(weight)


def test_gains_and_losses_of_territory_destabilise_alike_in_the_second_form_and_not_in_the_first():
    def gain(form: str, change: float) -> float:
        world = quiet(fresh())
        world.p = world.p.replace(territory_change_weight=0.8, check=False)
        world.scenario = scenario(switches__territory_response=form)
        me = standing_of(world, 5)
        calm, moved = me._replace(territory_change=0.0), me._replace(territory_change=change)
        values = [affiliation_values(world, column, no_offers()) for column in (calm, moved)]
        return float(values[1][INDEPENDENT] - values[0][INDEPENDENT])

    assert gain("monotone", 0.5) == gain("monotone", -0.5) == 0.0
    assert gain("both_destabilise", 0.5) == pytest.approx(0.4)
    assert gain("both_destabilise", -0.5) == pytest.approx(0.4)


def test_an_amnesty_raises_the_value_of_laying_down_arms_by_its_own_value():
    world = quiet(fresh())
    me = standing_of(world, 5)
    before = affiliation_values(world, me, no_offers())
    world.scenario = scenario(switches__amnesty="on")
    after = affiliation_values(world, me, no_offers())
    assert after[DEMOBILISE] - before[DEMOBILISE] == pytest.approx(world.p.demob_amnesty_value)
    assert after[STAY] == before[STAY]
    assert after[INDEPENDENT] == before[INDEPENDENT]


def test_hosting_needs_a_firm_and_is_not_for_columns_in_service():
    world = quiet(fresh())
    me = standing_of(world, 5)
    assert np.isfinite(conduct_values(world, me, FIRM)[HOST])
    assert conduct_values(world, me, NO_ROW)[HOST] == -np.inf
    assert conduct_values(world, me._replace(firm=FIRM), FIRM)[HOST] == -np.inf


@given(
    st.lists(st.floats(-20.0, 20.0), min_size=2, max_size=5),
    st.floats(-50.0, 50.0),
    st.floats(0.15, 0.5),
)
@settings(derandomize=True, database=None)
def test_the_softmax_is_a_logit(values: list[float], shift: float, scale: float):
    utilities = np.array(values)
    chances = softmax(utilities, scale)
    assert chances.sum() == pytest.approx(1.0)
    assert softmax(utilities + shift, scale) == pytest.approx(chances, rel=1e-6, abs=1e-12)
    best, other = utilities.argmax(), utilities.argmin()
    if chances[other] > 1e-200:
        odds = (utilities[best] - utilities[other]) / scale
        assert np.log(chances[best] / chances[other]) == pytest.approx(odds, rel=1e-6, abs=1e-9)
    barred = np.append(utilities, -np.inf)
    assert softmax(barred, scale)[-1] == 0.0
