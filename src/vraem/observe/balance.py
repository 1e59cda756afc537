"""The auditor: mass of leaf, paste and product, money, hectares and persons, checked every week.

What is checked is recounted from the stocks themselves, not from the flows that made them.
"""

from typing import TYPE_CHECKING

import numpy as np

from vraem.observe import group_audit
from vraem.observe.group_audit import GroupStocks

if TYPE_CHECKING:
    from vraem.world import World

TOLERANCE = 1e-6
"""Largest relative error of a balance of mass or money."""
AREA_TOLERANCE = 1e-4
"""The same for running sums of hectares, which are kept in single precision."""


class BalanceError(AssertionError):
    """A balance that does not hold, or a column outside its declared range."""


class Auditor:
    """Checks a world each week; `largest` holds the largest relative error of each balance so far."""

    def __init__(self, world: "World") -> None:
        self.largest: dict[str, float] = {}
        self._stocks = _stocks(world)
        self._groups = GroupStocks.of(world)

    def check(self, world: "World") -> None:
        """Check the week that `world` has just gone through; raise `BalanceError` at the first fault."""
        before, after, flows = self._stocks, _stocks(world), world.flows
        self._stocks = after
        sold = flows.leaf_sold_legal + flows.leaf_sold_firms
        grown = flows.leaf_grown
        paste_per_hcl = world.p.paste_per_kg_hcl
        seized, exported, shipped = (
            sum(x) for x in (flows.hcl_seized, flows.hcl_exported, flows.hcl_shipped)
        )
        spent = flows.leaf_paid_by_firms + flows.processing_cost + flows.transport_cash
        spent += flows.transit_fees + flows.drawings + flows.security_cost + flows.group_wages
        income = flows.export_revenue + flows.firm_takings
        paid = flows.leaf_paid_by_firms + flows.leaf_paid_by_legal_buyer
        balances = {
            "leaf grown = sold + unpicked + lost": (
                grown - sold - flows.leaf_unpicked - flows.leaf_lost,
                grown,
            ),
            "leaf bought = processed + change of stock": (
                flows.leaf_sold_firms - flows.leaf_processed - after["leaf"] + before["leaf"],
                after["leaf"] + flows.leaf_processed,
            ),
            "leaf processed = paste x leaf per paste": (
                flows.leaf_processed - flows.paste_made * world.p.leaf_per_kg_hcl / paste_per_hcl,
                flows.leaf_processed,
            ),
            "paste made = used + change of stock": (
                flows.paste_made - flows.paste_used - after["paste"] + before["paste"],
                after["paste"] + flows.paste_used,
            ),
            "paste used = HCl x paste per HCl": (
                flows.paste_used - flows.hcl_made * paste_per_hcl,
                flows.paste_used,
            ),
            "HCl made = shipped + change of stock": (
                flows.hcl_made - shipped - after["hcl"] + before["hcl"],
                after["hcl"] + shipped,
            ),
            "HCl shipped = exported + seized + change under way": (
                shipped - exported - seized - after["under way"] + before["under way"],
                after["under way"] + exported + seized,
            ),
            "leaf paid = received + tax + stolen": (
                paid - flows.leaf_income - flows.leaf_tax - flows.predation_loss,
                paid,
            ),
            "capital of firms": (
                income - spent - after["capital"] + before["capital"],
                abs(after["capital"]) + spent,
            ),
        }
        for name, (error, scale) in balances.items():
            self._note(world, name, abs(error) / max(abs(scale), 1.0), TOLERANCE)
        self._check_hectares(world)
        self._check_groups(world)
        faults = [fault for table in world.tables for fault in table.faults()]
        if faults:
            raise BalanceError(f"{world.clock.date(world.week)}: " + "; ".join(faults))

    def _check_groups(self, world: "World") -> None:
        before, after = self._groups, GroupStocks.of(world)
        self._groups = after
        for name, (error, scale) in group_audit.balances(world, before, after).items():
            self._note(world, name, abs(error) / max(abs(scale), 1.0), TOLERANCE)
        for name, (error, allowed) in group_audit.errors(world, before, after).items():
            self._note(world, name, error, allowed)

    def _check_hectares(self, world: "World") -> None:
        growers, communities = world.growers, world.communities
        standing = growers.coca_cohorts.sum(axis=0, dtype=np.float64) * growers.coca_scale + growers.coca_old
        total = float(standing.sum())
        kept = float(growers.coca_area.sum(dtype=np.float64))
        self._note(world, "hectares by age = area", abs(total - kept) / max(total, 1.0), AREA_TOLERANCE)
        by_place = (
            np.bincount(growers.community, growers.coca_area, len(communities)) * world.households_per_row
        )
        error = float(np.abs(by_place - communities.coca_area).max()) / max(float(by_place.max()), 1.0)
        self._note(world, "hectares of households = of communities", error, AREA_TOLERANCE)

    def _note(self, world: "World", name: str, error: float, tolerance: float) -> None:
        self.largest[name] = max(self.largest.get(name, 0.0), error)
        if not error <= tolerance:
            day = world.clock.date(world.week)
            raise BalanceError(
                f"{day}: {name}: got a relative error of {error:.2e}, expected at most {tolerance:g}"
            )


def _stocks(world: "World") -> dict[str, float]:
    firms, shipments = world.firms, world.shipments
    rows = slice(world.first_under_way, shipments.count)
    moving = shipments.status[rows] == 0
    return {
        "leaf": float(firms.leaf_stock.sum()),
        "paste": float(firms.paste_stock.sum()),
        "hcl": float(firms.hcl_stock.sum()),
        "under way": float(shipments.load[rows].sum(where=moving, dtype=np.float64)),
        "capital": float(firms.capital.sum()),
    }
