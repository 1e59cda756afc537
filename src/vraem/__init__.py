"""vraem: an agent-based simulation of the coca economy of Peru's VRAEM valley and its enforcement.

>>> import vraem
>>> result = vraem.run(vraem.load("history", ["run.households=4000"]), seed=1)
>>> result.mean("leaf_price", "2012-01-01", "2012-12-31")  # doctest: +SKIP

Names are imported on first use, so that `import vraem` costs little.
"""

import importlib
from typing import TYPE_CHECKING, Any

from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.agents import Grower, Trafficker
    from vraem.analysis.compare import Comparison, compare
    from vraem.analysis.scoreboard import scoreboard
    from vraem.armed_agents import Protector, SecurityUnit
    from vraem.engine import advance, close_week, fork, new_world
    from vraem.experiment.frames import weekly_frame
    from vraem.model import Model
    from vraem.observe import SERIES, RunResult, run, run_world
    from vraem.observe.shared import run_together
    from vraem.scenario import Scenario, ScenarioError, load
    from vraem.valley import load as load_valley
    from vraem.world import World

_HOME = {
    "Comparison": ("vraem.analysis.compare", "Comparison"),
    "Grower": ("vraem.agents", "Grower"),
    "Model": ("vraem.model", "Model"),
    "Protector": ("vraem.armed_agents", "Protector"),
    "RunResult": ("vraem.observe", "RunResult"),
    "SERIES": ("vraem.observe", "SERIES"),
    "Scenario": ("vraem.scenario", "Scenario"),
    "ScenarioError": ("vraem.scenario", "ScenarioError"),
    "SecurityUnit": ("vraem.armed_agents", "SecurityUnit"),
    "Trafficker": ("vraem.agents", "Trafficker"),
    "World": ("vraem.world", "World"),
    "advance": ("vraem.engine", "advance"),
    "close_week": ("vraem.engine", "close_week"),
    "compare": ("vraem.analysis.compare", "compare"),
    "fork": ("vraem.engine", "fork"),
    "load": ("vraem.scenario", "load"),
    "load_valley": ("vraem.valley", "load"),
    "new_world": ("vraem.engine", "new_world"),
    "run": ("vraem.observe", "run"),
    "run_together": ("vraem.observe.shared", "run_together"),
    "run_world": ("vraem.observe", "run_world"),
    "scoreboard": ("vraem.analysis.scoreboard", "scoreboard"),
    "weekly_frame": ("vraem.experiment.frames", "weekly_frame"),
}

__all__ = [
    "SERIES",
    "Comparison",
    "Grower",
    "Model",
    "Protector",
    "RunResult",
    "Scenario",
    "ScenarioError",
    "SecurityUnit",
    "Trafficker",
    "World",
    "__version__",
    "advance",
    "close_week",
    "compare",
    "fork",
    "load",
    "load_valley",
    "new_world",
    "run",
    "run_together",
    "run_world",
    "scoreboard",
    "weekly_frame",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'vraem' has no attribute {name!r}")
    module, attribute = _HOME[name]
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
