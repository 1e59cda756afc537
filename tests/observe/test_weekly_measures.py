"""Weekly measures on planted columns and groups: independence by every rule, command, orientation, revenue."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observe_worlds import WEEKS, columns, founding, groups

from vraem.observe.thresholds import THRESHOLDS, VARIANTS
from vraem.observe.weekly import (
    LOOK_BACK,
    by_persons,
    effective_number,
    group_weeks,
    measures_of,
    weekly_measures,
)


def independent(fields, of_groups, thresholds=THRESHOLDS):
    return group_weeks(fields, of_groups, thresholds).independent


def test_a_group_is_independent_from_its_26th_independent_week_on():
    came = np.where(np.arange(WEEKS) < 10, 0.0, 1.0)
    path = independent(columns(armed=5.0, income=100.0), groups(living=came))[0]
    assert path.tolist() == [False] * 35 + [True] * (WEEKS - 35)


def test_before_the_first_week_it_is_taken_to_be_as_in_the_first_week():
    assert independent(columns(armed=5.0, income=100.0), groups()).all()
    strong = np.where(np.arange(WEEKS) < 10, 5.0, 0.0)
    path = independent(columns(armed=strong), groups())[0]
    assert path.tolist() == [True] * 36 + [False] * (WEEKS - 36)


@pytest.mark.parametrize(
    ("armed", "variant", "expected"),
    [(5, "default", True), (4, "default", False), (3, "three_armed", True), (9, "ten_armed", False)],
)
def test_it_needs_enough_armed(armed, variant, expected):
    assert independent(columns(armed=float(armed)), groups(), VARIANTS[variant])[0, -1] == expected


def test_armed_in_a_firms_service_do_not_count():
    fields = columns(2, armed=[4.0, 20.0], serving=[0.0, 1.0])
    assert not independent(fields, groups())[0].any()


def test_an_alliance_ends_independence_of_both_sides_while_the_ally_lives():
    fields = columns(2, group=[0.0, 1.0], armed=20.0)
    bound = groups(2, allied=[1.0, -1.0], alliance=[0.3, 0.0])
    assert not independent(fields, bound)[:, -1].any()
    loose = groups(2, allied=[1.0, -1.0], alliance=[0.2999, 0.0])
    assert independent(fields, loose)[:, -1].all()
    bound["living"][1, :] = 0.0
    assert independent(fields, bound)[0, -1]


@pytest.mark.parametrize(("wages", "expected"), [(49.0, True), (50.0, False), (0.0, True)])
def test_half_of_the_income_from_a_firm_ends_independence(wages, expected):
    fields = columns(income=100.0 - wages, wages=wages, armed=20.0)
    assert independent(fields, groups())[0, -1] == expected


def test_a_group_without_any_income_can_be_independent():
    assert independent(columns(armed=20.0), groups())[0, -1]


def test_26_of_52_weeks_suffice_whichever_they_are():
    armed = np.where(np.arange(WEEKS) % 2 == 0, 20.0, 0.0)
    assert independent(columns(armed=armed), groups())[0, 52:].all()
    rare = np.where(np.arange(WEEKS) % 3 == 0, 20.0, 0.0)
    assert not independent(columns(armed=rare), groups())[0, 52:].any()


def test_a_group_that_has_ended_is_not_independent():
    living = np.where(np.arange(WEEKS) < 100, 1.0, 0.0)
    path = independent(columns(armed=20.0), groups(living=living))[0]
    assert path[99]
    assert not path[100:].any()


def by_the_book(fields, of_groups, group, week):
    """The weekly measures once more, week by week and group by group."""

    def total(name, when, outside=False):
        rows = range(len(fields["group"]))
        return sum(
            fields[name][c, when]
            for c in rows
            if fields["group"][c, when] == group
            and not (outside and (fields["serving"][c, when] or not fields["living"][c, when]))
        )

    def independent_week(when):
        if not of_groups["living"][group, when] or total("armed", when, outside=True) < 5:
            return False
        for one, other in ((group, None), (None, group)):
            for row in range(len(of_groups["living"])):
                ally = int(of_groups["allied"][row, when])
                concerned = row == one or (one is None and ally == other)
                both = ally >= 0 and of_groups["living"][row, when] and of_groups["living"][ally, when]
                if concerned and both and of_groups["alliance"][row, when] >= 0.3:
                    return False
        span = range(max(when - 12, 0), when + 1)
        wages = sum(total("wages", w) for w in span)
        income = wages + sum(total("income", w) for w in span)
        return wages == 0 or wages < 0.5 * income

    weeks = [independent_week(max(w, 0)) for w in range(week - 51, week + 1)]
    return bool(of_groups["living"][group, week]) and sum(weeks) >= 26


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_independence_is_that_of_a_second_implementation(seed):
    random = np.random.default_rng(seed)
    weeks, rows, some = 70, 4, 3
    steps = lambda choices, count: np.repeat(random.choice(choices, (count, weeks // 14)), 14, axis=1)  # noqa: E731
    fields = columns(rows, weeks)
    fields["group"][:] = steps([0, 1, 2], rows)
    fields["serving"][:] = steps([0, 0, 0, 1], rows)
    fields["armed"][:] = steps([0, 3, 6, 12], rows)
    fields["income"][:] = steps([0.0, 64.0, 128.0], rows)
    fields["wages"][:] = steps([0.0, 0.0, 0.0, 64.0], rows)
    of_groups = groups(some, weeks)
    of_groups["living"][:] = steps([0, 1, 1, 1, 1, 1], some)
    of_groups["allied"][:] = steps([-1, -1, -1, 0, 1, 2], some)
    of_groups["allied"][of_groups["allied"] == np.arange(some)[:, None]] = -1
    of_groups["alliance"][:] = steps([0.1, 0.5], some)
    path = independent(fields, of_groups)
    for group in range(some):
        for week in (0, 20, 26, 40, 51, 52, 60, 69):
            assert path[group, week] == by_the_book(fields, of_groups, group, week)


def tiny():
    """Founding group with two columns, a splinter with one, outsiders with one, and a column in service."""
    fields = columns(
        5,
        group=[0.0, 0.0, 1.0, 2.0, 1.0],
        serving=[0.0, 0.0, 0.0, 0.0, 1.0],
        armed=[30.0, 10.0, 20.0, 15.0, 8.0],
        supporters=[30.0, 10.0, 10.0, 5.0, 0.0],
        lineage_armed=[30.0, 10.0, 20.0, 0.0, 8.0],
        link=[1.0, 0.5, 1.0, 1.0, 1.0],
        effort=[0.2, 0.1, 0.0, 0.4, 0.9],
        attack_effort=[0.1, 0.0, 0.1, 0.0, 0.9],
        income=[300.0, 100.0, 100.0, 50.0, 0.0],
        wages=[0.0, 0.0, 0.0, 0.0, 40.0],
        territory=[6.0, 2.0, 4.0, 3.0, 0.0],
    )
    return fields, groups(3, lineage_share=[1.0, 0.9, 0.1])


def test_measures_of_a_tiny_world_are_those_worked_out_by_hand():
    fields, of_groups = tiny()
    weekly, _ = weekly_measures(fields, of_groups, founding(3))
    last = {name: values[-1] for name, values in weekly.__dict__.items()}
    assert last["armed_lineage"] == 60.0
    assert last["in_service"] == 8.0
    assert last["largest_share"] == pytest.approx(40 / 60)
    assert last["links"] == last["links_founding"] == pytest.approx(35 / 60)
    assert last["effort"] == 60 + 20 + 30
    assert last["political"] == pytest.approx(60 * 0.2 + 20 * 0.1)
    assert last["attacking"] == pytest.approx(60 * 0.1 + 30 * 0.1)
    assert (last["groups"], last["lineage_groups"]) == (3.0, 2.0)
    assert (last["independent"], last["independent_all"]) == (2.0, 3.0)
    members = np.array([80.0, 38.0])
    assert last["effective_members"] == pytest.approx(118**2 / (members**2).sum())
    assert last["effective_territory"] == pytest.approx(12**2 / (8**2 + 4**2))
    assert last["effective_revenue"] == pytest.approx(540**2 / (400**2 + 140**2))
    assert last["effective_all"] == pytest.approx(138**2 / (80**2 + 38**2 + 20**2))
    assert (last["revenue_lineage"], last["revenue_other"]) == (500.0, 50.0)
    assert (last["territory_lineage"], last["territory_other"]) == (12.0, 3.0)


def test_what_a_group_of_the_lineage_took_in_its_last_week_is_revenue_of_the_lineage():
    fields = columns(2, group=[0.0, 1.0], income=[100.0, 40.0])
    last = np.where(np.arange(WEEKS) < WEEKS - 1, 1.0, 0.0)
    of_groups = groups(2, living=np.stack([np.ones(WEEKS), last]))
    weekly, _ = weekly_measures(fields, of_groups, founding(2))
    assert weekly.lineage_groups[-2:].tolist() == [2.0, 1.0]
    assert weekly.revenue_lineage[-2:].tolist() == [140.0, 140.0]
    assert weekly.revenue_other[-2:].tolist() == [0.0, 0.0]


def test_by_persons_recruits_of_a_splinter_do_not_count():
    fields, of_groups = tiny()
    fields["lineage_armed"][:] = np.array([30.0, 10.0, 18.0, 3.0, 8.0])[:, None]
    of_groups["lineage_share"][:] = np.array([1.0, 0.9, 0.2])[:, None]
    fields["ever_armed"][:] = np.array([30.0, 10.0, 4.0, 0.0, 1.0])[:, None]
    of_groups["ever_share"][:] = np.array([1.0, 0.2, 0.0])[:, None]
    descent = {name: values[-1] for name, values in weekly_of(fields, of_groups).items()}
    persons = {name: values[-1] for name, values in weekly_of(*by_persons(fields, of_groups)).items()}
    assert (descent["armed_lineage"], persons["armed_lineage"]) == (61.0, 44.0)
    assert (descent["in_service"], persons["in_service"]) == (8.0, 1.0)
    assert (descent["lineage_groups"], persons["lineage_groups"]) == (2.0, 1.0)
    assert (descent["revenue_other"], persons["revenue_other"]) == (50.0, 150.0)
    assert descent["largest_share"] == pytest.approx(40 / 61)
    assert persons["largest_share"] == pytest.approx(40 / 44)
    for name in ("groups", "independent_all", "effective_all"):
        assert descent[name] == persons[name]


def weekly_of(fields, of_groups):
    return weekly_measures(fields, of_groups, founding(3))[0].__dict__


def test_the_strongest_centre_need_not_be_the_founding_one():
    fields, of_groups = tiny()
    fields["link"][0] = 0.1
    weekly, _ = weekly_measures(fields, of_groups, founding(3))
    assert weekly.links[-1] == pytest.approx(20 / 60)
    assert weekly.links_founding[-1] == pytest.approx(8 / 60)


def test_nobody_left_gives_zeros_not_gaps():
    weekly, _ = weekly_measures(columns(0), groups(0), np.zeros(0, dtype=bool))
    for name, values in weekly.__dict__.items():
        assert values.tolist() == [0.0] * WEEKS, name


def test_what_is_said_of_a_week_does_not_hang_on_where_the_arrays_begin_or_on_rows_that_come_later():
    random = np.random.default_rng(3)
    fields, of_groups = tiny()
    for name in ("income", "link", "territory", "effort"):
        fields[name] *= random.uniform(0.3, 1.0, fields[name].shape)
    whole, _ = weekly_measures(fields, of_groups, founding(3))
    first = WEEKS - 5
    late = {name: values[:, first - LOOK_BACK :] for name, values in fields.items()}
    late_groups = {name: values[:, first - LOOK_BACK :] for name, values in of_groups.items()}
    wider = {name: np.pad(values, ((0, 4), (0, 0))) for name, values in late.items()}
    wider_groups = {name: np.pad(values, ((0, 3), (0, 0))) for name, values in late_groups.items()}
    part, _ = weekly_measures(wider, wider_groups, np.pad(founding(3), (0, 3)))
    for name, values in whole.__dict__.items():
        assert np.array_equal(values[first:], part.__dict__[name][LOOK_BACK:]), name


def test_the_effective_number_of_equal_groups_is_their_number():
    assert effective_number(np.full((4, 2), 7.0)).tolist() == [4.0, 4.0]
    assert effective_number(np.zeros((4, 2))).tolist() == [0.0, 0.0]


def test_a_group_counts_as_of_the_lineage_from_three_tenths_on():
    fields = columns(armed=10.0)
    for share, expected in ((0.3, True), (np.float32(0.3), True), (0.2999, False)):
        known = group_weeks(fields, groups(lineage_share=share))
        assert known.lineage[0, -1] == expected
    assert measures_of(fields, known, founding()).lineage_groups[-1] == 0.0
