"""The agents of Mesa as views: what it takes until all of them exist, and to read an attribute of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

import vraem

from .measures import cpu

WEEKS_BEFORE = 13
"""Weeks run before the agents are first asked for, so that members have joined and left."""
READ = {"Grower": "cash", "Protector": "rank_name", "Trafficker": "capital", "SecurityUnit": "presence"}
"""An attribute of each class; those of members and units follow from columns, which takes longer than one of them."""


@dataclass(frozen=True)
class ViewCost:
    """CPU seconds until all `agents` exist; milliseconds to read an attribute of all of a class, by class."""

    agents: int
    first_use: float
    read: dict[str, tuple[int, float]]
    one_by_one: float

    @property
    def read_all(self) -> float:
        """Milliseconds for one attribute of every agent of every class."""
        return sum(cost for _, cost in self.read.values())


def agent_views(repeats: int) -> ViewCost:
    """Agents of models of one row a household, made anew for each repeat of the first use."""
    scenario = vraem.load("history")
    firsts = []
    for seed in range(1, repeats + 1):
        model = vraem.Model(scenario, seed=seed)
        for _ in range(WEEKS_BEFORE):
            model.step()
        seconds, agents = cpu_as_used(lambda model=model: len(model.agents))
        firsts.append(seconds)
    read = {}
    for kind, name in READ.items():
        agent_set = model.set_of(getattr(vraem, kind))
        costs = [cpu(lambda s=agent_set, n=name: s.get(n))[0] for _ in range(repeats)]
        read[f"{kind}.{name}"] = (len(agent_set), 1e3 * median(costs))
    growers = model.growers
    loop = median(cpu(lambda: [grower.cash for grower in growers])[0] for _ in range(repeats))
    return ViewCost(agents, median(firsts), read, 1e3 * loop)


def cpu_as_used(action: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds with the collector of garbage as a user has it: making agents is what wakes it."""
    began = process_time()
    value = action()
    return process_time() - began, value
