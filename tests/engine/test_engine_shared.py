"""Arms that share a past run it once and give what each would give alone."""

import datetime as dt
from typing import Any

import pytest
from dated_events import EVENTS

import vraem
from vraem.observe import RunResult
from vraem.observe.shared import SharedRun, first_difference, run_together
from vraem.scenario import Scenario
from vraem.scenario.events import EVENT_KINDS

SEED = 8
HOUSEHOLDS = 500


def scenario(*events: dict[str, Any], **changes: Any) -> Scenario:
    overrides = {"run.households": HOUSEHOLDS, "run.end": dt.date(2013, 12, 31), "event": list(events)}
    return vraem.load("history").with_(
        overrides | {key.replace("__", "."): value for key, value in changes.items()}
    )


def shock(start: dt.date, factor: float = 0.5) -> dict[str, Any]:
    return {"kind": "price_shock", "start": start, "end": dt.date(2013, 12, 31), "factor": factor}


def crews(start: dt.date, hectares: float) -> dict[str, Any]:
    return {"kind": "eradication", "start": start, "end": dt.date(2013, 11, 24), "hectares": hectares}


EARLY, MIDDLE, LATE = dt.date(2012, 3, 5), dt.date(2012, 11, 5), dt.date(2013, 6, 3)
ARMS = {
    "plain": scenario(),
    "late shock": scenario(shock(LATE)),
    "other late shock": scenario(shock(LATE, 0.8)),
    "crews": scenario(crews(MIDDLE, 900.0)),
    "crews and late shock": scenario(crews(MIDDLE, 900.0), shock(LATE)),
    "more crews": scenario(crews(MIDDLE, 4000.0)),
    "early shock": scenario(shock(EARLY)),
    "plain again": scenario(),
    "shorter": scenario(run__end=dt.date(2013, 3, 31)),
    "other rules": scenario(parameters__demand_elasticity=4.0),
    "other rules and shock": scenario(shock(MIDDLE), parameters__demand_elasticity=4.0),
    "other switch": scenario(switches__expectations="naive"),
}


@pytest.fixture(scope="module")
def together() -> dict[str, SharedRun]:
    return dict(zip(ARMS, run_together(list(ARMS.values()), seed=SEED), strict=True))


def assert_same(one: RunResult, other: RunResult) -> None:
    assert one.dates.tobytes() == other.dates.tobytes()
    for name, values in other.series.items():
        assert one[name].tobytes() == values.tobytes(), name
    for name, values in vars(other.snapshots).items():
        assert getattr(one.snapshots, name).tobytes() == values.tobytes(), name


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_run_together_is_the_arm_run_alone(together: dict[str, SharedRun], arm: str):
    assert together[arm].result.scenario is ARMS[arm]
    assert_same(together[arm].result, vraem.run(ARMS[arm], seed=SEED))


def test_weeks_that_arms_share_are_run_once(together: dict[str, SharedRun]):
    alone = {arm: len(shared.result.dates) for arm, shared in together.items()}
    ran = {arm: shared.weeks_run for arm, shared in together.items()}
    assert ran["plain again"] == ran["shorter"] == 0
    assert ran["early shock"] < alone["early shock"]
    assert ran["late shock"] < 40
    family = ("plain", "plain again", "late shock", "other late shock", "shorter")
    assert sum(ran[arm] for arm in family) < 2 * alone["plain"]
    assert sum(ran.values()) < 0.6 * sum(alone.values())


def test_the_order_of_the_arms_does_not_matter(together: dict[str, SharedRun]):
    names = list(ARMS)[::-1]
    backwards = dict(zip(names, run_together([ARMS[name] for name in names], seed=SEED), strict=True))
    for name in names:
        assert_same(backwards[name].result, together[name].result)


def test_an_arm_that_ends_in_early_december_leaves_no_year_end_in_the_others():
    cases = [scenario(run__end=dt.date(2012, 12, 9)), ARMS["plain"]]
    for case, shared in zip(cases, run_together(cases, seed=SEED), strict=True):
        assert_same(shared.result, vraem.run(case, seed=SEED))


@pytest.mark.parametrize(
    ("arm", "opening"), [("late shock", LATE), ("crews", MIDDLE), ("early shock", EARLY)]
)
def test_worlds_part_in_the_first_week_of_their_first_different_event(arm: str, opening: dt.date):
    worlds = [vraem.new_world(ARMS[name], SEED) for name in ("plain", arm)]
    assert first_difference(*worlds) == worlds[0].clock.week_of(opening)


@pytest.mark.parametrize("kind", [*EVENT_KINDS, "campaign"])
def test_worlds_part_in_the_week_in_which_anything_is_done_to_one_alone(kind: str):
    period = {"date": LATE} if kind == "removal" else {"start": LATE, "end": dt.date(2013, 9, 1)}
    if kind == "campaign":
        acts = scenario(campaign=[{"kind": "arrest", "targets": ["leader"], **period}])
    else:
        acts = scenario({"kind": kind, **period, **EVENTS[kind]})
    worlds = [vraem.new_world(each, SEED) for each in (ARMS["plain"], acts)]
    assert first_difference(*worlds) == worlds[0].clock.week_of(LATE)


def test_worlds_with_the_same_inputs_never_part():
    worlds = [vraem.new_world(ARMS[name], SEED) for name in ("plain", "plain again")]
    assert first_difference(*worlds) > worlds[0].clock.weeks
