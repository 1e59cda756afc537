"""The past that live worlds share: simulated once for each seed, on tape, with a checkpoint to go on from."""

import copy
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from vraem import engine
from vraem.tape import TapeRecorder, header

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.valley import Valley
    from vraem.world import World

LIVE_FROM = date(2023, 1, 2)
"""The visitor takes over here: history has been played, no campaign has begun."""
_QUICK = 6
"""Level of compression: made once for each seed, sent to every visitor."""


@dataclass(frozen=True)
class Past:
    """History on tape up to the live time: head, packed block, world and recorder as they stand then."""

    head: dict[str, Any]
    block: bytes
    world: "World"
    recorder: TapeRecorder


class Pasts:
    """Pasts by seed, the last few used."""

    def __init__(self, scenario: "Scenario", valley: "Valley", kept: int) -> None:
        self._scenario, self._valley, self._kept = scenario, valley, kept
        self._known: OrderedDict[int, Past] = OrderedDict()

    def of(self, seed: int) -> Past:
        """The past of `seed`, simulated if it is not known."""
        past = self._known.pop(seed, None) or self._simulated(seed)
        self._known[seed] = past
        while len(self._known) > self._kept:
            self._known.popitem(last=False)
        return past

    def _simulated(self, seed: int) -> Past:
        world = engine.new_world(self._scenario, seed, self._valley)
        head = header(world)
        recorder = TapeRecorder(world)
        until = min(world.clock.week_of(LIVE_FROM), world.clock.weeks - 1)
        while world.week < until:
            engine.advance(world)
            recorder.record(world)
            engine.close_week(world)
        return Past(head, zlib.compress(recorder.take(), _QUICK), world, recorder)


def recorder_of(past: Past) -> TapeRecorder:
    """A recorder that goes on from a past."""
    return copy.deepcopy(past.recorder)
