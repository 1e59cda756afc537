"""Populations as tables of named NumPy columns.

A table declares its columns once, as data (dtype, unit, range, meaning); the documentation tables come from
the same declaration. Columns are written in place: rebinding one is refused, because every process and every
view of a row shares the array.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Column(NamedTuple):
    """One column: `name`, `dtype`, `unit`, allowed `low` and `high`, plain `meaning`.

    `axis` names a leading axis (for example the age classes of coca) of a two-dimensional column; its array
    has shape (length of the axis, rows), so that one class of all rows is contiguous.
    """

    name: str
    dtype: str
    unit: str
    low: float
    high: float
    meaning: str
    axis: str | None = None


class TableSpec(NamedTuple):
    """A population: `name`, what one row is (`row`), and its `columns`."""

    name: str
    row: str
    columns: tuple[Column, ...]


class Table:
    """Columns of one population, as attributes; `count` rows of `allocated` are in use.

    Parameters
    ----------
    spec
        The declaration.
    count
        Rows in use at the start (all zero).
    capacity
        Rows allocated; `count` if not given. `grow` makes room for more.
    axes
        Length of each named leading axis.

    """

    __slots__ = ("__dict__",)

    def __init__(
        self, spec: TableSpec, count: int, capacity: int | None = None, axes: dict[str, int] | None = None
    ) -> None:
        rows = max(count, capacity or 0)
        state = self.__dict__
        state["spec"] = spec
        state["count"] = count
        state["allocated"] = rows
        for column in spec.columns:
            shape = (rows,) if column.axis is None else ((axes or {})[column.axis], rows)
            state[column.name] = np.zeros(shape, dtype=column.dtype)

    def __getattr__(self, name: str) -> Any:
        # only called for what is not in __dict__
        from difflib import get_close_matches

        known = [column.name for column in self.__dict__["spec"].columns] if "spec" in self.__dict__ else []
        hint = get_close_matches(name, known, n=1)
        also = f"; did you mean {hint[0]}?" if hint else ""
        raise AttributeError(f"table has no column {name!r}{also}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "count":
            self.__dict__["count"] = value
            return
        if value is self.__dict__.get(name):
            return  # what `table.column += change` ends with: the array has been changed in place
        table = self.__dict__["spec"].name
        raise AttributeError(
            f"{table}.{name} is a column shared by every process; write in place: {table}.{name}[rows] = value"
        )

    def __len__(self) -> int:
        return int(self.__dict__["count"])

    def columns(self) -> Iterator[tuple[Column, NDArray[Any]]]:
        """Each declaration with its array."""
        for column in self.spec.columns:
            yield column, self.__dict__[column.name]

    def rows_in_use(self, name: str) -> NDArray[Any]:
        """View of the rows in use of the column `name`."""
        array: NDArray[Any] = self.__dict__[name]
        return array[..., : self.count]

    def grow(self, needed: int) -> None:
        """Make room for `needed` rows, at least doubling; arrays are replaced, so views must be taken anew."""
        if needed <= self.allocated:
            return
        rows = max(needed, 2 * self.allocated)
        for column, array in list(self.columns()):
            larger = np.zeros((*array.shape[:-1], rows), dtype=column.dtype)
            larger[..., : self.count] = array[..., : self.count]
            larger.flags.writeable = array.flags.writeable
            self.__dict__[column.name] = larger
        self.__dict__["allocated"] = rows

    def copy(self) -> "Table":
        """An independent copy, to the bit."""
        twin = Table.__new__(Table)
        twin.__dict__.update(spec=self.spec, count=self.count, allocated=self.allocated)
        for column, array in self.columns():
            twin.__dict__[column.name] = array.copy()
        return twin

    def allow_writing(self, names: Sequence[str] | None) -> None:
        """Make only the columns `names` writable (all if None): the engine's debug mode."""
        for column, array in self.columns():
            array.flags.writeable = names is None or column.name in names

    def faults(self) -> list[str]:
        """One line for each column with a value outside its declared range, or not finite."""
        found = []
        for column, array in self.columns():
            used = array[..., : self.count]
            if not used.size:
                continue
            low, high = float(used.min()), float(used.max())
            if not (column.low <= low and high <= column.high):
                found.append(
                    f"{self.spec.name}.{column.name}: got {low:g} to {high:g} {column.unit}, "
                    f"expected {column.low:g} to {column.high:g}"
                )
        return found

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # arrays out of a pickle sit on borrowed memory and could not be guarded; copies own theirs
        arrays = {name: value.copy() for name, value in state.items() if isinstance(value, np.ndarray)}
        self.__dict__.update(state, **arrays)

    def __repr__(self) -> str:
        return f"<{self.spec.name}: {self.count} rows, {len(self.spec.columns)} columns>"
