"""What comparisons measure: outcomes of a run over a stretch of weeks, declared as data.

A measure is a name, a unit, a plain label and a rule (`Mean`, `Yearly`, `Ratio`, `Income`) that turns a run
and a stretch of weeks into one number. Charts, tables and files go through `MEASURES`, in its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vraem.experiment.yearly import KG_PER_TONNE, Years
from vraem.observe import INCOME_SOURCES, RunResult
from vraem.valley import CALLAO_ROUTES, ROUTES
from vraem.world.clock import WEEKS_A_YEAR

MAY_GROW = 0
"""Place of the households that may grow coca on the group axis of a snapshot."""

THOUSAND = 1000.0
_TO_MID_YEAR = np.timedelta64(6, "M")


class Rule(Protocol):
    """Turns a run and a stretch of weeks into one number."""

    def value(self, result: RunResult, weeks: slice) -> float:
        """The number; not a number where the stretch does not determine it."""
        ...


@dataclass(frozen=True)
class Mean:
    """Mean of a weekly series."""

    series: str

    def value(self, result: RunResult, weeks: slice) -> float:
        """The mean over the weeks."""
        return float(result[self.series][weeks].mean())


@dataclass(frozen=True)
class Yearly:
    """Sum of weekly flows as a rate per year, in thousands of their unit unless `scale` says otherwise."""

    flows: tuple[str, ...]
    scale: float = THOUSAND

    def value(self, result: RunResult, weeks: slice) -> float:
        """The rate over the weeks."""
        flow = sum(result[name][weeks] for name in self.flows)
        return float(np.mean(flow)) * WEEKS_A_YEAR / self.scale


@dataclass(frozen=True)
class Ratio:
    """Sum of some series over the sum of others, so that a week with one load does not count like a busy one."""

    parts: tuple[str, ...]
    whole: tuple[str, ...]

    def value(self, result: RunResult, weeks: slice) -> float:
        """The share over the weeks; not a number if the whole is zero."""
        part = sum(float(result[name][weeks].sum()) for name in self.parts)
        whole = sum(float(result[name][weeks].sum()) for name in self.whole)
        return part / whole if whole > 0.0 else float("nan")


@dataclass(frozen=True)
class Income:
    """Mean income of the households that may grow coca, from all sources or one.

    Incomes are booked by calendar year, so a stretch takes the whole years whose middle (1 July) lies in it.
    """

    sources: tuple[str, ...] = INCOME_SOURCES

    def value(self, result: RunResult, weeks: slice) -> float:
        """USD a household and year; not a number if the middle of no whole year lies in the weeks."""
        chosen = _years_within(result, weeks)
        columns = [INCOME_SOURCES.index(source) for source in self.sources]
        incomes = result.snapshots.income_by_source[:, MAY_GROW][:, columns].sum(axis=1)
        return float(incomes[chosen].mean()) if chosen.any() else float("nan")


def _years_within(result: RunResult, weeks: slice) -> NDArray[np.bool_]:
    """Which snapshots (k,) close a whole year whose middle lies in the weeks."""
    years = Years.of(result.dates)
    whole = years.numbers[years.complete]
    closed = result.snapshots.dates.astype("datetime64[Y]")
    middle = (closed.astype("datetime64[M]") + _TO_MID_YEAR).astype("datetime64[D]")
    dates = result.dates[weeks]
    inside = (middle >= dates[0]) & (middle < dates[-1] + np.timedelta64(7, "D"))
    return np.asarray(inside & np.isin(closed.astype(np.int64) + 1970, whole))


@dataclass(frozen=True)
class Measure:
    """One outcome: `name` in files, `group` and `label` in tables, `unit`, and the `rule` that takes it.

    `digits`: decimals that matter to a reader. `phrase`: the label where it stands without its group.
    """

    name: str
    group: str
    label: str
    unit: str
    rule: Rule
    digits: int = 0
    phrase: str = ""

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        return self.phrase or self.label

    @property
    def share(self) -> bool:
        """Whether it is a part of a whole, whose differences are read in percentage points, not in per cent."""
        return self.unit == "share"


def _flows(stem: str, routes: Sequence[str] = ROUTES) -> tuple[str, ...]:
    return tuple(f"{stem}_{route}" for route in routes)


_EXPORTED, _SEIZED = _flows("hcl_exported"), _flows("hcl_seized")
_ROUTE_LABELS = {
    "air": "by air to Bolivia",
    "foot": "on foot to Callao",
    "road_callao": "by road to Callao",
    "road_puno": "by road to Puno",
    "river": "by river to Brazil",
}
_TONNES = KG_PER_TONNE


def _income(source: str, words: str) -> Measure:
    rule = Income((source,))
    return Measure(
        f"income_{source}", "Incomes", f"  from {words}", "USD/year", rule, 0, f"income from {words}"
    )


MEASURES: tuple[Measure, ...] = (
    Measure("coca_area", "Coca", "coca in the valley", "ha", Mean("coca_area_visible")),
    Measure("growers", "Coca", "households with coca", "households", Mean("growers")),
    Measure("eradicated", "Coca", "coca eradicated", "ha/year", Yearly(("eradicated",), 1.0)),
    Measure("rest_area", "Coca", "coca in the rest of Peru", "ha", Mean("rest_area")),
    Measure(
        "valley_share",
        "Coca",
        "valley's share of Peru's coca",
        "share",
        Ratio(("coca_area_visible",), ("national_area",)),
        1,
    ),
    Measure("leaf_price", "Prices", "price of leaf", "USD/kg", Mean("leaf_price"), 2),
    Measure("hcl_price", "Prices", "price of cocaine (HCl)", "USD/kg", Mean("hcl_price")),
    Measure(
        "unpicked_share",
        "Leaf and cocaine",
        "leaf left on the field",
        "share",
        Ratio(("leaf_unpicked",), ("leaf_grown",)),
        1,
    ),
    Measure("hcl_made", "Leaf and cocaine", "cocaine made", "t/year", Yearly(("hcl_made",), _TONNES)),
    Measure("hcl_exported", "Leaf and cocaine", "cocaine that left", "t/year", Yearly(_EXPORTED, _TONNES)),
    Measure("hcl_seized", "Leaf and cocaine", "cocaine seized", "t/year", Yearly(_SEIZED, _TONNES), 1),
    Measure(
        "seized_share",
        "Leaf and cocaine",
        "share seized",
        "share",
        Ratio(_SEIZED, (*_SEIZED, *_EXPORTED)),
        1,
    ),
    Measure(
        "callao_share",
        "Ways out",
        "to Callao in all",
        "share",
        Ratio(_flows("hcl_exported", CALLAO_ROUTES), _EXPORTED),
        1,
        "cocaine to Callao in all",
    ),
    *(
        Measure(
            f"share_{route}",
            "Ways out",
            _ROUTE_LABELS[route],
            "share",
            Ratio((f"hcl_exported_{route}",), _EXPORTED),
            1,
            f"cocaine {_ROUTE_LABELS[route]}",
        )
        for route in ROUTES
    ),
    Measure("growers_income", "Incomes", "growers' income", "USD/year", Income()),
    _income("coca", "coca"),
    _income("licit", "coffee and cacao"),
    _income("logging", "logging"),
    _income("off_farm", "other work"),
    Measure("leaf_tax", "Tax and fees", "tax on leaf", "thousand USD/year", Yearly(("leaf_tax",))),
    Measure(
        "transit_fees",
        "Tax and fees",
        "fees on passing cargo",
        "thousand USD/year",
        Yearly(("transit_fees",)),
    ),
    Measure("members", "Armed groups", "members", "persons", Mean("members"), 0, "members of armed groups"),
    Measure("armed", "Armed groups", "  of these, armed", "persons", Mean("armed"), 0, "armed members"),
    Measure(
        "groups", "Armed groups", "number of groups", "groups", Mean("groups"), 2, "number of armed groups"
    ),
    Measure("command_link", "Armed groups", "command link", "share", Mean("command_link"), 1),
    Measure(
        "group_income",
        "Armed groups",
        "income of groups",
        "thousand USD/year",
        Yearly(("group_income",)),
        0,
        "income of armed groups",
    ),
    Measure(
        "captured",
        "Armed groups",
        "captured",
        "persons/year",
        Yearly(("captured",), 1.0),
        1,
        "members captured",
    ),
    Measure(
        "killed_group",
        "Armed groups",
        "killed, of groups",
        "persons/year",
        Yearly(("killed_group",), 1.0),
        1,
        "members killed",
    ),
    Measure(
        "killed_state",
        "Armed groups",
        "killed, of the state",
        "persons/year",
        Yearly(("killed_state",), 1.0),
        1,
        "soldiers and police killed",
    ),
    Measure(
        "killed_civilians",
        "Armed groups",
        "killed, civilians",
        "persons/year",
        Yearly(("killed_civilians",), 1.0),
        1,
        "civilians killed",
    ),
)
"""Every outcome that comparisons measure. Growers' income is the mean of households that may grow coca."""

MEASURE_NAMES: tuple[str, ...] = tuple(measure.name for measure in MEASURES)


def measure(result: RunResult, stretches: Sequence[slice]) -> NDArray[np.float64]:
    """Every outcome over every stretch of weeks, (stretches, measures) float64."""
    return np.array([[each.rule.value(result, weeks) for each in MEASURES] for weeks in stretches])
