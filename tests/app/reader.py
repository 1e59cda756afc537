"""Reads blocks of a tape in Python, as the player's bytes.js and tape.js do: the twin against which both are held."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vraem.tape.schema import KEYFRAMES, SERIES, TABLES

Tables = dict[str, list[dict[str, NDArray[Any]]]]


class ReadTape:
    """What blocks hold: `series` by name, `tables` by name and week, `keyframes` by name as (week, fields)."""

    def __init__(self, blocks: list[bytes], sizes: dict[str, int]) -> None:
        self.weeks = 0
        self.series: dict[str, NDArray[np.float32]] = {name: np.zeros(0, "<f4") for name in SERIES}
        self.tables: Tables = {name: [] for name in TABLES}
        self.keyframes: dict[str, list[tuple[int, dict[str, NDArray[Any]]]]] = {
            name: [] for name in KEYFRAMES
        }
        for block in blocks:
            self._read(block, sizes)

    def _read(self, block: bytes, sizes: dict[str, int]) -> None:
        at = 0

        def take(kind: str, count: int) -> NDArray[Any]:
            nonlocal at
            array = np.frombuffer(block, "<" + kind, count, at)
            at += -(-array.nbytes // 4) * 4
            return array

        first, weeks = take("u4", 2).tolist()
        assert first == self.weeks
        self.weeks += weeks
        for name in SERIES:
            self.series[name] = np.concatenate([self.series[name], take("f4", weeks)])
        for name, fields in TABLES.items():
            counts = take("u4", weeks)
            ends = counts.cumsum()
            found = {f.name: take(f.kind, int(ends[-1])) * f.scale for f in fields} if ends[-1] else {}
            for start, end in zip(ends - counts, ends, strict=True):
                self.tables[name].append({f.name: found.get(f.name, np.zeros(0))[start:end] for f in fields})
        for name, keys in KEYFRAMES.items():
            count = int(take("u4", 1)[0])
            at_weeks = take("u4", count).tolist()
            size = sizes[keys.of]
            changes = {f.name: take(f.kind, count * size).reshape(count, size) for f in keys.fields if count}
            for index, week in enumerate(at_weeks):
                before = self.keyframes[name][-1][1] if self.keyframes[name] else {}
                now = {
                    f: change[index] + before.get(f, np.zeros(size, change.dtype))
                    for f, change in changes.items()
                }
                self.keyframes[name].append((week, now))
        assert at == len(block)

    def value(self, name: str, field: str, frame: int) -> NDArray[np.float64]:
        """A field of a keyframe in its own unit."""
        scale = next(f.scale for f in KEYFRAMES[name].fields if f.name == field)
        return np.asarray(self.keyframes[name][frame][1][field] * scale)
