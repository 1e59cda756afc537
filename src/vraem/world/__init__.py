"""State: columns of every population, the clock, random streams, inputs, and the start of a world."""

from vraem.world.clock import Clock
from vraem.world.columns import Column, Table, TableSpec
from vraem.world.declarations import TABLES
from vraem.world.state import BurnIn, Flows, Market, World
from vraem.world.streams import STREAMS, Streams

__all__ = [
    "STREAMS",
    "TABLES",
    "BurnIn",
    "Clock",
    "Column",
    "Flows",
    "Market",
    "Streams",
    "Table",
    "TableSpec",
    "World",
]
