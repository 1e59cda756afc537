"""Agents as views of rows: the machinery under `Grower`, `Protector`, `Trafficker`, `SecurityUnit` and any other class.

A new agent class is a declaration. It names its table; every column becomes an attribute that reads and writes
the array, `fixed` lists the columns that only a method may change and which one, `derived` the attributes that
follow from others, and `act` makes a function over many rows a method of one agent. See `vraem.agents`.
"""

import functools
import gc
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar, cast

import mesa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.valley import COLS, ROWS
from vraem.world import TABLES, Column, World

if TYPE_CHECKING:
    from vraem.model import Model

Rows = NDArray[np.int64]
Answer = TypeVar("Answer")
SPECS = {spec.name: spec for spec in TABLES}
IDS_A_CLASS = 10_000_000
"""Numbers set aside for each agent class, so that an agent's `unique_id` follows from its row."""
_NEAR_MISS = 0.8


class Derived(NamedTuple):
    """An attribute that follows from columns: `read(world, rows)` gives one value a row; `unit`; `meaning`."""

    read: Callable[[World, Rows], Any]
    unit: str
    meaning: str


class Attribute(NamedTuple):
    """What `RowAgent.attributes` tells of one attribute."""

    name: str
    unit: str
    writable: bool
    meaning: str


def act(function: Callable[..., NDArray[Any]], returns: Callable[[Any], Answer]) -> Callable[..., Answer]:
    """Make a method of one agent from `function(model, rows, …)`, which acts on many rows at once.

    An agent set calls the function itself, once, for all its rows (``growers.do("eradicate")``). `returns` is the kind
    of what one agent's method gives back: `float`, `int` or `bool`.
    """

    def method(self: "RowAgent", *args: Any, **kwargs: Any) -> Answer:
        return returns(function(self.model, np.array([self.row]), *args, **kwargs)[0])

    signature = inspect.signature(function)
    own = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    rest = list(signature.parameters.values())[2:]
    functools.update_wrapper(method, function, updated=())
    del method.__wrapped__  # type: ignore[attr-defined]
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=own + rest, return_annotation=returns
    )
    method.on_rows = function  # type: ignore[attr-defined]
    return method


class RowAgent(mesa.Agent):
    """A Mesa agent that is a view of one row of a table: no state of its own, nothing to step.

    Subclasses give the keyword `table`, and `place`, the column with the agent's community.
    """

    __slots__ = ("model", "row", "unique_id")

    table: ClassVar[str]
    place: ClassVar[str]
    columns: ClassVar[Mapping[str, Column]]
    """The table's columns that are attributes: all but those whose name Mesa gives another sense."""
    fixed: ClassVar[Mapping[str, str]] = {}
    """Columns that cannot be assigned to, and what to do instead."""
    derived: ClassVar[Mapping[str, Derived]] = {}

    def __init_subclass__(cls, table: str | None = None, place: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            raise TypeError(
                f"{cls.__name__}: agents are views of rows, made when asked for, and no __init__ is called; "
                "give attributes of your own a value in the class"
            )
        if table is None:
            return
        cls.table, cls.place = table, place or ""
        cls.columns = {c.name: c for c in SPECS[table].columns if not hasattr(RowAgent, c.name)}
        for column in cls.columns.values():
            setattr(cls, column.name, _column_property(table, column, cls.fixed.get(column.name)))
        for name, rule in cls.derived.items():
            setattr(cls, name, _derived_property(name, rule))

    def __init__(self, model: "Model", *args: Any, **kwargs: Any) -> None:
        kind = type(self).__name__
        raise TypeError(f"a {kind} is a row of the model's table: take one from model.agents_by_type[{kind}]")

    def remove(self) -> None:
        """Refuse: rows are never taken out, so that a person's random draws stay the person's."""
        raise TypeError(
            f"a {type(self).__name__} cannot be removed; change its attributes or use its methods"
        )

    @classmethod
    def attributes(cls) -> tuple[Attribute, ...]:
        """Every attribute with its unit and meaning: the columns, then what is derived."""
        columns = cls.columns.values()
        own = (Attribute(c.name, c.unit, c.name not in cls.fixed, c.meaning) for c in columns)
        more = (Attribute(name, rule.unit, False, rule.meaning) for name, rule in cls.derived.items())
        return (*own, *more)

    @classmethod
    def present(cls, world: World) -> Rows:
        """The rows that are agents now: all in use. A class whose agents come and go says which."""
        return np.arange(len(getattr(world, cls.table)))

    @classmethod
    def communities(cls, world: World, rows: Rows) -> Rows:
        """Communities in which the agents of `rows` live."""
        found: Rows = getattr(world, cls.table).__dict__[cls.place][rows]
        return found

    @classmethod
    def cells(cls, world: World, rows: Rows) -> Rows:
        """Flat cells of the valley's grid in which the agents of `rows` live."""
        return world.valley.communities.cell[cls.communities(world, rows)].astype(np.int64)

    @property
    def pos(self) -> tuple[int, int]:
        """Cell of the grid as Mesa counts: x from the west, y from the south."""
        return coordinate(int(self.cells(self.model.world, np.array([self.row]))[0]))

    @property
    def cell(self) -> Any:
        """The cell of `model.grid` in which the agent lives."""
        return self.model.grid[self.pos]

    def __setattr__(self, name: str, value: Any) -> None:
        found = getattr(type(self), name, None)
        if not hasattr(found, "__set__"):  # a label of the user's own is welcome, a misspelt column is not
            if found is None and (meant := near_miss(type(self), name)):
                raise AttributeError(
                    f"{type(self).__name__} has no attribute {name!r}; did you mean {meant!r}?"
                )
            self.model.population(type(self)).labelled.add(self.row)
        object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (self.model, type(self), self.row, self.unique_id), dict(self.__dict__)

    def __setstate__(self, labels: dict[str, Any]) -> None:
        self.__dict__.update(labels)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


def coordinate(cell: int) -> tuple[int, int]:
    """Mesa's (x, y) of a flat cell: column, and row counted from the south."""
    return cell % COLS, ROWS - 1 - cell // COLS


def near_miss(kind: type[RowAgent], name: str) -> str | None:
    """The attribute that `name` seems to be a slip for."""
    return _near_miss(name, (*kind.columns, *kind.derived))


@functools.cache
def _near_miss(name: str, known: tuple[str, ...]) -> str | None:
    return next(iter(get_close_matches(name, known, 1, _NEAR_MISS)), None)


def _column_property(table: str, column: Column, instead: str | None) -> property:
    name = column.name

    def read(self: RowAgent) -> Any:
        return getattr(getattr(self.model.world, table), name).item(self.row)

    def read_vector(self: RowAgent) -> NDArray[Any]:
        values: NDArray[Any] = getattr(getattr(self.model.world, table), name)[:, self.row]
        values.flags.writeable = instead is None and values.flags.writeable
        return values

    def write(self: RowAgent, value: Any) -> None:
        write_column(self.model.world, type(self), column, self.row, value)

    return property(
        read if column.axis is None else read_vector, write, doc=f"{column.meaning}, {column.unit}"
    )


def _derived_property(name: str, rule: Derived) -> property:
    def read(self: RowAgent) -> Any:
        value = rule.read(self.model.world, np.array([self.row]))[0]
        return value.item() if isinstance(value, np.generic) else value

    def write(self: RowAgent, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} follows from other attributes: it is read-only")

    return property(read, write, doc=f"{rule.meaning}, {rule.unit}")


def write_column(
    world: World, kind: type[RowAgent], column: Column, rows: int | Rows, value: ArrayLike
) -> None:
    """Write `value` in `rows` of a column: one number, or one a row; a vector for a column with an axis.

    Raises `AttributeError` for a column that only methods may change, `TypeError` for what is no number and
    `ValueError` outside the declared range.
    """
    label = f"{kind.__name__}.{column.name}"
    if column.name in kind.fixed:
        raise AttributeError(f"{label} is read-only: {kind.fixed[column.name]}")
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "biuf":
        raise TypeError(f"{label}: got {value!r}, expected a number in {column.unit}")
    target: NDArray[Any] = getattr(world, kind.table).__dict__[column.name]
    inside = (numbers >= column.low) & (numbers <= column.high)
    whole = target.dtype.kind == "f" or numbers.dtype.kind != "f" or bool((numbers % 1 == 0).all())
    if not (inside.all() and whole):
        wrong = numbers if numbers.ndim == 0 else numbers[~inside][:1]
        kinds = "" if target.dtype.kind == "f" else "a whole number "
        raise ValueError(
            f"{label}: got {wrong}, expected {kinds}{column.low:g} to {column.high:g} {column.unit}"
        )
    spread = column.axis is not None and numbers.ndim == 1 and not isinstance(rows, int)
    target[..., rows] = numbers[:, None] if spread else numbers


class Population:
    """The agents of one class in one model, made when somebody first asks for them."""

    def __init__(self, model: "Model", kind: type[RowAgent], number: int) -> None:
        self.model, self.kind = model, kind
        self.labelled: set[int] = set()
        """Rows whose agents bear attributes of the user's own."""
        self._first_id = number * IDS_A_CLASS + 1
        self._agents: list[RowAgent] = []

    def agents(self) -> list[RowAgent]:
        """The agents of all rows, by row."""
        have, needed = len(self._agents), len(getattr(self.model.world, self.kind.table))
        if have < needed:
            revived = self.model.__dict__.get("_revived", {})
            make = functools.partial(_make, self.model, self.kind)
            with no_collection():
                self._agents += [make(row, self._first_id + row) for row in range(have, needed)]
            for (kind, row), agent in revived.items():
                if kind is self.kind and row >= have:
                    self._agents[row] = agent
        return self._agents

    def rows(self) -> Rows:
        """The rows that are agents now."""
        return self.kind.present(self.model.world)

    def labels(self) -> dict[int, dict[str, Any]]:
        """The user's own attributes by row."""
        return {row: dict(self._agents[row].__dict__) for row in sorted(self.labelled)}

    def label(self, labels: Mapping[int, dict[str, Any]]) -> None:
        """Give the agents back what `labels` told."""
        agents = self.agents() if labels else []
        for row, own in labels.items():
            agents[row].__dict__.update(own)
        self.labelled |= set(labels)


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the collector of garbage from going through all agents again and again while many are made."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_set_model, _set_row, _set_id = (
    cast(Any, RowAgent.__dict__[name]).__set__ for name in ("model", "row", "unique_id")
)


def _make(model: "Model", kind: type[RowAgent], row: int, unique_id: int) -> RowAgent:
    agent = kind.__new__(kind)
    _set_model(agent, model)
    _set_row(agent, row)
    _set_id(agent, unique_id)
    return agent


def _revive(model: "Model", kind: type[RowAgent], row: int, unique_id: int) -> RowAgent:
    """An agent out of a pickle. Its model may still be on its way, so it waits there to take its place."""
    if populations := model.__dict__.get("_populations"):
        return cast(RowAgent, populations[kind].agents()[row])
    waiting: dict[tuple[type[RowAgent], int], RowAgent] = model.__dict__.setdefault("_revived", {})
    if (kind, row) not in waiting:
        waiting[kind, row] = _make(model, kind, row, unique_id)
    return waiting[kind, row]
