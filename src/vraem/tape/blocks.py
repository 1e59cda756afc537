"""Some weeks of a tape as bytes: what is recorded in between is written as one block, columns first.

Layout, little-endian, every array on a multiple of four bytes: first week and number of weeks (u4, u4); the series
(series x weeks, f4); each table in the order of the schema: rows of each week (u4), then each field; each set of
keyframes: how many (u4), their weeks (u4), then each field (keyframes x rows) as the difference to the one before.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vraem.tape.schema import KEYFRAMES, SERIES, TABLES

Arrays = Mapping[str, NDArray[Any]]

_ALIGN = 4
_KEPT_BITS = np.uint32(0xFFFF_F000)
"""Bits kept of a number in single precision: 11 of the fraction, better than a twentieth of a percent."""
_ENDS: dict[str, tuple[float, float]] = {
    kind: (int(np.iinfo(kind).min), int(np.iinfo(kind).max)) for kind in ("u1", "u2", "u4", "i2")
}
_ENDS["f4"] = (-np.inf, np.inf)


def _as_column(values: Iterable[float]) -> NDArray[np.float64]:
    return np.array(list(values), np.float64)[:, None]


_SCALES = {name: _as_column(field.scale for field in fields) for name, fields in TABLES.items()}
_LOWS = {name: _as_column(_ENDS[field.kind][0] for field in fields) for name, fields in TABLES.items()}
_HIGHS = {name: _as_column(_ENDS[field.kind][1] for field in fields) for name, fields in TABLES.items()}


class BlockWriter:
    """Gathers weeks and gives them as one block; remembers the last keyframe of each set."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._last: dict[str, dict[str, NDArray[Any]]] = {
            name: {field.name: np.zeros(sizes[keys.of], field.dtype) for field in keys.fields}
            for name, keys in KEYFRAMES.items()
        }
        self._clear()

    def _clear(self) -> None:
        self.weeks = 0
        self._first = 0
        self._series: list[Sequence[float]] = []
        self._rows: dict[str, list[Arrays | None]] = {name: [] for name in TABLES}
        self._keys: dict[str, list[tuple[int, Arrays]]] = {name: [] for name in KEYFRAMES}

    def add_week(
        self,
        week: int,
        series: Sequence[float],
        tables: Mapping[str, Arrays],
        keyframes: Mapping[str, Arrays],
    ) -> None:
        """Add the week `week`: one number for each of `SERIES`, rows of tables, keyframes that are due.

        Tables left out have no rows. Arrays are kept as they are until `take`: they must be copies.
        """
        if not self.weeks:
            self._first = week
        self.weeks += 1
        self._series.append(series)
        for name, weeks in self._rows.items():
            rows = tables.get(name)
            weeks.append(rows if rows is not None and len(rows[TABLES[name][0].name]) else None)
        for name, values in keyframes.items():
            self._keys[name].append((week, values))

    def take(self) -> bytes:
        """The weeks added since the last call, as one block; whole numbers are scaled, rounded and held in range."""
        parts: list[bytes] = [np.array([self._first, self.weeks], "<u4").tobytes()]
        series = np.array(self._series, "<f4").reshape(self.weeks, len(SERIES))
        # by series, so that what is alike lies together when it is compressed
        parts.append(_bytes(_rounded(series.T)))
        for name in TABLES:
            parts += self._table(name)
        for name in KEYFRAMES:
            parts += self._keyframes(name)
        self._clear()
        return b"".join(parts)

    def _table(self, name: str) -> list[bytes]:
        fields, weeks = TABLES[name], self._rows[name]
        first = fields[0].name
        parts = [np.array([0 if rows is None else len(rows[first]) for rows in weeks], "<u4").tobytes()]
        filled = [rows for rows in weeks if rows is not None]
        if not filled:
            return parts  # fields without rows take no bytes
        # all fields of a table at once: a live frame has few rows and many fields
        table = np.array([_joined(filled, field.name) for field in fields])
        whole = np.rint(table / _SCALES[name])
        np.clip(whole, _LOWS[name], _HIGHS[name], out=whole)
        for row, field in enumerate(fields):
            kept = _rounded(table[row]) if field.kind == "f4" else whole[row].astype(field.dtype)
            parts.append(_bytes(kept))
        return parts

    def _keyframes(self, name: str) -> list[bytes]:
        keys = self._keys[name]
        parts = [np.array([len(keys), *(week for week, _ in keys)], "<u4").tobytes()]
        for field in KEYFRAMES[name].fields if keys else ():
            values = quantised(np.stack([frame[field.name] for _, frame in keys]), field.kind, field.scale)
            before = np.concatenate([self._last[name][field.name][None], values[:-1]])
            parts.append(_bytes(values - before))
            self._last[name][field.name] = values[-1]
        return parts


def quantised(values: NDArray[Any], kind: str, scale: float) -> NDArray[Any]:
    """`values` in steps of `scale` as the type `kind`; what is out of range takes the nearest end.

    Single precision is kept as it is, less its last bits.
    """
    if kind == "f4":
        return _rounded(np.asarray(values, "<f4"))
    low, high = _ENDS[kind]
    whole = scale == 1.0 and values.dtype.kind != "f"
    steps = values.astype(np.int64) if whole else np.rint(np.multiply(values, 1.0 / scale, dtype=np.float64))
    return np.minimum(np.maximum(steps, low), high).astype("<" + kind)


def _joined(weeks: Sequence[Arrays], name: str) -> NDArray[np.float64]:
    """A field of several weeks as one array of numbers."""
    if len(weeks) == 1:
        return weeks[0][name].astype(np.float64)
    return np.concatenate([rows[name] for rows in weeks]).astype(np.float64)


def _rounded(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Single precision with the last bits of the fraction set to zero, which compresses well."""
    bits = np.ascontiguousarray(values, "<f4").view("<u4") & _KEPT_BITS
    return bits.view("<f4")


def _bytes(array: NDArray[Any]) -> bytes:
    data = array.tobytes()
    return data + b"\0" * (-len(data) % _ALIGN)
