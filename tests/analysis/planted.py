"""Tables of outcomes made by hand, in which the answer is known: worlds planted to try the verdict."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from vraem.analysis.results import Results
from vraem.experiment.rules import VerdictRules
from vraem.observe.anchor import HORIZONS
from vraem.observe.end_states import DEFINITIONS

ARMS = ("baseline", "leader", "heirs")
Label = Callable[[np.random.Generator, int], str]


def planted(
    label: Label,
    *,
    points: int = 60,
    replicates: int = 4,
    arms: Sequence[str] = ARMS,
    fallen: float = 0.6,
    profit_before: float = 0.5,
    profit_after: float = 0.8,
    seed: int = 7,
    rules: VerdictRules | None = None,
    **more: Any,
) -> Results:
    """Results of a planted world: ``label(random, point)`` gives the end state of a run.

    Every run of a campaign is dismantled with chance ``fallen``; what is labelled gangs or factionalised is
    fragmented. ``more``: further columns, as values or as functions of (random, row).
    """
    random = np.random.default_rng(seed)
    rows = []
    for point in range(points):
        shared = {
            "kin_shock": random.choice(["revenge", "demoralise", "none"]),
            "firms_integrate": random.choice(["yes", "no"]),
            "purge_loss": random.uniform(0.02, 0.2),
        }
        for replicate in range(replicates):
            for arm in arms:
                state = label(random, point)
                row: dict[str, Any] = {"arm": arm, "point": point, "replicate": replicate, "seed": replicate}
                row |= shared
                row["weak_start"] = 0.0
                row["pi_0"] = profit_before
                down = float(arm != "baseline" and random.random() < fallen)
                row |= {f"dismantled_{each}": down for each in DEFINITIONS}
                for months in HORIZONS:
                    row[f"end_state_{months}"] = state
                    row[f"fragmented_{months}"] = float(state in ("gangs", "factionalised_insurgency"))
                    row[f"pi_{months}"] = profit_after if state == "gangs" else 0.4
                row |= {
                    name: value(random, row) if callable(value) else value for name, value in more.items()
                }
                rows.append(row)
    return Results(
        frame=pd.DataFrame(rows),
        arms=tuple(arms),
        reference=arms[0],
        campaigns=tuple(arms[1:]),
        factors=("kin_shock", "firms_integrate", "purge_loss"),
        rules=rules or VerdictRules(),
        about={"name": "planted"},
    )


def always(state: str) -> Label:
    """A world in which one thing always comes."""
    return lambda random, point: state


def random_labels(random: np.random.Generator, point: int) -> str:
    """A world in which anything may come of anything."""
    return str(random.choice(["gangs", "factionalised_insurgency", "rump_and_splinters", "mixed"]))
