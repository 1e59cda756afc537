"""Who controls what, and where columns and units of the state are: a picture at the end of each year."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.world.organisation_tables import LIVING, NO_ROW

if TYPE_CHECKING:
    from vraem.world import World


LEAST_SHARE = 0.01
"""Share of control below which nobody is said to hold a community."""


@dataclass(frozen=True)
class Territory:
    """Pictures at the ends of years, first axis the picture, in the order of the yearly snapshots' dates.

    `weeks` (k,) int32, the week after which each was taken. `group` (k, C) int16, the group with the largest
    share of control of each community, −1 below 1 %; `share` (k, C) float16, its share; `control` (k, C) float16, all
    groups' shares. `column_group`, `column_seat` (k, columns) int16 and `column_armed` (k, columns) float32 of living
    columns, −1 and 0 else; `unit_community` (k, units) int16, −1 where a unit is not there; `unit_kind`, `unit_force`
    (units,) int8.
    """

    weeks: NDArray[np.int32]
    group: NDArray[np.int16]
    share: NDArray[np.float16]
    control: NDArray[np.float16]
    column_group: NDArray[np.int16]
    column_seat: NDArray[np.int16]
    column_armed: NDArray[np.float32]
    unit_community: NDArray[np.int16]
    unit_kind: NDArray[np.int8]
    unit_force: NDArray[np.int8]


class TerritoryBook:
    """Collects the pictures of one run; they are never changed, so that copies share them."""

    def __init__(self) -> None:
        self._pictures: list[dict[str, NDArray[Any]]] = []

    def copy(self, kept: int) -> "TerritoryBook":
        """A book with the first `kept` pictures."""
        twin = TerritoryBook()
        twin._pictures = self._pictures[:kept]
        return twin

    def note(self, world: "World") -> None:
        """Take the picture of now."""
        columns, units = world.columns, world.units
        n, u = columns.count, units.count
        living = columns.status[:n] == LIVING
        group, share, control = _control(world, np.flatnonzero(living))
        away = (units.until[:u] != NO_ROW) & (units.until[:u] < world.week)
        self._pictures.append(
            {
                "week": np.array(world.week, dtype=np.int32),
                "group": group,
                "share": share,
                "control": control,
                "column_group": np.where(living, columns.group[:n], NO_ROW).astype(np.int16),
                "column_seat": np.where(living, columns.seat[:n], NO_ROW).astype(np.int16),
                "column_armed": np.where(living, columns.armed[:n], 0.0).astype(np.float32),
                "unit_community": np.where(away, NO_ROW, units.community[:u]).astype(np.int16),
                "unit_kind": units.kind[:u].copy(),
                "unit_force": units.force[:u].copy(),
            }
        )

    def result(self) -> Territory:
        """All pictures so far."""
        last = self._pictures[-1] if self._pictures else {}
        kinds = ("unit_kind", "unit_force")
        return Territory(
            weeks=np.array([int(picture["week"]) for picture in self._pictures], dtype=np.int32),
            group=self._stacked("group", np.int16, NO_ROW),
            share=self._stacked("share", np.float16, 0),
            control=self._stacked("control", np.float16, 0),
            column_group=self._stacked("column_group", np.int16, NO_ROW),
            column_seat=self._stacked("column_seat", np.int16, NO_ROW),
            column_armed=self._stacked("column_armed", np.float32, 0),
            unit_community=self._stacked("unit_community", np.int16, NO_ROW),
            **{name: np.asarray(last.get(name, np.zeros(0)), dtype=np.int8) for name in kinds},
        )

    def _stacked(self, name: str, kind: type, missing: int) -> NDArray[Any]:
        """One field of all pictures (pictures, rows), filled up with `missing` where rows came later."""
        rows = max((len(picture[name]) for picture in self._pictures), default=0)
        whole: NDArray[Any] = np.full((len(self._pictures), rows), missing, dtype=kind)
        for place, picture in enumerate(self._pictures):
            whole[place, : len(picture[name])] = picture[name]
        return whole


def _control(
    world: "World", columns: NDArray[np.int64]
) -> tuple[NDArray[np.int16], NDArray[np.float16], NDArray[np.float16]]:
    """Of each community the group with the largest share, its share, and the shares of all (C,)."""
    places = len(world.communities)
    groups = np.unique(world.columns.group[columns])
    if not len(groups):
        empty = np.zeros(places, np.float16)
        return np.full(places, NO_ROW, np.int16), empty, empty
    of = world.columns.group[columns]
    shares = np.stack([world.columns.control[:, columns[of == group]].sum(axis=1) for group in groups])
    largest = shares.argmax(axis=0)
    top = shares[largest, np.arange(places)]
    group = np.where(top >= LEAST_SHARE, groups[largest], NO_ROW).astype(np.int16)
    return group, top.astype(np.float16), shares.sum(axis=0).astype(np.float16)
