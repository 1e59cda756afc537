"""Ablations: the scoreboard with one input or rule left out, to say which carries which pattern.

Parameters may leave their ranges here, and only here: a rule is left out by the value at which it does nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from vraem.analysis.parallel import map_jobs
from vraem.analysis.scoreboard import PatternScore, Progress, measure_seed, require_history, score
from vraem.valley import ROUTES

if TYPE_CHECKING:
    from vraem.scenario import Scenario

_START, _END = date(2010, 1, 1), date(2023, 12, 31)


class Ablation(NamedTuple):
    """One thing left out: `name`, what it `removes` in words, and how it changes a scenario."""

    name: str
    removes: str
    apply: "Callable[[Scenario], Scenario]"


def _parameters(**values: float) -> "Callable[[Scenario], Scenario]":
    def apply(scenario: "Scenario") -> "Scenario":
        return replace(scenario, parameters=scenario.parameters.replace(check=False, **values))

    return apply


def _drivers(
    value: float, *names: str, start: date = _START, end: date = _END
) -> "Callable[[Scenario], Scenario]":
    def apply(scenario: "Scenario") -> "Scenario":
        own = [row._asdict() for row in scenario.drivers.rows]
        flat: list[dict[str, Any]] = [
            {"name": name, "start": start, "end": end, "value": value} for name in names
        ]
        return scenario.with_({"driver": [*own, *flat]})

    return apply


def _switch(name: str, value: str) -> "Callable[[Scenario], Scenario]":
    return lambda scenario: scenario.with_({f"switches.{name}": value})


_ALL_CAPACITIES = ("capacity_air", "capacity_foot", "capacity_road", "capacity_river")

ABLATIONS: tuple[Ablation, ...] = (
    Ablation(
        "no announcements",
        "input: announced eradication 2013-15",
        _drivers(0.0, "announced_eradication_risk"),
    ),
    Ablation("flat border price", "input: border price index held at 1", _drivers(1.0, "border_price_index")),
    Ablation(
        "no air interdiction",
        "input: capacity and cost of flights as before 2014",
        lambda s: _drivers(1.0, "capacity_air", end=date(2020, 3, 15))(
            _drivers(1.0, "air_cost_multiplier")(s)
        ),
    ),
    Ablation(
        "no transport shock",
        "input: route closures of 2020",
        lambda s: _drivers(0.45, "capacity_air", start=date(2020, 3, 16), end=date(2020, 9, 30))(
            _drivers(1.0, *_ALL_CAPACITIES[1:])(s)
        ),
    ),
    Ablation(
        "no new frontier",
        "input: land of the rest of Peru as before 2020",
        _drivers(37_000.0, "rest_frontier_area"),
    ),
    Ablation(
        "no national eradication", "input: eradication elsewhere", _drivers(0.0, "national_eradication")
    ),
    Ablation(
        "no shadow price",
        "rule C1: capacity rations but has no price",
        _parameters(capacity_shadow_price=0.0),
    ),
    Ablation(
        "routes do not grow",
        "rule C1: capacities stay as in 2012",
        _parameters(**{f"capacity_growth_{route}": 0.0 for route in ROUTES}),
    ),
    Ablation(
        "fixed markdown", "rule C6: buyers' markdown stays at its start", _parameters(markdown_adjust=0.0)
    ),
    Ablation("instant markdown", "rule C6: markdown without inertia", _parameters(markdown_adjust=1.0)),
    Ablation(
        "monthly prices",
        "rule C6: prices adjust slowly (a tenth a week)",
        _parameters(price_adjust_hcl=0.1, price_adjust_leaf=0.1),
    ),
    Ablation(
        "free harvest",
        "rule A2: picking costs nothing, so all leaf is picked",
        _parameters(harvest_cost=1e-3),
    ),
    Ablation("hands without limit", "rule A9: pickers never short", _parameters(household_picking_days=1e3)),
    Ablation("no fear", "rule A4: perceived risk does not enter the choice", _parameters(risk_weight=0.0)),
    Ablation(
        "no replanting pull", "rule A6: no pull back to the largest area", _parameters(replant_pull=0.0)
    ),
    Ablation("no norm", "rule A6: neighbours do not matter", _parameters(grower_social_weight=0.0)),
    Ablation("naive expectations", "switch S9", _switch("expectations", "naive")),
    Ablation("salience", "switch S13", _switch("risk_belief", "salience")),
    Ablation("positive response", "switch S10", _switch("eradication_response", "positive")),
    Ablation("no kin", "null model N3: nobody has kin", _switch("null_model", "no_kin")),
    Ablation(
        "ranks are not filled up",
        "rule B6: recruits do not depend on how many a group lacks",
        _parameters(recruit_ranks_weight=0.0),
    ),
    Ablation(
        "pay does not count",
        "rules B5 B6: pay enters neither leaving nor joining",
        _parameters(exit_pay_weight=0.0, join_pay_weight=0.0),
    ),
    Ablation(
        "pressure does not count",
        "rules B5 B6: what the state does enters neither leaving nor joining",
        _parameters(exit_risk_weight=0.0, join_risk_weight=0.0),
    ),
    Ablation("nobody leaves with others", "rule B5: no contagion", _parameters(exit_contagion=0.0)),
    Ablation("nobody relapses", "rule B6: who has left never joins again", _parameters(relapse_rate=0.0)),
    Ablation(
        "the centre gives nothing back", "rule B2: no redistribution", _parameters(centre_redistribution=0.0)
    ),
    Ablation(
        "all ranks look alike",
        "rule D3: routine operations do not look for the top",
        _parameters(routine_rank_visibility=0.0),
    ),
    Ablation("no tips", "rule E2: nobody informs", _parameters(tip_base=-50.0)),
    Ablation(
        "places do not side",
        "rules B6 D3: ties to communities help neither recruiters nor those who hide",
        _parameters(join_link_weight=0.0, raid_support_weight=0.0),
    ),
)
"""Everything that is left out in turn."""


def ablation_table(
    scenario: "Scenario",
    *,
    seeds: Sequence[int] = (1, 2, 3),
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, list[PatternScore]]:
    """Score every pattern for the whole model and for each ablation; keys are names, the whole model first."""
    require_history(scenario)
    variants = [("whole model", scenario), *((a.name, a.apply(scenario)) for a in ABLATIONS)]
    jobs = [(variant, seed) for _, variant in variants for seed in seeds]
    paths = map_jobs(measure_seed, jobs, workers=workers, progress=progress)
    width = len(seeds)
    return {
        name: score(paths[place * width : (place + 1) * width]) for place, (name, _) in enumerate(variants)
    }
