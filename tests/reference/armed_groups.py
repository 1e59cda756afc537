"""What the twin of protection is told of the armed groups each week: who holds which ground, with what, under whom."""

from dataclasses import dataclass, field

from vraem.processes.territory import ALLIED_FROM
from vraem.valley import COLS, ROUTES
from vraem.world import World
from vraem.world.organisation_tables import ENDED, HIRED, LIVING, NO_ROW
from vraem.world.security_tables import UNIT_KINDS


@dataclass(slots=True)
class Column:
    """A living column as firms meet it; `exposure` by way, in the order route, firm."""

    row: int
    group: int
    collector: int
    armed: float
    equivalents: float
    authority: float
    service: int
    hosted: int
    exposure: list[float]
    ground_share: float
    territory: float


@dataclass(slots=True)
class ArmedGroups:
    """What the twin is told of the armed groups, and the constants that the start has solved."""

    columns: list[Column]
    rows: int
    ended_groups: set[int]
    tolls: list[list[float]]
    guards: list[list[float]]
    hired: list[int]
    control: list[float]
    leaf_tax: list[float]
    predation: list[float]
    toll_reach: float
    threat: float
    escort_intercept: float
    protective_effect: float
    way_corruption: list[list[float]]
    column_armed: float
    authority: float
    reference_pay: float
    coca_income: float


@dataclass(slots=True)
class Met:
    """What a firm meets on its ways; lists by route, and by route and column."""

    hazard: list[list[float]]
    chance: list[float]
    crossing: float
    tolls: list[float]
    mean_toll: float
    guards: float
    leave: float
    needed: float
    leave_needed: float
    main: int
    cover: float
    threat: float
    factor: float
    loss: list[float]
    weight: list[float] = field(default_factory=list)


def groups_of(world: World) -> ArmedGroups:
    """The armed groups of `world` as they stand."""
    columns, groups, burn, members = world.columns, world.groups, world.burn_in, world.members
    living = []
    for row in range(columns.count):
        if columns.status[row] != LIVING:
            continue
        group = int(columns.group[row])
        partner = int(groups.allied[group])
        allied = partner != NO_ROW and groups.alliance[group] >= ALLIED_FROM
        living.append(
            Column(
                row=row,
                group=group,
                collector=min(group, partner) if allied else group,
                armed=float(columns.armed[row]),
                equivalents=max(
                    float(columns.armed[row] + world.p.supporter_upkeep * columns.supporters[row]), 1.0
                ),
                authority=float(groups.authority[group]),
                service=int(columns.service[row]),
                hosted=int(columns.hosted[row]),
                exposure=columns.exposure[:, row].tolist(),
                ground_share=float(columns.ground_share[row]),
                territory=float(columns.territory[row]),
            )
        )
    authority = burn.authority
    if world.week == 0:
        authority = sum(groups.authority[: groups.count].tolist()) / groups.count
    hired = [0] * len(world.firms)
    for row in range(members.count):
        if members.status[row] == HIRED and members.firm[row] != NO_ROW:
            hired[members.firm[row]] += 1
    communities = world.communities
    return ArmedGroups(
        columns=living,
        rows=columns.count,
        ended_groups={g for g in range(groups.count) if groups.status[g] == ENDED},
        tolls=columns.tolls[:, : columns.count].tolist(),
        guards=columns.guards[:, : columns.count].tolist(),
        hired=hired,
        control=communities.control.tolist(),
        leaf_tax=communities.leaf_tax.tolist(),
        predation=communities.predation.tolist(),
        toll_reach=burn.toll_reach,
        threat=burn.threat,
        escort_intercept=burn.escort_intercept,
        protective_effect=burn.protective_effect,
        way_corruption=corruption_of_ways(world),
        column_armed=burn.column_armed,
        authority=authority,
        reference_pay=burn.reference_pay,
        coca_income=burn.coca_income,
    )


def corruption_of_ways(world: World) -> list[list[float]]:
    """Mean corruption of the controls that each way passes, by route and firm; 0.15 where it passes none.

    Each control within three cells of a waypoint counts once for it; of the ten of the port a way to Callao passes one.
    """
    watched = {
        "air": {"air control"},
        "foot": {"post", "port control"},
        "road_callao": {"road control", "port control"},
        "road_puno": {"road control"},
        "river": {"river control"},
    }
    units, found = world.units, []
    for route, name in enumerate(ROUTES):
        rows = [
            u for u in range(units.count) if UNIT_KINDS[units.kind[u]] in watched[name] and _stands(world, u)
        ]
        found.append([])
        for firm in range(len(world.firms)):
            way = world.routes.waypoints[route, firm].tolist()
            persons = corrupt = 0.0
            for unit in rows:
                met = float(units.strength[unit]) * _times_met(world, unit, way)
                persons += met
                corrupt += met * float(units.corruption[unit])
            found[-1].append(corrupt / persons if persons else 0.15)
    return found


def _times_met(world: World, unit: int, way: list[int]) -> float:
    """At how many waypoints of a way a unit is met."""
    if UNIT_KINDS[world.units.kind[unit]] == "port control":
        return 0.1
    row, col = divmod(int(world.units.cell[unit]), COLS)
    return sum(max(abs(cell // COLS - row), abs(cell % COLS - col)) <= 3 for cell in way)


def _stands(world: World, unit: int) -> bool:
    units = world.units
    return units.arrived[unit] <= world.week and (units.until[unit] < 0 or units.until[unit] >= world.week)
