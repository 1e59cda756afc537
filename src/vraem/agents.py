"""The people of the valley as Mesa agents: `Grower` (a farm household) and `Trafficker` (a firm).

An agent is a view of one row. Reading an attribute reads the world's column; writing one writes it. Methods
call the functions of the processes and keep the sums of the communities. No rule of behaviour is here: who
acts for whom, and when in the week, is said in each class. `Grower.attributes()` lists names, units, meanings.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.mesa_fields import here, numbers, place_names, through
from vraem.mesa_rows import Derived, RowAgent, Rows, act, coordinate
from vraem.processes import eradication, processing
from vraem.processes.exogenous import YEARLY_INCOMES
from vraem.processes.plots import keep_plots, plant_plots
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.clock import WEEKS_A_QUARTER
from vraem.world.declarations import UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vraem.model import Model

Hectares = NDArray[np.float64]


def plant(model: "Model", rows: Rows, ha: ArrayLike) -> Hectares:
    """Plant up to `ha` of new coca, paid from cash, and return the hectares planted (A7).

    Free land and cash are the limits, as in the process `planting`; old plots are not renewed. A household
    that never grows coca plants none: no process would tend its plots. Raises `ValueError` below zero.
    """
    world, growers, p = model.world, model.world.growers, model.world.p
    wanted = numbers("ha", ha, rows, 0.0, np.inf)
    free = np.maximum(growers.land[rows] - growers.coca_area[rows] - growers.licit_area[rows], 0.0)
    affordable = growers.cash[rows] / np.float32(p.coca_establishment_cost)
    planted = np.minimum(np.minimum(wanted, free), affordable).astype(np.float32)
    planted[growers.never_grows[rows]] = 0.0
    before = growers.coca_area[rows].astype(np.float64)
    growers.cash[rows] = np.maximum(growers.cash[rows] - planted * np.float32(p.coca_establishment_cost), 0.0)
    # plots join the age class that is the newest to each household, whose quarter began in its own week
    newest = np.array(
        [world.ages.newest(week) for week in _week_of_last_quarter(model, rows).tolist()], np.int64
    )
    plant_plots(world, rows, planted, newest)
    gained = growers.coca_area[rows] - before
    by_place = _by_community(world, rows, gained)
    world.communities.coca_area += by_place
    # new coca takes forest and other land in proportion to what is left of each
    world.communities.forest *= 1.0 - np.minimum(by_place / world.valley.communities.suitable_ha, 1.0)
    return _counted(model, "planted", gained)


def abandon(model: "Model", rows: Rows, share: ArrayLike = 1.0) -> Hectares:
    """Give up the share `share` of all plots, of every age alike, and return the hectares given up."""
    lost = _leave(model, rows, numbers("share", share, rows, 0.0, 1.0))
    model.world.communities.coca_area -= _by_community(model.world, rows, lost)
    return _counted(model, "abandoned", lost)


def convert(model: "Model", rows: Rows, share: ArrayLike = 1.0) -> Hectares:
    """Turn the share `share` of the coca into coffee and cacao, as far as cash pays; return the hectares (A7)."""
    growers, p = model.world.growers, model.world.p
    wanted = numbers("share", share, rows, 0.0, 1.0) * growers.coca_area[rows]
    paid_for = np.minimum(wanted, growers.cash[rows] / p.licit_establishment_cost)
    lost = _leave(model, rows, paid_for / np.maximum(growers.coca_area[rows], 1e-9))
    growers.cash[rows] = np.maximum(growers.cash[rows] - lost * p.licit_establishment_cost, 0.0)
    growers.licit_area[rows] += lost.astype(np.float32)
    model.world.communities.coca_area -= _by_community(model.world, rows, lost)
    return _counted(model, "converted", lost)


def eradicate(model: "Model", rows: Rows, share: ArrayLike = 1.0) -> Hectares:
    """Destroy the share `share` of the coca, and return the hectares destroyed (A8).

    The household knows at its next decision, and the news reaches the communities around (A4), as after the
    eradication orders of a scenario.
    """
    world, growers = model.world, model.world.growers
    shares = numbers("share", share, rows, 0.0, 1.0)
    lost = _leave(model, rows, shares)
    growers.eradicated_share[rows] = 1.0 - (1.0 - growers.eradicated_share[rows]) * (1.0 - shares)
    by_place = _by_community(world, rows, lost)
    eradication.spread_news(world, by_place)
    world.communities.coca_area -= by_place
    return _counted(model, "eradicated", lost)


def _leave(model: "Model", rows: Rows, share: NDArray[np.float64]) -> Hectares:
    """Take the share `share` of the plots away; return the hectares that went."""
    growers = model.world.growers
    before = growers.coca_area[rows].astype(np.float64)
    keep_plots(model.world, rows, (1.0 - share).astype(np.float32))
    lost: Hectares = before - growers.coca_area[rows]
    return lost


def _counted(model: "Model", flow: str, hectares: Hectares) -> Hectares:
    """Count what was done in this week's series."""
    model.count_flow(flow, float(hectares.sum()) * model.world.households_per_row)
    return hectares


def _by_community(world: World, rows: Rows, hectares: Hectares) -> NDArray[np.float64]:
    community = world.growers.community[rows]
    here: NDArray[np.float64] = np.bincount(community, hectares, len(world.communities)).astype(np.float64)
    here *= world.households_per_row
    return here


def _week_of_last_quarter(model: "Model", rows: Rows) -> Rows:
    """The week in which each household last aged its plots; before the start for those that have not yet."""
    done = model.last_week
    weeks: Rows = done - (done - model.world.growers.slot[rows].astype(np.int64)) % WEEKS_A_QUARTER
    return weeks


_HOME = through("growers", "community")
_BASE = through("firms", "base")


def _income(world: World, rows: Rows) -> NDArray[np.float32]:
    total: NDArray[np.float32] = sum(world.growers.__dict__[name][rows] for name in YEARLY_INCOMES)
    return total


def _free_land(world: World, rows: Rows) -> NDArray[np.float32]:
    growers = world.growers
    free: NDArray[np.float32] = growers.land[rows] - growers.coca_area[rows] - growers.licit_area[rows]
    return np.maximum(free, np.float32(0.0))


_PLOTS = (
    "hectares are kept by age and place; use plant(ha), abandon(share), convert(share) or eradicate(share)"
)
_ACCOUNT = "an account of the year; to give or take money change cash"
_ROWS = "rows of the table are sorted by it"


class Grower(RowAgent, table="growers", place="community"):
    """A farm household, as a view of one row of `world.growers`.

    Who acts for it, once a quarter in the week of its `slot`: `farming` ages its plots and picks its leaf (A1,
    A2, A9), `incomes` pays coffee, logging and other work, `planting` lets it expect prices and risk and
    decide about its land (A3 to A7). `leaf_sale` sells its leaf, `eradication` may destroy its coca (A8),
    `neighbourhood` tells it how many around it grow (A6). `step` does nothing.

    Areas, money and shares are those of one household; a row stands for `world.households_per_row` of them,
    and the community's sums count them all.
    """

    __slots__ = ()

    fixed = {  # noqa: RUF012
        **dict.fromkeys(("community", "slot", "never_grows"), _ROWS),
        **dict.fromkeys(
            (
                *("coca_cohorts", "coca_scale", "coca_old", "coca_old_bearing"),
                *("coca_area", "coca_young", "coca_bearing"),
            ),
            _PLOTS,
        ),
        **dict.fromkeys(YEARLY_INCOMES, _ACCOUNT),
    }
    derived = {  # noqa: RUF012
        "income": Derived(_income, "USD", "net income from all sources since the start of the year"),
        "free_land": Derived(_free_land, "ha", "land without coca, coffee or cacao"),
        **{
            name: here(name, _HOME)
            for name in ("leaf_price", "leaf_tax", "harvested_share", "growing_share", "assisted_share")
        },
        **place_names(_HOME),
    }

    plant = act(plant, float)
    abandon = act(abandon, float)
    convert = act(convert, float)
    eradicate = act(eradicate, float)

    def __repr__(self) -> str:
        return f"<Grower {self.unique_id}, {self.place_name}: {self.coca_area:.2f} ha of coca>"


class Load(NamedTuple):
    """A load under way: its `route`, hydrochloride in `kg`, `progress` (share of the way), `pos` on the grid."""

    route: str
    kg: float
    progress: float
    pos: tuple[int, int]


def intercept(model: "Model", rows: Rows, chance: ArrayLike = 1.0) -> NDArray[np.float64]:
    """Let every load of the firm that is under way be stopped with `chance` in each week to come.

    `shipping` seizes, pays and remembers (C2), from the following week on. Between two weeks mostly loads on
    foot are under way: by air, road and river they leave and arrive in one. Returns the kg concerned.
    """
    shipments = model.world.shipments
    chances = numbers("chance", chance, rows, 0.0, 1.0)
    kg = np.zeros(len(rows))
    for place, row in enumerate(rows.tolist()):
        loads = _loads_under_way(model.world, row)
        shipments.seizure_chance[loads] = chances[place]
        kg[place] = shipments.load[loads].sum()
    return kg


def _loads_under_way(world: World, firm: int) -> Rows:
    """Rows of the firm's loads under way."""
    shipments, first = world.shipments, world.first_under_way
    mine = shipments.rows_in_use("firm")[first:] == firm
    moving = shipments.rows_in_use("status")[first:] == UNDER_WAY
    loads: Rows = first + np.flatnonzero(mine & moving)
    return loads


def _under_way(world: World, rows: Rows) -> NDArray[np.float64]:
    shipments, first = world.shipments, world.first_under_way
    moving = shipments.rows_in_use("status")[first:] == UNDER_WAY
    owner, load = shipments.rows_in_use("firm")[first:], shipments.rows_in_use("load")[first:]
    by_firm: NDArray[np.float64] = np.bincount(owner[moving], load[moving], len(world.firms)).astype(
        np.float64
    )
    return by_firm[rows]


_BALANCE = "mass and money are balanced to the gram; change capacity, or stop loads with intercept(chance)"
_MEMORY = "follows from seized_memory and passed_memory; change those"


class Trafficker(RowAgent, table="firms", place="base"):
    """A trafficking firm (clan), as a view of one row of `world.firms`.

    Who acts for it: `leaf_sale` buys leaf, `processing` makes paste and hydrochloride, `contracts` chooses
    places to buy and routes every four weeks and sends its loads (C1), `shipping` moves them, pays the firm and
    updates its memory of losses (C2), `prices` sets what it gets (C6). `step` does nothing.
    """

    __slots__ = ()

    fixed = {  # noqa: RUF012
        "base": "routes and hauls of the run are those of the bases at its start",
        **dict.fromkeys(("capital", "leaf_stock", "paste_stock", "hcl_stock"), _BALANCE),
        "hcl_rate": "a running mean that processing keeps",
        "risk_belief": _MEMORY,
        "route_share": "shares add up to one; use ship_by({route: share})",
    }
    derived = {  # noqa: RUF012
        "hcl_under_way": Derived(_under_way, "kg", "cocaine hydrochloride in its loads under way"),
        "stock_months": Derived(
            lambda world, rows: processing.stock_months(world)[rows],
            "months",
            "hydrochloride in store over a month's output",
        ),
        "leaf_price": here("leaf_price", _BASE),
        **place_names(_BASE),
    }

    intercept = act(intercept, float)

    @property
    def loads(self) -> list[Load]:
        """Its loads under way."""
        shipments = self.model.world.shipments
        found = _loads_under_way(self.model.world, self.row)
        columns = (shipments.__dict__[name][found].tolist() for name in ("route", "load", "progress", "cell"))
        return [Load(ROUTES[r], kg, way, coordinate(cell)) for r, kg, way, cell in zip(*columns, strict=True)]

    def ship_by(self, shares: "Mapping[str, float]") -> None:
        """Set the shares of its cargo by route; they hold until `contracts` reviews them (every four weeks).

        Routes that are not named get nothing. Raises `ValueError` on an unknown route or if the shares do not
        add up to 1.
        """
        unknown = set(shares) - set(ROUTES)
        if unknown:
            raise ValueError(f"route: got {', '.join(sorted(unknown))}, expected {', '.join(ROUTES)}")
        values = np.array([shares.get(route, 0.0) for route in ROUTES], dtype=np.float64)
        # so that values that are no number are refused, too
        if not ((values >= 0.0).all() and abs(values.sum() - 1.0) <= 1e-6):
            raise ValueError(
                f"shares: got a sum of {values.sum():g}, expected shares from 0 that add up to 1"
            )
        self.model.world.firms.route_share[:, self.row] = values / values.sum()

    def __repr__(self) -> str:
        return f"<Trafficker {self.unique_id}, {self.place_name}: {self.hcl_stock:.0f} kg of hydrochloride>"
