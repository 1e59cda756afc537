"""The core's random streams, with the power to move single draws off a threshold.

The core keeps households in single precision, the twins count in double precision. A draw that lies within
rounding of the threshold it is held against may therefore decide differently in the two, which says nothing
about the rules. The twin, which goes first, moves such a draw off the threshold for both.
"""

import math
from collections import defaultdict
from typing import TypeVar

from numpy.typing import NDArray

from vraem.world import Streams

CHOICE_MARGIN = 1e-4
"""Distance from a threshold below which the draw of a choice is moved; single precision errs by some 1e-6."""
LOAD_MARGIN = 1e-3
"""The same for the rounding of a number of loads, which may be dozens and carry the error of their sum."""

Draws = TypeVar("Draws", bound=NDArray)


class MovableStreams(Streams):
    """The streams of one seed; `moved` holds the draws put in place of their own, {(stream, week): {row: draw}}."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.moved: defaultdict[tuple[str, int], dict[int, float]] = defaultdict(dict)
        self.asked = 0

    def uniform(self, stream: str, week: int, start: int, stop: int) -> NDArray:
        return self._with_moved(super().uniform(stream, week, start, stop), stream, week, start)

    def uniform_double(self, stream: str, week: int, start: int, stop: int) -> NDArray:
        return self._with_moved(super().uniform_double(stream, week, start, stop), stream, week, start)

    def _with_moved(self, draws: Draws, stream: str, week: int, start: int) -> Draws:
        for row, value in self.moved.get((stream, week), {}).items():
            if start <= row < start + len(draws):
                draws[row - start] = value
        return draws


def clear_draw(
    streams: Streams, address: tuple[str, int, int], draw: float, thresholds: list[float], margin: float
) -> float:
    """The draw of `address` (stream, week, row), moved for the core as well if it lies too near a threshold."""
    if not isinstance(streams, MovableStreams):
        return draw
    streams.asked += 1
    clear = draw
    while any(math.fabs(clear - threshold) < margin for threshold in thresholds):
        clear = (clear + 2.1 * margin) % 1.0
    if clear != draw:
        stream, week, row = address
        streams.moved[stream, week][row] = clear
    return clear
