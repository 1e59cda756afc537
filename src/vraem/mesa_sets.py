"""Agent sets over rows: all that Mesa's `AgentSet` does, with columns read and written at once."""

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from mesa.agent import AgentSet
from numpy.typing import ArrayLike, NDArray

try:  # Mesa holds the agents of a model in a set of its own kind since 3.5
    from mesa.agentset import _HardKeyAgentSet as ModelSet
except ImportError:
    from mesa.agent import AgentSet as ModelSet

from vraem.mesa_rows import Population, RowAgent, Rows, write_column

Act = str | Callable[..., Any]


class RowSet(AgentSet):
    """Agents of one class, in order: rows of a table. Agents are made only when one is asked for.

    `get`, `set`, `agg`, `groupby`, `select` and `do` work as in Mesa; they use whole columns where they can.
    `array` gives a column as NumPy.
    """

    def __init__(self, population: Population, rows: Rows, random: Random) -> None:
        self.population, self.random = population, random
        self._rows = rows

    @property
    def rows(self) -> Rows:
        """Rows of the table, in the order of the set (copy)."""
        return self._rows.copy()

    def array(self, name: str) -> NDArray[Any]:
        """One attribute of all agents, (n,), or (axis, n) of a column with an axis (a copy).

        Raises `AttributeError` on an unknown name.
        """
        kind, world = self.population.kind, self.population.model.world
        if name in kind.derived:
            return np.asarray(kind.derived[name].read(world, self._rows))
        if name in kind.columns:
            column: NDArray[Any] = getattr(world, kind.table).__dict__[name]
            return column[..., self._rows]
        return np.array([getattr(agent, name) for agent in self])

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """Values of one attribute, or of each of a list of them, agent by agent; see Mesa."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing: got {handle_missing!r}, expected 'error' or 'default'")
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*columns, strict=True)]
        kind = self.population.kind
        if attr_names in kind.columns or attr_names in kind.derived:
            values = self.array(attr_names)
            return values.tolist() if values.ndim == 1 else list(values.T)
        if handle_missing == "error":
            return [getattr(agent, attr_names) for agent in self]
        return [getattr(agent, attr_names, default_value) for agent in self]

    def set(self, attr_name: str, value: ArrayLike) -> "RowSet":
        """Write an attribute of all agents: one value for all, or an array with one for each."""
        kind = self.population.kind
        column = kind.columns.get(attr_name)
        if column is not None:
            write_column(self.population.model.world, kind, column, self._rows, value)
            return self
        values = np.asarray(value)
        each = values.tolist() if values.shape == (len(self),) else [value] * len(self)
        for agent, own in zip(self, each, strict=True):
            setattr(agent, attr_name, own)
        return self

    def select(
        self,
        filter_func: Callable[[Any], bool] | ArrayLike | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> "RowSet":
        """The agents for which `filter_func` holds; it may be a mask (n,), which is a hundred times faster.

        ``growers.select(growers.array("coca_area") > 1.0)``; a mask may be anything that NumPy takes for one (a list,
        a pandas series). `at_most` is a number, or a share if a float ≤ 1. Raises `ValueError` for a mask of another
        shape or kind, and for a number below 0.
        """
        if not at_most >= 0.0:
            raise ValueError(f"at_most: got {at_most}, expected 0 or more")
        rows = self._rows
        if agent_type is not None and not issubclass(self.population.kind, agent_type):
            rows = rows[:0]
        elif filter_func is not None and not callable(filter_func):
            mask = np.asarray(filter_func)
            if mask.shape != rows.shape or mask.dtype != bool:
                raise ValueError(
                    f"mask: got shape {mask.shape} of {mask.dtype}, expected shape {rows.shape} of yes and no"
                )
            rows = rows[mask]
        elif filter_func is not None:
            rows = rows[np.fromiter((bool(filter_func(agent)) for agent in self), bool, len(rows))]
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        if at_most < len(rows):
            rows = rows[: int(at_most)]
        return self._ordered(rows, inplace)

    def shuffle(self, inplace: bool = False) -> "RowSet":
        """The same agents in a random order, drawn from `model.random`: no draw of the run shifts."""
        rows = self._rows.tolist()
        self.random.shuffle(rows)
        return self._ordered(np.array(rows, dtype=np.int64), inplace)

    def sort(self, key: Act, ascending: bool = False, inplace: bool = False) -> "RowSet":
        """The same agents by an attribute or by what `key` gives, the largest first unless `ascending`."""
        values = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
        order = sorted(range(len(self)), key=values.__getitem__, reverse=not ascending)
        return self._ordered(self._rows[order], inplace)

    def do(self, method: Act, *args: Any, **kwargs: Any) -> "RowSet":
        """Call a method of every agent, or a function on every agent."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Act, *args: Any, **kwargs: Any) -> "RowSet":
        """The same in a random order."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    def map(self, method: Act, *args: Any, **kwargs: Any) -> list[Any]:
        """What `do` calls gives back, agent by agent."""
        if not isinstance(method, str):
            return [method(agent, *args, **kwargs) for agent in self]
        on_rows = getattr(getattr(self.population.kind, method, None), "on_rows", None)
        if on_rows is not None:
            values: list[Any] = on_rows(self.population.model, self._rows, *args, **kwargs).tolist()
            return values
        return [getattr(agent, method)(*args, **kwargs) for agent in self]

    def groupby(self, by: Act, result_type: str = "agentset") -> Any:
        """Mesa's `GroupBy` of the agents by an attribute or by what `by` gives."""
        keys = self.get(by) if isinstance(by, str) else [by(agent) for agent in self]
        groups: dict[Any, list[int]] = {}
        for row, key in zip(self._rows.tolist(), keys, strict=True):
            groups.setdefault(key, []).append(row)
        sets = {key: self._ordered(np.array(rows), False) for key, rows in groups.items()}
        answer = AgentSet([], random=self.random).groupby(by, "list")
        answer.groups = sets if result_type == "agentset" else {key: list(s) for key, s in sets.items()}
        return answer

    def to_list(self) -> list[RowAgent]:
        """The agents as a list."""
        agents = self.population.agents()
        return [agents[row] for row in self._rows.tolist()]

    def copy(self) -> "RowSet":
        """The same agents in a set of its own."""
        return self._ordered(self._rows, False)

    def __or__(self, other: Any) -> Any:
        """Those of either set of one class: this one's in their order, then the others."""
        if not self._alike(other):
            return NotImplemented
        return self._ordered(np.concatenate((self._rows, (other - self)._rows)), False)

    def __and__(self, other: Any) -> Any:
        """Those of this set who are in another of the same class, too, in their order."""
        if not self._alike(other):
            return NotImplemented
        return self._ordered(self._rows[np.isin(self._rows, other._rows)], False)

    def __sub__(self, other: Any) -> Any:
        """Those of this set who are not in another of the same class, in their order."""
        if not self._alike(other):
            return NotImplemented
        return self._ordered(self._rows[~np.isin(self._rows, other._rows)], False)

    def __xor__(self, other: Any) -> Any:
        """Those of one of two sets of one class only."""
        return (self - other) | (other - self) if self._alike(other) else NotImplemented

    def _alike(self, other: Any) -> bool:
        return isinstance(other, RowSet) and other.population is self.population

    def add(self, agent: Any) -> None:
        """Refuse: a set of rows is changed with `select`, `shuffle` or `sort`."""
        raise TypeError("this set views rows of a table; use select to get another set")

    discard = remove = add

    def _ordered(self, rows: Rows, inplace: bool) -> "RowSet":
        if not inplace:
            return RowSet(self.population, rows, self.random)
        self._rows = rows
        return self

    def _update(self, agents: Iterable[Any]) -> "RowSet":
        return self._ordered(np.array([agent.row for agent in agents], dtype=np.int64), True)

    @property
    def _agents(self) -> "WeakKeyDictionary[Any, None]":
        """What code that knows Mesa's own sets from inside expects to find."""
        return WeakKeyDictionary(dict.fromkeys(self))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.to_list())

    def __contains__(self, agent: Any) -> bool:
        same = isinstance(agent, self.population.kind) and agent.model is self.population.model
        return same and bool((self._rows == agent.row).any())

    def __getitem__(self, item: Any) -> Any:
        agents, rows = self.population.agents(), self._rows[item]
        return agents[int(rows)] if rows.ndim == 0 else [agents[row] for row in rows.tolist()]

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        return f"<{len(self)} x {self.population.kind.__name__}>"


class AllAgents(ModelSet):
    """`model.agents`: Mesa's own set, which finds a whole class of rows without asking every agent."""

    def select(
        self,
        filter_func: Any = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> Any:
        """See Mesa; the agents of one class of rows come as a `RowSet`."""
        known = agent_type is not None and issubclass(agent_type, RowAgent)
        if inplace or not known or not len(self):
            return super().select(filter_func, at_most, inplace, agent_type)
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        try:
            own = next(iter(self)).model.set_of(agent_type)
        except KeyError:  # a class of which the model has none
            return super().select(filter_func, at_most, inplace, agent_type)
        return own.select(filter_func, at_most)
