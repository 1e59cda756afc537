"""What a scenario says of campaigns, events and the start reaches the processes in weeks, numbers and rows."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest

from vraem.scenario import load
from vraem.valley import COLS
from vraem.valley import load as load_valley
from vraem.world import Clock, Streams
from vraem.world.inputs import NO_LIMIT, site_cell, start_groups, start_posts, weekly_inputs
from vraem.world.orders import StartGroup

CAMPAIGN = {
    "targets": ["heirs", "leader"],
    "start": dt.date(2023, 9, 1),
    "end": dt.date(2025, 9, 1),
    "operations_per_month": 2.0,
}


def scenario(**changes):
    overrides = {"run.households": 400, **{key.replace("__", "."): value for key, value in changes.items()}}
    return load("baseline").with_(overrides)


def inputs_of(case):
    clock = Clock.between(case.run.start, case.run.end)
    return weekly_inputs(case, clock, Streams(1), load_valley())


def removal(day, **fields):
    return {"kind": "removal", "date": day, "role": "heir", **fields}


def parting(one, other):
    from vraem.observe.shared import first_difference

    worlds = [
        SimpleNamespace(clock=Clock.between(case.run.start, case.run.end), inputs=inputs_of(case))
        for case in (one, other)
    ]
    return first_difference(*worlds)


def week_of(day):
    return Clock.between(dt.date(2012, 1, 2), dt.date(2035, 12, 31)).week_of(day)


def test_a_campaign_has_its_weeks_and_all_that_its_table_says():
    said = {
        **CAMPAIGN,
        "pace": "burst",
        "budget": 48,
        "stop_after": 5,
        "intelligence": 0.7,
        "accuracy": 0.9,
        "lethality": 0.0,
        "opportunistic": 0.1,
        "follow_on": "post",
        "follow_on_years": 3.0,
    }
    (order,) = inputs_of(scenario(campaign=[said])).campaigns
    assert (order.number, order.targets, order.burst) == (0, ("heirs", "leader"), 0.25)
    assert (order.first, order.last) == (week_of(CAMPAIGN["start"]), week_of(CAMPAIGN["end"]))
    assert (order.budget, order.stop_after, order.follow_on) == (48, 5, "post")
    assert (order.intelligence, order.accuracy, order.lethality, order.opportunistic) == (0.7, 0.9, 0.0, 0.1)
    assert order.follow_on_weeks == 157


def test_operations_a_week_make_up_those_of_the_months_whatever_the_weekdays():
    for end in (dt.date(2025, 8, 31), dt.date(2025, 9, 1), dt.date(2025, 9, 4)):
        (order,) = inputs_of(scenario(campaign=[{**CAMPAIGN, "end": end}])).campaigns
        weeks = order.last - order.first + 1
        assert order.operations_a_week * weeks == pytest.approx(48, abs=0.4)


def test_a_campaign_without_limits_says_so_and_a_number_is_a_share_of_its_time():
    (order,) = inputs_of(scenario(campaign=[{**CAMPAIGN, "pace": 0.1}])).campaigns
    assert (order.budget, order.stop_after, order.burst) == (NO_LIMIT, NO_LIMIT, 0.1)


def test_several_campaigns_keep_the_numbers_of_the_file_and_stand_in_order_of_time():
    later = {**CAMPAIGN, "start": dt.date(2024, 3, 1)}
    orders = inputs_of(scenario(campaign=[later, CAMPAIGN])).campaigns
    assert [order.number for order in orders] == [1, 0]
    assert orders[0].first < orders[1].first


def test_dated_removals_lie_in_the_week_of_their_day():
    case = scenario(
        event=[
            removal(dt.date(2024, 5, 5), role="commander", count=2, outcome="killed", talk=False),
            removal(dt.date(2023, 11, 12), count=4),
            removal(dt.date(2040, 1, 1)),
        ]
    )
    first, second = inputs_of(case).removals
    assert (first.week, first.role, first.count) == (week_of(dt.date(2023, 11, 12)), "heir", 4)
    assert (first.outcome, first.talk) == ("captured", True)
    assert (second.role, second.count, second.outcome, second.talk) == ("commander", 2, "killed", False)
    assert second.first == second.week == week_of(dt.date(2024, 5, 5))


def test_presence_and_amnesty_have_their_weeks_and_districts():
    period = {"start": dt.date(2024, 1, 1), "end": dt.date(2025, 12, 31)}
    presence = {"kind": "presence", "districts": ["Canayre", "Sivia"], "posts": 2, "patrols": 3, **period}
    inputs = inputs_of(scenario(event=[presence, {"kind": "amnesty", **period}]))
    (there,), (pardoned,) = inputs.presence, inputs.amnesty
    names = load_valley().districts.name
    assert [names[number - 1] for number in there.districts] == ["Canayre", "Sivia"]
    assert (there.posts, there.patrols, there.strength) == (2, 3, 30.0)
    weeks = (week_of(period["start"]), week_of(dt.date(2026, 1, 1)) - 1)
    assert (there.first, there.last) == (pardoned.first, pardoned.last) == weeks
    assert pardoned.districts == ()


def test_the_baseline_has_no_orders():
    inputs = inputs_of(scenario())
    assert inputs.campaigns == inputs.removals == inputs.presence == inputs.amnesty == ()


@pytest.mark.parametrize(
    ("one", "other", "day"),
    [
        ({}, {"campaign": [CAMPAIGN]}, CAMPAIGN["start"]),
        ({"campaign": [CAMPAIGN]}, {"campaign": [{**CAMPAIGN, "lethality": 1.0}]}, CAMPAIGN["start"]),
        ({"campaign": [CAMPAIGN]}, {"campaign": [{**CAMPAIGN, "pace": "burst"}]}, CAMPAIGN["start"]),
        (
            {"campaign": [CAMPAIGN]},
            {"campaign": [{**CAMPAIGN, "end": dt.date(2025, 12, 1)}]},
            CAMPAIGN["start"],
        ),
        (
            {"campaign": [CAMPAIGN]},
            {"campaign": [{**CAMPAIGN, "start": dt.date(2023, 6, 1)}]},
            dt.date(2023, 6, 1),
        ),
        (
            {"campaign": [CAMPAIGN]},
            {"campaign": [CAMPAIGN, {**CAMPAIGN, "start": dt.date(2024, 6, 3)}]},
            dt.date(2024, 6, 3),
        ),
        ({}, {"event": [removal(dt.date(2023, 11, 12))]}, dt.date(2023, 11, 12)),
        (
            {"event": [removal(dt.date(2023, 11, 12))]},
            {"event": [removal(dt.date(2023, 11, 12)), removal(dt.date(2023, 11, 12))]},
            dt.date(2023, 11, 12),
        ),
        (
            {"event": [removal(dt.date(2023, 11, 12))]},
            {"event": [removal(dt.date(2024, 11, 12)), removal(dt.date(2023, 11, 12))]},
            dt.date(2024, 11, 12),
        ),
        (
            {"event": [removal(dt.date(2023, 11, 12), talk=False)]},
            {"event": [removal(dt.date(2023, 11, 12))]},
            dt.date(2023, 11, 12),
        ),
        (
            {},
            {
                "event": [
                    {"kind": "amnesty", "start": dt.date(2020, 2, 3), "end": dt.date(2021, 1, 1)},
                    {
                        "kind": "presence",
                        "start": dt.date(2019, 2, 4),
                        "end": dt.date(2021, 1, 1),
                        "districts": ["Sivia"],
                        "posts": 1,
                    },
                ]
            },
            dt.date(2019, 2, 4),
        ),
    ],
)
def test_worlds_part_in_the_first_week_in_which_any_order_differs(one, other, day):
    assert parting(scenario(**one), scenario(**other)) == week_of(day)
    assert parting(scenario(**other), scenario(**one)) == week_of(day)


def test_worlds_with_the_same_orders_never_part():
    case = {"campaign": [CAMPAIGN], "event": [removal(dt.date(2023, 11, 12))]}
    assert parting(scenario(**case), scenario(**case)) > week_of(dt.date(2035, 12, 24))


def test_groups_of_the_start_take_from_the_parameters_what_they_do_not_say():
    case = scenario(
        group=[
            {"name": "old", "districts": ["Canayre"], "income": {"coca": 0.5}},
            {
                "name": "new",
                "lineage": False,
                "members": 40,
                "armed": 30,
                "columns": 2,
                "committee": 0,
                "heirs": 0,
                "ideology": 0.1,
                "kin_share": 0.0,
                "years": 1.0,
            },
        ],
        parameters__members_initial=320,
    )
    old, new = start_groups(case, load_valley())
    p = case.parameters
    names = load_valley().districts.name
    assert old == StartGroup(
        name="old",
        members=320,
        armed=p.armed_initial,
        columns=p.columns_initial,
        committee=p.committee_initial,
        heirs=p.heirs_initial,
        lineage=True,
        ideology=p.ideology_initial,
        kin_share=p.founding_kin_share,
        years=p.movement_years,
        seats=(names.index("Canayre") + 1,),
        coca=0.5,
    )
    assert (new.members, new.committee, new.heirs, new.kin_share, new.seats) == (40, 0, 0, 0.0, ())
    assert start_groups(scenario(), load_valley()) == ()


def test_posts_of_the_start_stand_at_towns_capitals_or_in_the_middle_of_districts():
    posts = [
        {"place": "Mayapo", "kind": "army_base", "force": "army", "strength": 60.0},
        {"place": "Samugari", "kind": "police_base", "force": "police", "start": dt.date(2015, 1, 5)},
        {"place": "Rio Magdalena", "kind": "control_post", "force": "navy", "end": dt.date(2020, 1, 1)},
    ]
    valley = load_valley()
    town, capital, middle = start_posts(scenario(post=posts), valley)
    assert (town.cell, town.first, town.last) == (72 * COLS + 45, 0, NO_LIMIT)
    assert (town.kind, town.force, town.strength) == ("army_base", "army", 60.0)
    assert capital.cell == 95 * COLS + 62  # Palmapampa
    assert (capital.first, capital.last) == (week_of(dt.date(2015, 1, 5)), NO_LIMIT)
    assert (
        valley.grid.district_id[divmod(middle.cell, COLS)] == valley.districts.name.index("Rio Magdalena") + 1
    )
    assert middle.last == week_of(dt.date(2020, 1, 1))
    for post in (town, capital, middle):
        row, col = divmod(post.cell, COLS)
        away = np.hypot(valley.communities.row - row, valley.communities.col - col)
        assert away[post.community] == away.min()
    assert start_posts(scenario(), valley) == ()


def test_every_name_that_a_post_may_have_is_a_cell_of_the_grid():
    from vraem.scenario.fields import site_names

    valley = load_valley()
    for name in site_names():
        assert 0 <= site_cell(name, valley) < valley.grid.district_id.size


def test_scenarios_that_start_otherwise_share_no_past():
    from vraem.observe.shared import _families

    group = {"group": [{"name": "one"}]}
    post = {"post": [{"place": "Pichari", "kind": "army_base", "force": "army"}]}
    cases = [
        scenario(),
        scenario(**group),
        scenario(**post),
        scenario(campaign=[CAMPAIGN]),
        scenario(**group),
    ]
    assert _families(cases) == [[0, 3], [1, 4], [2]]
