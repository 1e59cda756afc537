"""The burn-in: intercepts that hold the drawn targets are solved in its first years, then frozen.

Independent draws of exit, recruitment and operation weights would make a third of all runs halve without any campaign.
So targets (members, link, removals) are drawn and the intercepts of recruitment (B6), link gain (B3), base resistance
to control (B11) and routine operations (D3) are the solution. Covariates enter minus their mean in the burn-in.
Afterwards nothing here moves.
"""

from math import exp, log

from vraem.processes.command import authority_at_rest
from vraem.processes.groups import Rows, living_columns, living_groups, strength_equivalents
from vraem.processes.recruitment import joining, kin_share, measure_pools
from vraem.processes.remittance import hoarding_of
from vraem.processes.revenue import coca_share, ground_share
from vraem.processes.targets import leads
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_MONTH, WEEKS_A_YEAR

WRITES: dict[str, tuple[str, ...]] = {}
BURN_IN_YEARS = 7
"""Years of control from the start of the run: 2012-2018; 2019-2022 must be stationary without it."""
FREEZING_YEARS, BALANCE_YEARS = 2, 4
"""Frozen values are means over the last years of the control; who leaves is a rare event and is counted for longer."""
LEAST_INFLOW = 0.1
"""Recruitment is solved for at least this share of the outflow, however many members there are."""
RETURN_YEARS = 0.5
"""Time in which recruitment is to close a gap between members and their target."""
OUTFLOW_MEMORY, REMOVAL_MEMORY, MEAN_MEMORY = 52.0, 208.0, 104.0
"""Weeks over which outflow, removals per operation and covariates are averaged."""
GROUND_PACE = 0.1
"""Share of the way, in logs, that the base resistance goes every four weeks: control follows with months of delay."""
LEAST_GROUND = 0.05
"""Share of the drawn territory below which less is not told from none."""
MOST_GROUND = log(3.0)
"""As for recruits: ground may be solved to be three times as easy or as hard to hold as at the start, no more."""
LINK_PACE = 0.2
"""Pace every four weeks of the link gain's control, per unit of the link's error: a tenth is made up for in a year."""
FIRST_REMOVALS_PER_OPERATION = 0.2
"""Prior of the control: removals that one routine operation makes."""
PRIOR_OPERATIONS = 20.0
RECRUITMENT_STEP, OPERATIONS_STEP = 0.5, 0.2
"""Share of the way to its solution that an intercept goes every four weeks; losses to the state are rarer, noisier."""
MOST_RISE = log(3.0)
"""Young people may be solved to join three times as readily as at the start, no more: a group that lost its territory
in the burn-in would else be given a valley of volunteers, and run away as soon as it held ground again."""
FIRST_INTERCEPT = -8.0
"""Where nobody is within reach yet; the control finds the value when somebody is."""
TRANSIT_SHARE_OF_INCOME = 0.55
"""Share of transit fees in the group's income; sets the first pay unit only (facts: 40 of 64-75 k USD a month)."""


def set_pay_unit(world: World) -> None:
    """The first pay unit, by which gunmen are priced and members paid: what the income of the start leaves each."""
    equivalents = float(strength_equivalents(world, living_columns(world)).sum())
    world.burn_in.reference_pay = _first_income(world) / world.p.solvency / max(equivalents, 1.0)


def _first_income(world: World) -> float:
    """Income of the groups a week at the start, USD: transit fees on the usual flow over their share in all income."""
    p = world.p
    return p.fee_transit * p.share_of_flow_charged * world.market.hcl_rate_base / TRANSIT_SHARE_OF_INCOME


def prepare(world: World) -> None:
    """First values: treasuries from the income of the start, intercepts near rest."""
    burn, columns, p = world.burn_in, world.columns, world.p
    rows = living_columns(world)
    income, equivalents = _first_income(world), strength_equivalents(world, rows)
    share = equivalents / max(float(equivalents.sum()), 1.0)
    columns.revenue[rows] = income * share
    columns.treasury[rows] = p.pay_smoothing * income * share
    columns.ideology[rows] = p.ideology_initial
    burn.link, burn.ideology = p.link_baseline, p.ideology_initial
    burn.hoarding = float(hoarding_of(world, rows).mean()) if len(rows) else 0.0
    burn.kin_share = float(kin_share(world, rows).mean()) if len(rows) else 0.0
    burn.drug_share, burn.ground_share = coca_share(world, rows), ground_share(world)
    burn.outflow = (p.exit_rate * p.members_initial + p.removals_per_year) / WEEKS_A_YEAR
    burn.operations, burn.removals = PRIOR_OPERATIONS, FIRST_REMOVALS_PER_OPERATION * PRIOR_OPERATIONS
    burn.operation_rate = p.removals_per_year / WEEKS_A_YEAR / FIRST_REMOVALS_PER_OPERATION
    burn.leads = leads(world).total
    burn.link_gain = _link_gain_at_rest(world)
    members = float(world.groups.members[: world.groups.count].sum())
    armed = float(world.groups.armed[: world.groups.count].sum())
    burn.members, burn.armed_share = members, armed / max(members, 1.0)
    measure_pools(world, rows)
    world.groups.ranks[:] = world.groups.members
    columns.joining[rows] = joining(world, rows)
    possible = float(columns.joining[rows].sum())
    burn.recruit_intercept = log(burn.outflow / possible) if possible > 0.0 else FIRST_INTERCEPT
    burn.recruit_intercept_start = burn.recruit_intercept
    for group in living_groups(world).tolist():
        world.groups.authority[group] = authority_at_rest(world, group)
    burn.command = _mean_command(world, rows) if len(rows) else 0.0


def step(world: World) -> None:
    """Move the intercepts towards the targets while the burn-in runs; freeze them at its end."""
    burn = world.burn_in
    if not burn.running:
        return
    burn.weeks += 1
    rows = living_columns(world)
    if len(rows):
        _count_week(world)
        if burn.weeks % REVIEW_WEEKS == 0:
            _follow_means(world, rows)
            _solve_recruitment(world, rows)
            _solve_link(world, rows)
            _solve_ground(world, rows)
            _solve_operations(world)
    if _within_last(world, BALANCE_YEARS):
        _balance_week(world, rows)
    if _within_last(world, FREEZING_YEARS):
        burn.averaged += 1
        burn.link_sum += burn.link_gain
        burn.ground_sum += burn.contest_base
        burn.operation_sum += burn.operation_rate
    if burn.weeks >= BURN_IN_YEARS * WEEKS_A_YEAR:
        _freeze(world)


def _within_last(world: World, years: float) -> bool:
    """Whether this week lies within the last `years` of the burn-in."""
    return world.burn_in.weeks > (BURN_IN_YEARS - years) * WEEKS_A_YEAR


def _balance_week(world: World, rows: Rows) -> None:
    """Sum up who had to be replaced by recruits, and how many would have come at an intercept of 0."""
    burn, flows = world.burn_in, world.flows
    burn.replaced_sum += flows.left_groups - flows.returned
    burn.possible_sum += float(world.columns.joining[rows].sum())


def _freeze(world: World) -> None:
    """From now on recruits replace, at rest, who left in the last years: the control's way back to target ends here."""
    burn = world.burn_in
    burn.running = False
    if min(burn.replaced_sum, burn.possible_sum) > 0.0:
        balanced = log(burn.replaced_sum / burn.possible_sum)
        burn.recruit_intercept = min(balanced, burn.recruit_intercept_start + MOST_RISE)
    burn.link_gain = burn.link_sum / burn.averaged
    burn.contest_base = burn.ground_sum / burn.averaged
    burn.operation_rate = burn.operation_sum / burn.averaged


def _follow_means(world: World, rows: Rows) -> None:
    """Running means of the covariates and of the pay unit."""
    burn, columns = world.burn_in, world.columns
    pace = REVIEW_WEEKS / min(burn.weeks + 12.0, MEAN_MEMORY)
    burn.leads += pace * (leads(world).total - burn.leads)
    burn.pressure += pace * (float(columns.pressure[rows].mean()) - burn.pressure)
    burn.notoriety += pace * (float(columns.notoriety[rows].mean()) - burn.notoriety)
    burn.ideology += pace * (float(columns.ideology[rows].mean()) - burn.ideology)
    burn.link += pace * (float(columns.link[rows].mean()) - burn.link)
    burn.hoarding += pace * (float(hoarding_of(world, rows).mean()) - burn.hoarding)
    burn.kin_share += pace * (float(kin_share(world, rows).mean()) - burn.kin_share)
    success = float(world.groups.success[living_groups(world)].mean())
    burn.success += pace * (success - burn.success)
    equivalents = float(strength_equivalents(world, rows).sum())
    paid = float(columns.paid[rows].sum()) / equivalents
    burn.command += pace * (_mean_command(world, rows) - burn.command)
    burn.reference_pay += pace * (paid - burn.reference_pay)
    burn.drug_share += pace * (coca_share(world, rows) - burn.drug_share)
    burn.ground_share += pace * (ground_share(world) - burn.ground_share)


def _mean_command(world: World, rows: Rows) -> float:
    """Mean over the columns `rows` of the command that they are under: their link times the leader's authority."""
    columns = world.columns
    return float((columns.link[rows] * world.groups.authority[columns.group[rows]]).mean())


def _count_week(world: World) -> None:
    """Who left this week, and what routine operations took."""
    burn, flows = world.burn_in, world.flows
    burn.outflow += (flows.left_groups - burn.outflow) / OUTFLOW_MEMORY
    fading = 1.0 - 1.0 / REMOVAL_MEMORY
    burn.operations = burn.operations * fading + flows.operations - flows.campaign_operations
    burn.removals = burn.removals * fading + flows.routine_removals


def _solve_recruitment(world: World, rows: Rows) -> None:
    """b0 of B6: what comes in shall replace what leaves and close the gap to the target in half a year."""
    burn = world.burn_in
    members = float(world.groups.members[: world.groups.count].sum())
    wanted = burn.outflow + (burn.members - members) / (RETURN_YEARS * WEEKS_A_YEAR)
    possible = float(world.columns.joining[rows].sum())
    if possible > 0.0:
        target = log(max(wanted, LEAST_INFLOW * burn.outflow) / possible)
        highest = burn.recruit_intercept_start + MOST_RISE
        burn.recruit_intercept += RECRUITMENT_STEP * (min(target, highest) - burn.recruit_intercept)


def _solve_link(world: World, rows: Rows) -> None:
    """a1 of B3: columns away from the centre shall have the drawn link."""
    burn, columns = world.burn_in, world.columns
    away = [row for row in rows.tolist() if world.groups.centre[columns.group[row]] != row]
    if away:
        error = world.p.link_baseline - float(columns.link[away].mean())
        burn.link_gain *= exp(LINK_PACE * error)


def _solve_ground(world: World, rows: Rows) -> None:
    """Base resistance of B11: armed groups together shall hold the drawn territory.

    The start solves it for columns that stand as drawn; how often they hide and where they move, only a run shows.
    """
    burn = world.burn_in
    if burn.contest_base_start <= 0.0:
        return
    held = max(float(world.columns.territory[rows].sum()), LEAST_GROUND * world.p.territory_initial)
    way = GROUND_PACE * log(held / world.p.territory_initial)
    moved = log(burn.contest_base / burn.contest_base_start) + way
    burn.contest_base = burn.contest_base_start * exp(min(max(moved, -MOST_GROUND), MOST_GROUND))


def _solve_operations(world: World) -> None:
    """Rate of routine operations: as many as the drawn removals take, by what operations have yielded."""
    burn = world.burn_in
    yield_of_one = max(burn.removals, 1.0) / burn.operations
    target = world.p.removals_per_year / WEEKS_A_YEAR / yield_of_one
    burn.operation_rate += OPERATIONS_STEP * (target - burn.operation_rate)


def _link_gain_at_rest(world: World) -> float:
    """The gain at which a column of mean contact, whose commander is no kin, rests at the drawn link."""
    p = world.p
    isolation = log(2.0) / (p.link_half_life * WEEKS_A_MONTH) * (1.0 - p.link_contact)
    return isolation * p.link_baseline / (p.link_contact * (1.0 - p.link_baseline))
