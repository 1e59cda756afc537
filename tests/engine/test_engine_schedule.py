"""The week as data: who writes what, in which order, and that every parameter is used."""

import ast
import datetime as dt
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vraem
from vraem import engine
from vraem.analysis.parallel import map_jobs
from vraem.experiment.executors import LocalExecutor
from vraem.scenario import ParameterSpec, parameter_table
from vraem.valley import facts_columns
from vraem.world import TABLES, World

SOURCE = Path(vraem.__file__).parent
CORE = ("valley", "scenario", "world", "processes", "observe")
TRAITS = {
    "growers": {"community", "slot", "never_grows", "land", "harvest_cost"},
    "communities": {"first_control"},
    "firms": {"base"},
}
"""Columns that are set at the start and never change."""
DISTRICTS = facts_columns("districts")
COCA_DISTRICTS = [str(name) for name in DISTRICTS["district"][DISTRICTS["coca_role"] == "main"]]
SPAN = {"start": dt.date(2012, 2, 6), "end": dt.date(2012, 9, 30)}
EVENTS: list[dict[str, Any]] = [
    {"kind": "eradication", "hectares": 3000.0, **SPAN},
    {"kind": "announcement", "risk": 0.2, **SPAN},
    {"kind": "price_shock", "factor": 0.5, **SPAN},
    {"kind": "route_capacity", "route": "all", "factor": 0.3, **SPAN},
    {"kind": "route_risk", "route": "all", "factor": 5.0, **SPAN},
    {"kind": "route_cost", "route": "foot", "factor": 2.0, **SPAN},
    {"kind": "alternative_development", "districts": ["Pichari"], "share": 0.5, **SPAN},
]


def busy_world(**changes: Any) -> World:
    """A small world in which everything happens."""
    overrides = {"run.households": 600, "run.end": dt.date(2013, 6, 30), "event": EVENTS}
    return vraem.new_world(vraem.load("history").with_(overrides | changes), 3)


def columns_of(world: World) -> dict[tuple[str, str], bytes]:
    return {
        (table.spec.name, column.name): table.rows_in_use(column.name).tobytes()
        for table in world.tables
        for column, _ in table.columns()
    }


def test_processes_have_a_name_an_equation_and_known_columns():
    known = {spec.name: {column.name for column in spec.columns} for spec in TABLES}
    names = [process.name for process in engine.SCHEDULE]
    assert len(set(names)) == len(names)
    for process in engine.SCHEDULE:
        assert process.equations.strip(), process.name
        assert process.step.__doc__, process.name
        for table, columns in process.writes.items():
            assert set(columns) <= known[table], process.name


def test_the_week_runs_in_the_order_of_the_model_description():
    names = [process.name for process in engine.SCHEDULE]
    order = (
        "exogenous",
        "farming",
        "leaf_sale",
        "processing",
        "contracts",
        "shipping",
        "prices",
        "planting",
        "eradication",
        "rest_of_peru",
    )
    places = [names.index(name) for name in order]
    assert places == sorted(places)


def test_a_busy_year_runs_with_every_undeclared_column_locked():
    world = busy_world()
    for _ in range(world.clock.weeks):
        engine.advance_guarded(world)
        engine.close_week(world)
    assert world.week == world.clock.weeks


def written(before: bytes, after: bytes) -> bool:
    """Whether a column of a table was written, which may have new rows: these are empty until somebody writes them."""
    return after[: len(before)] != before or any(after[len(before) :])


def test_processes_change_only_the_columns_they_declare():
    world = busy_world()
    for _ in range(40):
        for process in engine.SCHEDULE:
            before = columns_of(world)
            process.step(world)
            after = columns_of(world)
            changed = {key for key in before if written(before[key], after[key])}
            declared = {(table, column) for table, columns in process.writes.items() for column in columns}
            assert changed <= declared, process.name
        engine.close_week(world)


def test_every_column_but_the_traits_of_the_start_is_written_by_some_process():
    declared = {
        (table, name)
        for process in engine.SCHEDULE
        for table, names in process.writes.items()
        for name in names
    }
    for spec in TABLES:
        expected = {column.name for column in spec.columns} - TRAITS.get(spec.name, set())
        assert expected == {name for table, name in declared if table == spec.name}, spec.name


def test_a_process_that_writes_an_undeclared_column_is_caught(monkeypatch: pytest.MonkeyPatch):
    def meddle(world: World) -> None:
        world.growers.cash[:] += 1.0

    intruder = engine.Process("meddler", "none", meddle, {"growers": ("coca_income",)})
    monkeypatch.setattr(engine, "SCHEDULE", (*engine.SCHEDULE, intruder))
    world = busy_world()
    with pytest.raises(ValueError, match="read-only"):
        engine.advance_guarded(world)
    world.growers.cash[:] += 1.0  # open again after the fault


def test_looking_on_does_not_change_the_run():
    plain = vraem.run_world(busy_world())
    for mode in ({"check": True}, {"profile": True}, {"progress": lambda *_: None}):
        watched = vraem.run_world(busy_world(), **mode)
        for name, values in plain.series.items():
            assert values.tobytes() == watched.series[name].tobytes(), (mode, name)


@pytest.mark.parametrize("check", [False, True])
def test_a_profile_times_every_process(check: bool):
    profile = vraem.run_world(busy_world(), check=check, profile=True).profile
    assert set(profile) == {process.name for process in engine.SCHEDULE} | {"record"}
    assert all(seconds > 0.0 for seconds in profile.values())


# parameters


FORECAST = {
    "price_shock_persistence",
    "price_shock_sd",
    "price_jump_rate",
    "price_jump_size",
    "price_jump_recovery",
}
"""They act through the inputs, in years without dated prices, and jumps are rare: a long horizon shows them."""
HARD_TIMES: dict[str, Any] = {
    "run.households": 400,
    "run.end": dt.date(2012, 11, 30),
    "switches.risk_belief": "salience",
    "parameters.switch_licit_intercept": -3.4,
    "parameters.development_bonus": 1.0,
    "event": [
        {"kind": "eradication", "hectares": 300.0, **SPAN},
        {"kind": "route_capacity", "route": "all", "factor": 0.05, **SPAN, "start": dt.date(2012, 6, 4)},
        {"kind": "route_risk", "route": "all", "factor": 45.0, **SPAN},
        {"kind": "alternative_development", "districts": COCA_DISTRICTS, "share": 1.0, **SPAN},
        {"kind": "removal", "role": "commander", "count": 3, "date": dt.date(2012, 3, 5)},
    ],
}
"""Stores fill up, loads are stopped, everybody is assisted and commanders fall, so that rules for such times act."""


AFTER_RARE_EVENTS = frozenset(
    (
        "allocation_exploration",
        "allocation_learning",
        "allocation_turnover",
        "anger_of_death",
        "attack_civilian_harm",
        "authority_start_contested",
        "authority_start_elected",
        "authority_start_heir",
        "authority_vacant_factor",
        "blame_probability",
        "campaign_collection",
        "campaign_least_known",
        "captive_cooperation",
        "capture_share",
        "change_lock",
        "collateral_lethality",
        "column_authority_weight",
        "column_choice_scale",
        "column_ideology_weight",
        "committee_refill",
        "committee_veto",
        "control_effect",
        "demob_amnesty_value",
        "demob_relief",
        "demob_retaliation",
        "entrant_armed_max",
        "entrant_authority",
        "entrant_ideology",
        "entrant_legacy_multiplier",
        "entrant_rate",
        "exit_amnesty_weight",
        "fair_leaf_tax",
        "fee_competition_elasticity",
        "fight_civilians",
        "fight_rate",
        "fight_territory",
        "firm_autonomy_loss",
        "firm_gunmen_demand",
        "follow_on_assisted",
        "follow_on_strength",
        "follower_bond_weight",
        "follower_choice_scale",
        "follower_quorum",
        "heir_designation",
        "hired_leave_rate",
        "horizon_drop",
        "independence_brand_loss",
        "independence_projection",
        "independence_security_cost",
        "link_vacancy_loss",
        "merge_distrust",
        "merge_lineage_distrust",
        "merge_partner_gain",
        "null_split_chance",
        "outside_income",
        "own_gunmen_setup",
        "pact_rate",
        "plan_leak_probability",
        "promotion_rate",
        "punishment_cost",
        "purge_expected",
        "purge_lethality",
        "purge_loss",
        "raid_effort_weight",
        "raid_guard_weight",
        "raid_leak_weight",
        "raid_terrain_weight",
        "rank_loss",
        "recruits_per_member",
        "relapse_rate",
        "reprisal_chance",
        "reprisal_deaths",
        "restraint_weight",
        "search_gain",
        "service_presence",
        "stay_kin_weight",
        "succession_contest_margin",
        "succession_merit_weight",
        "succession_tenure_weight",
        "support_overtax_loss",
        "territory_change_weight",
        "tip_reward_weight",
        "truce_chance",
        "truce_strength",
        "vacancy_with_heir",
        "vacancy_without_heir",
    )
)
"""They act after a lost leader, a vote, a purge, an entry, under a campaign or where few supporters are left: one year
of one seed need hold none of it. That the code reads them is tested here; what they do, in the tests of processes."""


def fingerprint(changes: dict[str, Any]) -> bytes:
    """Every weekly series and the state at the end."""
    world = vraem.new_world(vraem.load("history").with_(HARD_TIMES | changes), 3)
    series = vraem.run_world(world).series
    return b"".join([*(values.tobytes() for values in series.values()), *columns_of(world).values()])


def prices_to_2035(changes: dict[str, Any]) -> list[float]:
    world = vraem.new_world(vraem.load("baseline").with_({"run.households": 400, **changes}), 3)
    return world.inputs.border_price


@pytest.fixture(scope="module")
def reference() -> bytes:
    return fingerprint({})


def farther_end(spec: ParameterSpec, value: float) -> float:
    """The end of the range that lies farther from `value`."""
    return spec.low if value - spec.low > spec.high - value else spec.high


@pytest.mark.parametrize(
    "spec",
    [spec for spec in parameter_table() if spec.name not in AFTER_RARE_EVENTS],
    ids=lambda spec: spec.name,
)
def test_every_parameter_of_the_table_moves_the_run(spec: ParameterSpec, reference: bytes):
    key = f"parameters.{spec.name}"
    changes = {key: farther_end(spec, HARD_TIMES.get(key, spec.default))}
    if spec.name in FORECAST:
        moved = prices_to_2035(changes) != prices_to_2035({})
    else:
        moved = fingerprint(changes) != reference
    assert moved


def parameters_read(tree: ast.AST) -> Iterator[str]:
    """Names read as `p.name`, `self.p.name` or `world.p.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            if (isinstance(owner, ast.Name) and owner.id == "p") or (
                isinstance(owner, ast.Attribute) and owner.attr == "p"
            ):
                yield node.attr


def core_files() -> list[Path]:
    return [SOURCE / "engine.py", *(file for package in CORE for file in (SOURCE / package).rglob("*.py"))]


def test_the_code_reads_every_parameter_that_acts_after_rare_events():
    text = "\n".join(path.read_text(encoding="utf-8") for path in core_files())
    unread = [name for name in AFTER_RARE_EVENTS if not re.search(rf"\bp\.{name}\b", text)]
    assert unread == []


def test_the_code_reads_no_parameter_that_is_not_in_the_table():
    known = {spec.name for spec in parameter_table()} | {"replace", "as_dict"}
    read = {
        (file.name, name)
        for file in core_files()
        for name in parameters_read(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert len(read) > 80
    assert {(file, name) for file, name in read if name not in known} == set()


# imports


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", ["processes", "world"])
def test_observers_are_imported_by_no_process(package: str):
    forbidden = ("vraem.observe", "vraem.analysis", "vraem.experiment", "vraem.figures", "vraem.engine")
    for file in (SOURCE / package).rglob("*.py"):
        assert not [name for name in imports(file) if name.startswith(forbidden)], file.name


def test_the_engine_runs_without_observers_charts_or_mesa():
    code = (
        "import sys, vraem.engine as e, vraem.scenario as s;"
        "w = e.new_world(s.load('history', ['run.households=400']), 1); e.advance(w);"
        "print(*[m for m in ('vraem.observe', 'mesa', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_only_the_streams_make_random_numbers():
    for file in core_files():
        if file.name == "streams.py":
            continue
        names = {
            node.attr
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
        }
        assert not names & {"random", "default_rng", "RandomState", "Generator", "shuffle", "permutation"}, (
            file.name
        )
        assert not {name.split(".")[0] for name in imports(file)} & {"random", "secrets"}, file.name


def test_a_year_of_the_busy_world_visits_what_the_claims_above_are_about():
    run = vraem.run_world(busy_world())
    for name in (
        "planted",
        "abandoned",
        "eradicated",
        "leaf_unpicked",
        "hcl_exported_air",
        "hcl_seized_foot",
    ):
        assert run[name].sum() > 0.0, name
    assert np.isfinite(np.stack(list(run.series.values()))).all()


def test_a_schedule_of_ones_own_is_not_lost_on_the_way_to_other_processes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "SCHEDULE", engine.SCHEDULE[:-1])
    assert map_jobs(abs, [-1, -2], workers=1) == [1, 2]
    with pytest.raises(ValueError, match="put the rule into its file"):
        map_jobs(abs, [-1, -2], workers=2)


def test_a_sweep_refuses_a_schedule_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(engine, "SCHEDULE", engine.SCHEDULE[:-1])
    with pytest.raises(ValueError, match="put the rule into its file"):
        LocalExecutor(1, None, None, tmp_path)
