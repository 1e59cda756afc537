"""Protection of cargo and what columns take, as loops over firms, routes and columns (B1, C3-C5, C7).

The armed groups themselves are handed over from the core every week: who holds which ground, with how many arms, under
which leader. What firms and households make of it is worked out here.
"""

import math
from typing import TYPE_CHECKING, Any

from vraem.valley import ROUTES
from vraem.world import Streams, World
from vraem.world.clock import WEEKS_A_MONTH
from vraem.world.declarations import BRIBES, CONTRACT, NO_PROTECTION, OWN_GUNMEN
from vraem.world.organisation_tables import NO_ROW

from .armed_groups import ArmedGroups, Column, Met
from .draws import CHOICE_MARGIN, clear_draw
from .firms import Firm

if TYPE_CHECKING:
    from vraem.scenario import Parameters
    from vraem.scenario.schema import Switches

    from .trafficking import Route

LEAST_MET = 0.01
SOURCES = ("fees", "escorts", "leaf_tax", "logging", "extortion")
TINY = 1e-9


class Protectors:
    """The rules of protection for the firms of one valley."""

    def __init__(
        self,
        firms: list[Firm],
        routes: "list[Route]",
        streams: Streams,
        p: "Parameters",
        switches: "Switches",
    ) -> None:
        self.firms, self.routes, self.streams, self.p, self.switches = firms, routes, streams, p, switches
        self.border_price = 1.0
        self.groups: ArmedGroups
        self.income: dict[str, list[float]] = {}

    @property
    def exogenous(self) -> bool:
        """Whether fees stay as drawn (null model N2)."""
        return self.switches.null_model == "exogenous_fees"

    def hear(self, groups: ArmedGroups) -> None:
        """Take over what the armed groups are this week, and who collects after columns joined or divided."""
        self.groups = groups
        for firm in self.firms:
            for r in range(len(ROUTES)):
                way = r * len(self.firms) + firm.number
                firm.tolls[r] = dict(enumerate(groups.tolls[way]))
                firm.guards[r] = dict(enumerate(groups.guards[way]))

    def review(self, week: int, border_price: float) -> None:
        """C4 and C3: void contracts; once in four weeks every firm chooses, then its terms follow."""
        self.border_price = border_price
        if self.exogenous:
            return
        for firm in self.firms:
            if firm.protector in self.groups.ended_groups:
                firm.protection, firm.protector, firm.fee = NO_PROTECTION, NO_ROW, 0.0
                firm.escorted = [0.0] * len(ROUTES)
        if week % 4:
            return
        draws = self.streams.uniform_double("protection_choice", week, 0, len(self.firms)).tolist()
        for firm in self.firms:
            met = self.look(firm, border_price)
            self.choose(firm, met, week, border_price, draws[firm.number])
            self.agree(firm, met, week)

    # what a firm meets

    def look(self, firm: Firm, border_price: float) -> Met:
        """Hazards and prices on the ways of a firm."""
        p, groups, columns = self.p, self.groups, self.groups.columns
        hazard = [
            [groups.toll_reach * c.exposure[route.number * len(self.firms) + firm.number] for c in columns]
            for route in self.routes
        ]
        chance = [1.0 - math.exp(-sum(row)) for row in hazard]
        weight = [
            sum(firm.route_share[r] * hazard[r][c] for r in range(len(ROUTES))) for c in range(len(columns))
        ]
        total = max(sum(weight), TINY)
        crossing = sum(s * q for s, q in zip(firm.route_share, chance, strict=True))
        by_collector: dict[int, float] = {}
        for column, held in zip(columns, weight, strict=True):
            by_collector[column.collector] = by_collector.get(column.collector, 0.0) + held
        main = max(sorted(by_collector), key=lambda name: by_collector[name]) if columns else NO_ROW
        factor = self.price_factor(hazard, firm, crossing, by_collector, total)
        threats = [self.threat_of(column, border_price) for column in columns]
        of_main = [c for c, column in enumerate(columns) if column.collector == main]
        main_weight = sum(weight[c] for c in of_main)
        guards = p.ex_member_premium * groups.hired[firm.number]
        guards += sum(column.armed for column in columns if column.service == firm.number)
        mean_rate = sum(other.hcl_rate for other in self.firms) / len(self.firms)
        needed = p.gunmen_needed * math.sqrt(firm.hcl_rate / max(mean_rate, TINY))
        armed = sum(held * column.armed for held, column in zip(weight, columns, strict=True)) / total
        tolls = [threat * factor for threat in threats]
        return Met(
            hazard=hazard,
            chance=chance,
            crossing=crossing,
            tolls=tolls,
            mean_toll=sum(held * toll for held, toll in zip(weight, tolls, strict=True)) / total,
            guards=guards,
            leave=self.left_by(armed, guards),
            needed=needed,
            leave_needed=self.left_by(armed, max(guards, needed)),
            main=main,
            cover=main_weight / total,
            threat=sum(weight[c] * threats[c] for c in of_main) / max(main_weight, TINY),
            factor=factor,
            loss=[
                firm.risk_belief[route.number] / firm.shield * route.value * border_price
                for route in self.routes
            ],
            weight=weight,
        )

    def price_factor(
        self,
        hazard: list[list[float]],
        firm: Firm,
        crossing: float,
        by_collector: dict[int, float],
        total: float,
    ) -> float:
        """C5: n_eff^(−elasticity), or in series the collectors met over the chance of meeting any."""
        if len(by_collector) <= 1 or crossing <= 0.0:
            return 1.0
        if self.switches.fees == "series":
            each = 0.0
            for r, row in enumerate(hazard):
                for name in by_collector:
                    pairs = zip(row, self.groups.columns, strict=True)
                    own = sum(h for h, column in pairs if column.collector == name)
                    each += firm.route_share[r] * (1.0 - math.exp(-own))
            return each / max(crossing, TINY)
        concentration = sum((held / total) ** 2 for held in by_collector.values())
        return (1.0 / max(concentration, TINY)) ** -self.p.fee_competition_elasticity

    def prevails(self, armed: float, guards: float) -> float:
        """Contest success of a column against the guards of a load."""
        m = self.p.contest_exponent
        return armed**m / (armed**m + guards**m)

    def left_by(self, armed: float, gunmen: float) -> float:
        """Share of tolls that gunmen leave."""
        armed, carriers = max(armed, TINY), self.p.load_guards
        return self.prevails(armed, carriers + gunmen) / self.prevails(armed, carriers)

    def threat_of(self, column: Column, border_price: float) -> float:
        """Toll that a column can take from an unguarded load."""
        p, groups = self.p, self.groups
        arms = self.prevails(column.armed, p.load_guards) / self.prevails(groups.column_armed, p.load_guards)
        word = math.exp(p.fee_authority_weight * (column.authority - groups.authority))
        return groups.threat * border_price * word * arms

    # the choice

    def choose(self, firm: Firm, met: Met, week: int, border_price: float, draw: float) -> None:
        """Weigh the four options and take one."""
        p, groups = self.p, self.groups
        wage = p.own_gunman_wage_ratio * groups.reference_pay
        missing = max(met.needed - met.guards, 0.0)
        gunmen = wage * missing / max(firm.hcl_rate, TINY)
        crossing = max(met.crossing, TINY)
        parts = zip(firm.route_share, met.chance, met.loss, strict=True)
        met_loss = sum(s * q * loss for s, q, loss in parts) / crossing
        worth = min(
            p.contract_effect * met_loss + met.threat * met.leave,
            gunmen / crossing + met.threat * met.leave_needed,
        )
        share = p.protection_bargaining
        fee = met.factor * (share * worth + (1.0 - share) * p.protection_service_cost)
        of_others = met.mean_toll - met.cover * met.threat * met.factor
        contract = met.cover * (fee - p.contract_effect * met_loss) + of_others * met.leave
        bribe = p.bribe_cost * border_price
        offered = bribe * sum(s * route.load for s, route in zip(firm.route_share, self.routes, strict=True))
        logit = p.bribe_wage_weight * offered / p.police_wage - p.bribe_monitoring_weight * p.monitoring
        corrupt = [row[firm.number] / 0.15 - 1.0 for row in groups.way_corruption]
        accepted = [1.0 / (1.0 + math.exp(-logit - p.bribe_corruption_weight * one)) for one in corrupt]
        parts = zip(accepted, firm.route_share, met.loss, strict=True)
        spared = (1.0 - p.bribe_detection_factor) * sum(taken * s * x for taken, s, x in parts)
        tolled = met.crossing * met.mean_toll * met.leave
        cost = [
            tolled,
            met.crossing * contract if met.crossing >= LEAST_MET else math.inf,
            met.crossing * met.mean_toll * met.leave_needed + gunmen,
            tolled + bribe - spared,
        ]
        noise = p.protection_choice_scale * border_price
        odds = [math.exp((min(cost) - each) / noise) for each in cost]
        steps = [sum(odds[: count + 1]) / sum(odds) for count in range(3)]
        address = ("protection_choice", week, firm.number)
        draw = clear_draw(self.streams, address, draw, steps, CHOICE_MARGIN)
        option = sum(draw >= step for step in steps)
        if option == OWN_GUNMEN and firm.protection != OWN_GUNMEN:
            wait = p.own_gunmen_setup * WEEKS_A_MONTH * max(1.0 - met.guards / met.needed, 0.0)
            firm.gunmen_from = week + round(wait)
        firm.protection = option
        firm.protector = self.group_of_main(met) if option == CONTRACT else NO_ROW
        firm.fee = fee if option == CONTRACT else 0.0
        firm.gunmen = groups.hired[firm.number] + (missing if option == OWN_GUNMEN else 0.0)
        firm.bribe_share = self.bribe(firm, accepted, week) if option == BRIBES else 0.0

    def group_of_main(self, met: Met) -> int:
        """The group of the column met most among those of the main collector."""
        columns = self.groups.columns
        own = [c for c, column in enumerate(columns) if column.collector == met.main]
        return columns[max(own, key=lambda c: met.weight[c])].group

    def bribe(self, firm: Firm, accepted: list[float], week: int) -> float:
        """C7: share of the cargo for which bribes are taken this month."""
        every = len(ROUTES)
        first = firm.number * every
        draws = self.streams.uniform_double("bribe", week, first, first + every).tolist()
        taken = [
            clear_draw(self.streams, ("bribe", week, first + r), draw, [chance], CHOICE_MARGIN) < chance
            for r, (draw, chance) in enumerate(zip(draws, accepted, strict=True))
        ]
        return sum(share for share, yes in zip(firm.route_share, taken, strict=True) if yes)

    def agree(self, firm: Firm, met: Met, week: int) -> None:
        """What loads meet and pay until the next look."""
        p, columns = self.p, self.groups.columns
        ready = firm.protection == OWN_GUNMEN and firm.gunmen_from <= week
        leave = met.leave_needed if ready else met.leave
        covered = [firm.protection == CONTRACT and column.collector == met.main for column in columns]
        seen = 0.0
        for r in range(len(ROUTES)):
            total = max(sum(met.hazard[r]), TINY)
            share = [h / total for h in met.hazard[r]]
            paid = [s * (1.0 if own else leave) for s, own in zip(share, covered, strict=True)]
            guarded = [s if own else 0.0 for s, own in zip(share, covered, strict=True)]
            escorted = met.chance[r] * sum(guarded) * self.escort_wish(met, r)
            charged = max(met.chance[r] * sum(paid) - escorted, 0.0)
            price = [firm.fee if own else toll for own, toll in zip(covered, met.tolls, strict=True)]
            firm.tolls[r] = {
                column.row: x / max(sum(paid), TINY) * cost
                for column, x, cost in zip(columns, paid, price, strict=True)
            }
            firm.guards[r] = {
                column.row: x / max(sum(guarded), TINY) for column, x in zip(columns, guarded, strict=True)
            }
            firm.charged[r], firm.escorted[r] = charged, escorted
            firm.fee_cost[r] = charged * sum(firm.tolls[r].values()) + escorted * p.fee_escort
            warned = p.contract_effect * charged if firm.protection == CONTRACT else 0.0
            seen += firm.route_share[r] * (warned + p.escort_effect * escorted)
        bribed = 1.0 - firm.bribe_share * (1.0 - p.bribe_detection_factor)
        firm.shield = bribed * (1.0 - seen) / self.groups.protective_effect

    def escort_wish(self, met: Met, route: int) -> float:
        """Share of the cargo by a route that a firm wants escorted."""
        p, groups = self.p, self.groups
        total = max(sum(met.weight), TINY)
        pairs = zip(met.weight, groups.columns, strict=True)
        armed = sum(held * column.armed for held, column in pairs) / total
        gain = (p.escort_effect * met.loss[route] - p.fee_escort) / p.escort_choice_scale
        able = min(armed / max(groups.column_armed, TINY), 1.0)
        return able / (1.0 + math.exp(-(groups.escort_intercept + gain)))

    # loads

    def open_week(self) -> None:
        """Nothing has been taken yet."""
        self.income = {source: [0.0] * self.groups.rows for source in SOURCES}
        for firm in self.firms:
            firm.security_cost = 0.0

    def send_load(
        self, firm: Firm, route: int, kg: float, address: tuple[str, int, int], draw: float
    ) -> float:
        """A load sets out: it pays whom it meets; returns what that does to its risk."""
        p = self.p
        steps = [firm.escorted[route], firm.escorted[route] + firm.charged[route]]
        draw = clear_draw(self.streams, address, draw, steps, CHOICE_MARGIN)
        escorted, met = draw < steps[0], draw < steps[1]
        charged = met and not escorted
        if escorted:
            self.collect(firm, kg * p.fee_escort, firm.guards[route], self.income["escorts"])
        elif charged and self.exogenous:
            firm.capital -= kg * p.fee_transit
        elif charged:
            self.collect(firm, kg, firm.tolls[route], self.income["fees"])
        if firm.protection == BRIBES:
            firm.security_cost += p.bribe_cost * self.border_price * kg
        risk = (1.0 - firm.bribe_share * (1.0 - p.bribe_detection_factor)) / self.groups.protective_effect
        if escorted:
            risk *= 1.0 - p.escort_effect
        elif charged and firm.protection == CONTRACT:
            risk *= 1.0 - p.contract_effect
        return risk

    def collect(self, firm: Firm, amount: float, shares: dict[int, float], income: list[float]) -> None:
        """Columns that still stand take their part of `amount`."""
        for column in self.groups.columns:
            part = amount * shares.get(column.row, 0.0)
            income[column.row] += part
            firm.capital -= part

    def pay_gunmen(self) -> None:
        """Gunmen are paid and bribes fall due once the loads are on their way."""
        for firm in self.firms:
            wage = self.p.own_gunman_wage_ratio * self.groups.reference_pay
            firm.security_cost += wage * firm.gunmen
            firm.capital -= firm.security_cost

    def share_out(self, leaf_tax: float, quotas: float, extorted: float) -> None:
        """B1: what was taken on the ground goes to columns by their share; then service and hosting are settled."""
        p = self.p
        for column in self.groups.columns:
            row, share = column.row, column.ground_share
            self.income["leaf_tax"][row] = 0.0 if self.exogenous else leaf_tax * share
            if self.exogenous:
                self.income["fees"][row] = self.groups.coca_income * column.territory
            self.income["logging"][row], self.income["extortion"][row] = quotas * share, extorted * share
            takings = sum(self.income[source][row] for source in SOURCES)
            if column.service != NO_ROW:
                firm = self.firms[column.service]
                wage = p.own_gunman_wage_ratio * self.groups.reference_pay * column.equivalents
                firm.capital += takings - (wage if firm.capital > 0.0 else 0.0)
                for source in SOURCES:
                    self.income[source][row] = 0.0
            elif column.hosted != NO_ROW:
                self.income["escorts"][row] += p.host_gain * takings
                self.firms[column.hosted].capital -= p.host_gain * takings


FIRM_TERMS = ("protection", "protector", "fee", "gunmen", "gunmen_from", "bribe_share", "shield")
"""Columns of the firms that hold what they rely on."""


def terms_of(world: World, number: int) -> dict[str, Any]:
    """What a firm of `world` relies on at the start, for the twin's firm."""
    table = world.firms
    return {
        **{name: getattr(table, name)[number].item() for name in FIRM_TERMS},
        "charged": table.charged_share[:, number].tolist(),
        "escorted": table.escorted_share[:, number].tolist(),
        "fee_cost": table.fee_cost[:, number].tolist(),
    }
