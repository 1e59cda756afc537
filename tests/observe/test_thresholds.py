"""The thresholds are one table that can be moved, and whose hash says whether it is the same."""

import pytest

from vraem.observe.thresholds import THRESHOLDS, VARIANTS


def test_every_threshold_has_a_value_a_unit_and_a_meaning():
    rows = THRESHOLDS.rows()
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert row.value > 0
        assert row.unit in ("share", "persons", "groups", "weeks")
        assert len(row.meaning) > 15


def test_the_values_are_those_of_the_model_description():
    t = THRESHOLDS
    assert (t.gone_armed, t.gone_hired, t.gone_revenue, t.replaced_vacancy) == (0.1, 0.1, 0.1, 0.5)
    assert (t.absorbed, t.rump, t.intact, t.splinters) == (0.5, 0.8, 0.7, 0.5)
    assert (t.fragments, t.effective_fragments, t.profit, t.collected_min) == (3, 2.5, 0.7, 0.05)
    assert (t.strength_min, t.alliance_max, t.wage_share_max, t.lineage_share) == (5, 0.3, 0.5, 0.3)
    assert (t.independent_weeks, t.independence_window, t.horizon_weeks, t.baseline_weeks) == (26, 52, 13, 52)
    assert (t.links_cli, t.links_weeks, t.size_armed, t.size_weeks, t.grace_weeks) == (0.6, 26, 0.5, 26, 13)


def test_moved_thresholds_are_a_fifth_away_and_lengths_of_time_stay():
    for name, factor in (("low", 0.8), ("high", 1.2)):
        for row, moved in zip(THRESHOLDS.rows(), VARIANTS[name].rows(), strict=True):
            expected = row.value * factor if row.moved else row.value
            assert moved.value == pytest.approx(expected)
            assert row.moved == (row.unit != "weeks")


def test_one_threshold_can_be_moved_alone():
    moved = THRESHOLDS.scaled(1.2, "profit")
    assert moved.profit == pytest.approx(0.84)
    assert moved.rump == THRESHOLDS.rump


@pytest.mark.parametrize("name", ["proft", "grace_weeks"])
def test_a_threshold_that_cannot_be_moved_is_an_error(name):
    with pytest.raises(KeyError, match=name):
        THRESHOLDS.scaled(1.2, name)


def test_the_hash_hangs_on_every_value():
    hashes = {THRESHOLDS.scaled(1.2, row.name).hash for row in THRESHOLDS.rows() if row.moved}
    assert len(hashes) == sum(row.moved for row in THRESHOLDS.rows())
    assert THRESHOLDS.hash not in hashes
    assert len({table.hash for table in VARIANTS.values()}) == len(VARIANTS)
