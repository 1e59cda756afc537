"""Where worlds are moved: a few processes of their own, so that a class uses every core and the socket never waits.

A world stays in the process in which it was opened. The functions that run over there are plain and take a number for
the world; what they share (the place, the pasts) is made once in each process.
"""

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from vraem.experiment.local_processes import end_with_parent
from vraem.serve.live import LiveWorld
from vraem.serve.messages import Order
from vraem.serve.past import Pasts
from vraem.valley import load as load_valley

if TYPE_CHECKING:
    from vraem.scenario import Scenario

MOST_PROCESSES = 4

Result = TypeVar("Result")


class Opened(NamedTuple):
    """A new world as its visitor gets it: head of the tape, packed past."""

    head: dict[str, Any]
    block: bytes


class Moved(NamedTuple):
    """Weeks that a world has moved on, as a block, and whether it has reached its end."""

    block: bytes
    ended: bool


class _Bench:
    """One process and the number of worlds in it."""

    def __init__(self, scenario: "Scenario", seeds: int) -> None:
        self._make = lambda: ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_set_up,
            initargs=(scenario, seeds),
        )
        self.pool = self._make()
        self.worlds = 0

    async def do(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Run `work` over there. A process that has died is replaced, and the caller gets `WorldLost`."""
        pool = self.pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
        except BrokenProcessPool:
            if self.pool is pool:
                self.pool = self._make()
            raise WorldLost from None

    async def warm_up(self, seed: int) -> None:
        """Have the past of `seed` ready over there, unless the process ends meanwhile."""
        with contextlib.suppress(WorldLost):
            await self.do(_past, seed)


class WorldLost(Exception):
    """The process in which a world stood has died."""


class Place:
    """A visitor's place in the workshop: one world at a time, opened, moved, ordered and closed from here."""

    def __init__(self, bench: _Bench, number: int) -> None:
        self._bench, self._number = bench, number
        bench.worlds += 1

    async def open(self, seed: int, orders: int) -> Opened:
        """A new world with the past of `seed` in place of the one before."""
        return await self._bench.do(_open, self._number, seed, orders)

    async def move(self, weeks: int) -> Moved:
        """Move on by `weeks`, or to the end."""
        return await self._bench.do(_move, self._number, weeks)

    async def order(self, message: Order) -> list[dict[str, Any]]:
        """Follow an order; the scenario's dated orders as they now stand. Raises `Refused`."""
        return await self._bench.do(_order, self._number, message)

    async def close(self) -> None:
        """Give the world up."""
        self._bench.worlds -= 1
        await self._bench.do(_close, self._number)


class Workshop:
    """All processes; a new visitor goes where the fewest worlds are."""

    def __init__(self, scenario: "Scenario", seeds: int, processes: int | None = None) -> None:
        count = processes or min(os.cpu_count() or 1, MOST_PROCESSES)
        self._benches = [_Bench(scenario, seeds) for _ in range(count)]
        self._numbers = itertools.count()

    async def warm_up(self, seed: int) -> None:
        """Have the past of `seed` ready everywhere: the first visitor should not wait for eleven years.

        Where a process ends meanwhile, as when all are told to stop, the past is made once it is asked for.
        """
        await asyncio.gather(*(bench.warm_up(seed) for bench in self._benches))

    def place(self) -> Place:
        """A place for one more visitor."""
        return Place(min(self._benches, key=lambda bench: bench.worlds), next(self._numbers))

    async def close(self) -> None:
        """Stop all processes, each after the week that it is in."""
        pools = [bench.pool for bench in self._benches]
        stopping = (asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True) for pool in pools)
        await asyncio.gather(*stopping)


# What follows runs in the processes.

_pasts: Pasts | None = None
_worlds: dict[int, LiveWorld] = {}


def _set_up(scenario: "Scenario", seeds: int) -> None:
    global _pasts
    for each in (signal.SIGINT, signal.SIGTERM):  # these are for the server, which stops its processes
        signal.signal(each, signal.SIG_IGN)
    end_with_parent()
    _pasts = Pasts(scenario, load_valley(), seeds)


def _past(seed: int) -> None:
    assert _pasts is not None
    _pasts.of(seed)


def _open(number: int, seed: int, orders: int) -> Opened:
    assert _pasts is not None
    past = _pasts.of(seed)
    _worlds[number] = LiveWorld(past, orders)
    return Opened(past.head, past.block)


def _move(number: int, weeks: int) -> Moved:
    world = _worlds[number]
    return Moved(world.advance(weeks), world.ended)


def _order(number: int, message: Order) -> list[dict[str, Any]]:
    world = _worlds[number]
    world.order(message)
    return world.dated()


def _close(number: int) -> None:
    _worlds.pop(number, None)
