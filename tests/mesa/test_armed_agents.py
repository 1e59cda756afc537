"""Protectors and security units: columns as attributes, persons who come and go, arrests by the model's own rules."""

import datetime as dt
from typing import Any

import mesa
import numpy as np
import pytest

from vraem.armed_agents import Protector, SecurityUnit
from vraem.mesa_rows import RowAgent
from vraem.model import Model
from vraem.observe import run
from vraem.observe.fates import FATES
from vraem.scenario import Scenario
from vraem.world.organisation_tables import ACTIVE, CAPTURED, FIGHTER, RANKS, STATUSES
from vraem.world.presence import nearness, standing, state_presence
from vraem.world.security_tables import PATROL, POST, REMOVAL, ROAD_CONTROL, SUCCESSION, VACANCY


def leader_of(model: Model) -> Protector:
    (leader,) = [person for person in model.protectors if person.leads]
    return leader  # type: ignore[no-any-return]


def journal(model: Model, kind: int, **wanted: int) -> np.ndarray:
    """Rows of the journal of one kind."""
    table = model.world.incidents
    rows = table.rows_in_use("kind") == kind
    for name, value in wanted.items():
        rows &= table.rows_in_use(name) == value
    return np.flatnonzero(rows)


@pytest.mark.parametrize("kind", [Protector, SecurityUnit])
def test_every_attribute_agrees_with_the_columns(make: Any, kind: type[RowAgent]) -> None:
    model = make(weeks=20)
    agents = model.set_of(kind)
    table = getattr(model.world, kind.table)
    for attribute in kind.attributes():
        values = agents.get(attribute.name)
        one_by_one = [getattr(agent, attribute.name) for agent in agents]
        assert values == one_by_one
        if attribute.name in kind.columns:
            assert values == getattr(table, attribute.name)[agents.rows].tolist()


def test_the_protectors_are_those_who_serve(make: Any) -> None:
    model = make(weeks=30)
    members = model.world.members
    assert len(model.protectors) == (members.rows_in_use("status") == ACTIVE).sum()
    assert len(model.protectors) == model.newest()["members"]
    assert sum(model.protectors.get("armed")) == model.newest()["armed"]
    assert set(model.protectors.get("status_name")) == {STATUSES[ACTIVE]}
    assert len(model.protectors) + len(model.former_protectors) == len(members)
    assert min(model.protectors.get("age")) >= 18.0
    by_rank = model.protectors.groupby("rank_name").count()
    codes, counts = np.unique(members.rank[model.protectors.rows], return_counts=True)
    assert by_rank == {RANKS[code]: count for code, count in zip(codes, counts, strict=True)}
    pay = model.protectors.groupby("column").agg("pay", max)
    assert all(pay[column] == model.world.columns.pay[column] for column in pay)


def test_persons_join_and_leave_and_can_still_be_read(make: Any) -> None:
    model = make()
    first = {person.row: person for person in model.protectors}
    everybody = model.agents
    kept = list(everybody.select(agent_type=Protector))
    model.run_model()
    serving = [agent for agent in everybody if isinstance(agent, Protector)]  # as held, not asked for again
    assert set(serving) == set(model.protectors)
    now = {person.row: person for person in model.protectors}
    joined, gone = now.keys() - first.keys(), first.keys() - now.keys()
    assert joined
    assert gone
    assert set(model.agents.select(agent_type=Protector)) == set(now.values()) != set(kept)
    assert len(model.agents) == sum(len(model.set_of(kind)) for kind in model.agent_types)
    for row in gone:
        assert not first[row].serves
        assert first[row].status_name in STATUSES[1:]
        assert first[row].left >= 0
        assert first[row] in model.former_protectors
    assert all(now[row] is first[row] for row in now.keys() & first.keys())
    on_grid = [a for cell in model.grid.all_cells for a in cell.agents if isinstance(a, Protector)]
    assert set(on_grid) == set(now.values())


def test_an_arrested_leader_is_followed_by_the_model(make: Any) -> None:
    model = make(weeks=30)
    leader = leader_of(model)
    group, kin = leader.group, leader.kin
    before, near = leader.authority, model.world.columns.demoralised.copy()
    assert leader.arrest() is True
    assert leader.arrest() is False
    assert (leader.status, leader.left, leader.serves, leader.leads) == (CAPTURED, 30, False, False)
    assert leader not in model.protectors
    assert leader not in model.agents
    assert leader.authority < before
    related = model.protectors.select(model.protectors.array("kin") == kin)
    assert min(related.get("grievance")) > 0.0
    assert (model.world.columns.demoralised >= near).all()
    assert model.world.columns.demoralised.sum() > near.sum()
    model.step()
    assert model.series("captured")[-1] >= 1.0
    assert model.series("campaign_removals")[-1] == 1.0
    assert len(journal(model, REMOVAL, member=leader.row, campaign=0, week=30)) == 1
    assert len(journal(model, VACANCY, group=group)) == 1
    while not len(journal(model, SUCCESSION, group=group)):
        model.step()
    assert leader_of(model) is not leader


def test_all_orders_every_week_keep_every_person_and_every_sum(make: Any) -> None:
    model = make()

    @model.on_week
    def meddle(model: Model) -> None:
        shuffled = model.protectors.shuffle()
        shuffled.select(at_most=2).do("raid").select(at_most=1).do("arrest", talk=False)
        model.protectors.shuffle().select(at_most=1).do("surrender")
        model.protectors.select(model.protectors.array("commands"), at_most=1).do("arrest")
        units = model.security_units.shuffle().select(at_most=5)
        units.do("send_to", np.arange(len(units)) * 7).do("reinforce", 4.0)

    for _ in range(60):
        model.step()
        model.protectors.shuffle().select(at_most=2).do("raid", 0.5)  # between two weeks
        model.protectors.shuffle().select(at_most=1).do("arrest")
        model.protectors.shuffle().select(at_most=1).do("surrender")
    # the auditor counts persons by status, columns and groups every week; here they are counted over the run
    members = model.world.members
    gone = np.bincount(members.rows_in_use("status"), minlength=len(STATUSES))
    assert gone.sum() == len(members)
    model.step()
    killed, captured = (model.series(name).sum() for name in ("killed_group", "captured"))
    status = model.former_protectors.groupby("status_name").count()
    assert status["captured"] == captured
    assert status["dead"] == killed


def test_what_a_script_takes_is_in_its_own_week_and_no_routine(make: Any) -> None:
    model = make()
    taken: list[float] = []

    @model.on_week
    def a_commander_a_month(model: Model) -> None:
        commanders = model.protectors.select(model.protectors.array("commands"), at_most=1)
        before = len(model.former_protectors)
        if model.weeks_done % 4 == 0:
            assert all(commanders.map("arrest"))
        taken.append(len(model.former_protectors) > before)

    for _ in range(24):
        model.step()
    assert np.array_equal(model.series("campaign_removals"), taken)
    plain = run(model.world.scenario, seed=3)
    assert np.array_equal(plain["operations"][:1], model.series("operations")[:1])


def test_a_person_under_18_is_never_taken(make: Any) -> None:
    model = make(weeks=5, check=False)
    person, other = model.protectors[3], model.protectors[4]
    with pytest.raises(AttributeError, match="born is read-only"):
        person.born = 0
    model.world.members.born[person.row] = -10 * 52
    before, count = model.world.members.copy(), model.world.incidents.count
    for method in ("arrest", "raid"):
        with pytest.raises(ValueError, match="under 18, who is never a target"):
            getattr(person, method)()
        with pytest.raises(ValueError, match="under 18"):
            model.protectors.do(method)
    for column, values in before.columns():
        assert np.array_equal(values, getattr(model.world.members, column.name))
    assert model.world.incidents.count == count
    assert other.arrest()


def test_one_seed_gives_one_run_under_a_policy_of_arrests(make: Any) -> None:
    def policy(model: Model) -> None:
        if model.weeks_done >= 20:
            model.protectors.sort("known").select(at_most=1).do("raid")

    runs = []
    for _ in range(2):
        model = make(end="2012-12-31")
        model.on_week(policy)
        model.run_model()
        runs.append(model)
    plain = make(end="2012-12-31")
    plain.run_model()
    for name in ("members", "captured", "operations", "tips", "leaf_price"):
        one, other = (model.series(name) for model in runs)
        assert np.array_equal(one, other)
        assert np.array_equal(one[:20], plain.series(name)[:20])
    assert runs[0].series("campaign_operations").sum() == runs[0].weeks_done - 20


def test_a_script_without_orders_leaves_the_run_as_it_is(make: Any, short: Scenario) -> None:
    model = make()

    @model.on_week
    def look(model: Model) -> None:
        for kind in (Protector, SecurityUnit):
            agents = model.set_of(kind)
            for attribute in kind.attributes():
                values = agents.array(attribute.name)
                if attribute.writable:
                    agents.set(attribute.name, values)
            agents.shuffle_do(lambda agent: setattr(agent, "seen", True))
        assert len(model.former_protectors) >= 0
        nobody = model.protectors.select(at_most=0)
        nobody.do("arrest").do("raid").do("surrender")

    model.run_model()
    plain = run(short, seed=3)
    for name, values in plain.series.items():
        assert np.array_equal(values, model.series(name)), name


def test_fates_tell_of_an_arrest_by_script(make: Any) -> None:
    model = make(
        **{"measure.anchor_start": "2012-07-02", "measure.anchor_end": "2012-07-02"}, end="2014-12-31"
    )
    while model.weeks_done < 26:
        model.step()
    persons = model.protectors.select(model.protectors.array("lineage"), at_most=7)
    assert all(persons.map("arrest"))
    model.run_model()
    fates = model.result().organisation.fates
    rows = np.isin(fates.rows, persons.rows)
    assert rows.sum() == 7
    assert (fates.codes[fates.moments.index("12 months"), rows] == FATES.index("captured")).all()
    assert {person.status_name for person in persons} == {"captured"}


def test_surrender_is_an_exit_of_ones_own_will(make: Any) -> None:
    model = make(weeks=10)
    person = model.protectors[50]
    assert person.surrender() is True
    assert person.surrender() is False
    assert (person.status_name, person.armed_when_left) == ("surrendered", person.rank >= FIGHTER)
    model.step()
    assert model.series("exits")[-1] >= 1.0


def test_everybody_can_be_arrested_at_once(make: Any) -> None:
    model = make(weeks=10)
    persons = model.protectors
    taken = persons.map("arrest")
    # but those whom the leader had killed for a loss before the state came for them
    assert sum(taken) >= len(persons) - 20
    assert len(model.protectors) == 0
    assert set(persons.get("status_name")) <= {"captured", "dead", "quit"}
    for _ in range(8):
        model.step()
    assert model.series("captured")[10] == sum(taken)


# units


def test_the_units_are_those_that_stand_and_their_presence_adds_up(make: Any) -> None:
    model = make(weeks=12)
    world, units = model.world, model.security_units
    assert len(units) == standing(world).sum()
    near = nearness(world.valley, world.p.presence_reach)[units.array("community")]
    assert np.allclose(units.array("presence") @ near, state_presence(world), rtol=1e-4)
    assert {unit.kind for unit in units if unit.presence > 0} <= {POST, PATROL, ROAD_CONTROL, 5}
    assert units.groupby("kind_name").count()["eradication crew"] == 40


def test_a_unit_goes_where_it_is_sent_and_presence_follows(make: Any) -> None:
    model = make(weeks=8)
    place = int(np.argmin(model.world.communities.state_presence))
    post = max((u for u in model.security_units if u.kind == POST), key=lambda unit: unit.strength)
    home, before = post.community, state_presence(model.world)
    assert post.send_to(place) is True
    assert post.send_to(place) is False
    assert post.pos == (model.world.valley.communities.col[place], post.pos[1])
    assert post in model.grid[post.pos].agents
    after = state_presence(model.world)
    assert after[place] > before[place] + 0.9 * post.strength / 100
    assert after[home] < before[home]
    for _ in range(5):
        model.step()
    assert post.community == place
    assert model.world.communities.state_presence[place] > before[place]
    patrol = next(u for u in model.security_units if u.kind == PATROL and u.task_name == "rest")
    patrol.send_to(place)
    assert (patrol.task_name, patrol.presence > 0) == ("move", True)


def test_strength_is_changed_by_a_method_that_keeps_presence(make: Any) -> None:
    model = make(weeks=8)
    post = next(u for u in model.security_units if u.kind == POST)
    with pytest.raises(AttributeError, match=r"strength is read-only: .*reinforce"):
        post.strength = 5.0
    before, strength = state_presence(model.world)[post.community], post.strength
    assert post.reinforce(50.0) == pytest.approx(50.0, abs=1e-3)
    assert state_presence(model.world)[post.community] > before + 0.4
    assert post.reinforce(-1e4) == pytest.approx(-strength - 50.0, abs=1e-3)
    assert post.presence == 0.0
    with pytest.raises(ValueError, match="community: got"):
        post.send_to(100_000)
    with pytest.raises(ValueError, match="whole number"):
        post.send_to(1.5)
    with pytest.raises(AttributeError, match="send_to"):
        post.community = 3
    post.morale = 0.2
    assert model.world.units.morale[post.row] == pytest.approx(0.2)


def test_temporary_units_come_and_go(short: Scenario) -> None:
    first, last = dt.date(2012, 3, 5), dt.date(2012, 5, 28)
    event = {
        "kind": "presence",
        "start": first,
        "end": last,
        "districts": ["Pichari"],
        "posts": 2,
        "strength": 40.0,
    }
    model = Model(short.with_({"event": [event]}), seed=3, check=True)
    start, seen = len(model.security_units), []
    for _ in range(30):
        model.step()
        seen.append(len(model.security_units))
        assert len(model.agents.select(agent_type=SecurityUnit)) == seen[-1]
        if seen[-1] > start:
            new = model.security_units[-2:]
    assert max(seen) == start + 2
    assert seen[-1] == start
    assert [(unit.stands, unit.presence, unit.kind_name) for unit in new] == 2 * [(False, 0.0, "post")]


# Mesa's tools


def test_the_collector_takes_protectors_by_type(make: Any) -> None:
    model = make()
    model.collect(
        {"heirs": lambda model: sum(model.protectors.get("heir"))},
        agenttype_reporters={Protector: {"rank": "rank_name"}, SecurityUnit: {"presence": "presence"}},
    )
    counts = []
    for _ in range(4):
        model.step()
        counts.append(len(model.protectors))
    frame = model.datacollector.get_agenttype_vars_dataframe(Protector)
    assert frame.groupby("Step").size().tolist() == counts
    assert len(model.datacollector.get_agenttype_vars_dataframe(SecurityUnit)) == 4 * len(
        model.security_units
    )
    assert len(model.datacollector.model_vars["heirs"]) == 4


class Policy(Model):
    """A policy as a subclass, which is what Mesa's batch runner takes: `raids` a week on the best known."""

    def __init__(self, *args: Any, raids: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_week(lambda m: m.protectors.sort("known").select(at_most=raids).do("raid"))


def test_batch_run_compares_policies(short: Scenario) -> None:
    rows = mesa.batch_run(
        Policy,
        {"scenario": [short], "households": 400, "end": "2012-06-30", "run.seed": 1, "raids": [0, 2]},
        number_processes=1,
        data_collection_period=1,
        display_progress=False,
    )
    operations = {raids: [r["campaign_operations"] for r in rows if r["raids"] == raids] for raids in (0, 2)}
    assert sum(operations[0]) == 0
    assert set(operations[2][-20:]) == {2.0}
