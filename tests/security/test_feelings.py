"""E1-E3 by hand: what eradication, broken promises, fear and control leave of anger, trust, tips and committees."""

import numpy as np
import pytest

from vraem.processes import communities
from vraem.world import World

from .worlds import settled, with_parameters

WEEKS_A_YEAR = 52.1775
PLACE, COLUMN = 20, 1


def opened(**feelings: float) -> World:
    """The settled world at the opening of a month, with these feelings alike everywhere."""
    world = settled()
    world.week = 32
    world.communities.eradication_news[:] = 0.0
    for name, value in feelings.items():
        getattr(world.communities, name)[:] = value
    return world


def test_a_month_of_eradication_angers_by_its_share_of_a_quarter():
    world = with_parameters(opened(anger=0.0), anger_eradication=0.26)
    world.communities.eradication_news[PLACE] = 0.5
    communities.step(world)
    # of a step of .26 four weeks in thirteen, for half of the coca of the place
    assert world.communities.anger[PLACE] == pytest.approx(0.04)


def test_the_news_of_a_quarter_adds_up_to_one_step_for_all_the_coca_of_a_place():
    world = with_parameters(opened(anger=0.0), anger_eradication=0.01, anger_half_life=1e6)
    world.communities.eradication_news[PLACE] = 1.0
    for month in range(13):  # four quarters
        world.week = 32 + 4 * month
        communities.step(world)
    assert world.communities.anger[PLACE] == pytest.approx(4 * 0.01, rel=0.03)


@pytest.mark.parametrize("trust", [0.0, 0.9])
def test_trust_returns_to_the_share_of_rewards_that_is_paid_within_three_years(trust: float):
    world = with_parameters(opened(trust=trust), reward_paid_share=0.4)
    months = round(3.0 * WEEKS_A_YEAR / 4.0)
    for month in range(months):
        world.week = 32 + 4 * month
        communities.step(world)
    assert np.allclose(world.communities.trust, 0.4 + (trust - 0.4) * np.exp(-1.0), atol=0.005)


@pytest.mark.parametrize(("control", "fear"), [(0.25, 0.8), (0.25, 0.0), (1.0, 0.8)])
def test_people_tell_less_from_fear_only_as_far_as_the_group_holds_their_place(control: float, fear: float):
    world = with_parameters(
        opened(fear=fear, trust=0.5),
        tip_base=-3.0,
        tip_presence_weight=1.2,
        tip_trust_weight=0.6,
        tip_fear_weight=2.0,
        tip_support_weight=1.0,
    )
    world.week = 34
    world.communities.state_presence[:] = world.p.presence_half  # half of its full effect
    world.groups.support[:] = 0.3
    world.columns.control[:] = 0.0
    world.columns.control[PLACE, COLUMN] = control
    communities.step(world)
    told = 1.0 / (1.0 + np.exp(3.0 + 0.6 - 0.3 + 2.0 * fear * control + 0.3))
    assert world.communities.tip_rate[PLACE] == pytest.approx(told, rel=1e-5)
    assert world.columns.tip_rate[COLUMN] == pytest.approx(control * told, rel=1e-5)


def test_a_group_that_holds_three_quarters_of_a_place_leaves_a_quarter_of_its_committee():
    world = opened(state_support=0.4, committee=0.0, control=0.0)
    world.communities.control[1::2] = 0.75
    free = opened(state_support=0.4, committee=0.0, control=0.0)
    for one in (world, free):
        for _ in range(200):
            communities._arm_committees(one)
    left = world.communities.committee / free.communities.committee
    assert np.allclose(left[::2], 1.0)
    assert np.allclose(left[1::2], 0.25)
