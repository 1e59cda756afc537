"""The recorder: one row of series a week, one snapshot at the end of each year, and the logbook of the armed groups."""

import numpy as np
from numpy.typing import NDArray

from vraem.observe.anchor import Anchor
from vraem.observe.logbook import Logbook
from vraem.observe.organisation_series import DERIVED, derived_values, noted_values
from vraem.observe.result import INCOME_QUANTILES, Snapshots
from vraem.observe.series import SERIES_NAMES
from vraem.observe.territory import TerritoryBook
from vraem.processes.exogenous import YEARLY_INCOMES
from vraem.world import World
from vraem.world.clock import Clock

_DERIVED_FROM = len(SERIES_NAMES) - len(DERIVED)
"""The first column of the series that are derived from the logbook."""


class Recorder:
    """Weekly series (weeks, series), yearly snapshots and the logbook of one run."""

    def __init__(self, clock: Clock) -> None:
        self._rows = np.zeros((clock.weeks, len(SERIES_NAMES)))
        self._year_ends = set(clock.year_ends())
        self._clock = clock
        self._snapshot_weeks: list[int] = []
        self._areas: list[NDArray[np.float32]] = []
        self._prices: list[NDArray[np.float32]] = []
        self._quantiles: list[NDArray[np.float64]] = []
        self._sources: list[NDArray[np.float64]] = []
        self.logbook = Logbook()
        self.territory = TerritoryBook()
        self._watched: set[int] = set()
        self._incidents = 0
        self._derived = 0
        self._founding = np.zeros(0, dtype=bool)
        self.first = 0
        """The first week that is recorded."""

    @classmethod
    def of(cls, world: World) -> "Recorder":
        """A recorder for the run of `world`, which watches where persons are in the weeks of its anchor."""
        recorder = cls(world.clock)
        # of the weeks before, if the world has a past, nothing is known
        recorder._rows[: world.week] = np.nan
        recorder.first = recorder._derived = world.week
        recorder._incidents = world.incidents.count
        recorder.watch(world)
        return recorder

    def watch(self, *worlds: World) -> None:
        """Note where every person is in the weeks that the measures of these worlds' scenarios will need."""
        for world in worlds:
            self._watched.update(watched_weeks(world))

    def copy(self, clock: Clock) -> "Recorder":
        """A recorder with the same past for a run over `clock`, which starts on the same day."""
        twin = Recorder(clock)
        past = min(len(self._rows), clock.weeks)
        twin._rows[:past] = self._rows[:past]
        kept = sum(week < clock.weeks for week in self._snapshot_weeks)
        twin._snapshot_weeks = self._snapshot_weeks[:kept]
        twin._areas, twin._prices = self._areas[:kept], self._prices[:kept]
        twin._quantiles, twin._sources = self._quantiles[:kept], self._sources[:kept]
        twin.logbook, twin.territory = self.logbook.copy(clock.weeks), self.territory.copy(kept)
        twin._watched, twin._incidents = set(self._watched), self._incidents
        twin._derived, twin._founding = min(self._derived, clock.weeks), self._founding
        twin.first = self.first
        return twin

    def record(self, world: World) -> None:
        """Write the week that `world` has just gone through."""
        week = world.week
        noted = weekly_values(world)
        noted += noted_values(world, self._incidents)
        self._rows[week, :_DERIVED_FROM] = noted
        self._incidents = world.incidents.count
        self.logbook.note(world)
        if week in self._watched:
            self.logbook.note_persons(world)
        if len(self._founding) != world.groups.count:
            self._founding = world.groups.founding[: world.groups.count].copy()
        if week in self._year_ends:
            self._take_snapshot(world)
            self.territory.note(world)

    def series(self) -> dict[str, NDArray[np.float64]]:
        """Every series, (weeks,) float64, by name."""
        self._derive()
        return {name: self._rows[:, column].copy() for column, name in enumerate(SERIES_NAMES)}

    def snapshots(self) -> Snapshots:
        """The yearly snapshots taken so far."""
        dates = self._clock.dates()[self._snapshot_weeks]
        count = len(self._snapshot_weeks)
        empty = (np.zeros((0, 0), np.float32), np.zeros((0, 2, 5)), np.zeros((0, 2, 4)))
        return Snapshots(
            dates=dates,
            coca_area=np.stack(self._areas) if count else empty[0],
            leaf_price=np.stack(self._prices) if count else empty[0],
            income_quantiles=np.stack(self._quantiles) if count else empty[1],
            income_by_source=np.stack(self._sources) if count else empty[2],
        )

    def _derive(self) -> None:
        """Fill the series that come from the logbook, for the weeks since the last time."""
        first, last = self._derived, min(len(self.logbook), len(self._rows))
        if first >= last:
            return
        weeks = slice(first, last)
        hired, reference_pay = (
            self._rows[weeks, SERIES_NAMES.index(name)] for name in ("hired_ex_members", "reference_pay")
        )
        self._rows[weeks, _DERIVED_FROM:] = derived_values(
            self.logbook, self._founding, first, last, hired, reference_pay
        )
        self._derived = last

    def _take_snapshot(self, world: World) -> None:
        growers = world.growers
        visible = growers.coca_area - growers.coca_young
        by_place = np.bincount(growers.community, visible, len(world.communities)) * world.households_per_row
        income = np.stack([growers.__dict__[name] for name in YEARLY_INCOMES])
        never = growers.never_grows
        total = income.sum(axis=0)
        kinds = (~never, never)
        self._snapshot_weeks.append(world.week)
        self._areas.append(by_place.astype(np.float32))
        self._prices.append(world.communities.leaf_price.astype(np.float32))
        self._quantiles.append(
            np.stack(
                [np.quantile(total[kind], INCOME_QUANTILES) if kind.any() else np.zeros(5) for kind in kinds]
            )
        )
        self._sources.append(
            np.stack([income[:, kind].mean(axis=1) if kind.any() else np.zeros(4) for kind in kinds]).astype(
                float
            )
        )


def watched_weeks(world: World) -> set[int]:
    """Weeks at whose end it must be known where every person is: those of the anchor, and the first of the run."""
    anchor = Anchor.of(world.scenario, world.inputs, world.clock)
    return {0} if anchor is None else {0, *anchor.watched}


def weekly_values(world: World) -> list[float]:
    """This week's value of every series of the economy, in the order of `SERIES`."""
    flows, market, growers, firms = world.flows, world.market, world.growers, world.firms
    weight = world.households_per_row
    total = np.add.reduce  # what the `sum` of an array ends in, without two calls on the way
    coca = float(total(growers.coca_area)) * weight
    visible = coca - float(total(growers.coca_young)) * weight
    national = visible + market.rest_area
    sent = slice(world.first_under_way, world.shipments.count)
    moving = world.shipments.status[sent] == 0
    under_way = total(world.shipments.load[sent], where=moving, dtype=np.float64)
    beliefs = total(firms.risk_belief, axis=1) / len(firms)
    return [
        coca,
        visible,
        float(total(growers.licit_area)) * weight,
        market.growers,
        flows.planted,
        flows.abandoned,
        flows.converted,
        flows.eradicated,
        flows.leaf_grown,
        flows.leaf_picked,
        flows.leaf_unpicked,
        flows.leaf_lost,
        flows.leaf_sold_legal,
        flows.leaf_sold_firms,
        float(total(firms.leaf_stock)),
        flows.paste_made,
        float(total(firms.paste_stock)),
        flows.hcl_made,
        float(total(firms.hcl_stock)),
        float(under_way),
        *flows.hcl_shipped,
        *flows.hcl_exported,
        *flows.hcl_seized,
        *market.shadow_price,
        *flows.capacity,
        *beliefs.tolist(),
        flows.leaf_price_paid or market.leaf_price,
        market.paste_price,
        market.hcl_price,
        flows.border_price_index,
        market.markdown,
        market.wage_index,
        market.pickers,
        flows.price_expectation,
        flows.perceived_risk,
        flows.leaf_tax,
        flows.transit_fees,
        flows.leaf_income,
        flows.harvest_cost,
        flows.licit_income,
        flows.logging_income,
        flows.off_farm_income,
        flows.export_revenue,
        float(total(firms.capital)),
        market.rest_area,
        national,
        visible / national,
    ]
