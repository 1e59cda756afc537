"""Tables of a made-up sweep: five campaigns against a group, with everything that charts read of a run's row."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from vraem.analysis.results import Results
from vraem.experiment.rules import VerdictRules
from vraem.observe.anchor import HORIZONS
from vraem.observe.fates import FATES

ARMS = ("no-campaign", "leader-first", "heirs-first", "commanders", "fighters-en-masse", "random-control")
_STATES = (
    "gangs", "factionalised_insurgency", "rump_and_splinters", "mixed", "absorbed",
    "replaced", "dissolved", "diminished_rump", "resilient", "intact",
)  # fmt: skip
_ODDS = {
    "no-campaign": (1, 2, 6, 1, 2, 1, 0.5, 12, 15, 60),
    "leader-first": (25, 8, 22, 4, 6, 3, 3, 20, 8, 2),
    "heirs-first": (18, 9, 25, 4, 4, 2, 2, 22, 10, 4),
    "commanders": (20, 7, 20, 5, 9, 5, 6, 20, 5, 3),
    "fighters-en-masse": (10, 4, 14, 5, 10, 12, 16, 26, 2, 1),
    "random-control": (8, 6, 18, 4, 5, 2, 3, 24, 16, 14),
}
_LATER = {12: (0.4, 0.8), 36: (0.9, 1.0), 60: (1.2, 1.0), 120: (1.6, 0.9)}
COMMUNITIES = 698


def made_up(points: int = 40, replicates: int = 3, seed: int = 11) -> Results:
    """Results of ``points`` draws with ``replicates`` seeds each, in which gangs get likelier with time."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for point in range(points):
        shared = {
            "kin_shock": str(random.choice(["all", "blame", "demoralise", "none", "revenge"])),
            "firms_integrate": str(random.choice(["no", "yes"])),
            "purge_loss": float(random.uniform(0.02, 0.2)),
            "review_gap": float(random.uniform(8, 60)),
            "tempo": float((0.5, 1.0, 2.0, 4.0)[point % 4]),
            "intelligence": float((0.2, 0.4, 0.6, 0.8)[(point // 4) % 4]),
        }
        for replicate in range(replicates):
            luck = random.random(8)
            rows += [_row(random, arm, point, replicate, luck, shared) for arm in ARMS]
    return Results(
        frame=pd.DataFrame(rows),
        arms=ARMS,
        reference=ARMS[0],
        campaigns=ARMS[1:],
        factors=("kin_shock", "firms_integrate", "purge_loss", "review_gap", "tempo", "intelligence"),
        rules=VerdictRules(),
        about={"name": "made-up", "vraem": "0.0", "households": [40_000], "seed": 1},
    )


def _row(
    random: np.random.Generator,
    arm: str,
    point: int,
    replicate: int,
    luck: np.ndarray,
    shared: dict[str, Any],
) -> dict[str, Any]:
    row: dict[str, Any] = {"arm": arm, "point": point, "replicate": replicate, "seed": 1 + replicate}
    row |= shared | {"null_model": "none", "weak_start": float(luck[0] < 0.04)}
    chance = 0.01 if arm == ARMS[0] else 0.25 + 0.12 * shared["tempo"] + 0.3 * shared["intelligence"]
    down = luck[1] < min(chance, 0.97)
    for definition, factor in (("personnel", 1.0), ("seats", 0.8), ("links", 1.1), ("size", 0.6)):
        row[f"dismantled_{definition}"] = float(luck[1] < factor * chance)
    row["dismantled_week"] = float(random.integers(20, 104)) if down else np.nan
    row |= {"pi_0": 0.62 + 0.1 * luck[2], "la_0": 118 + 20 * luck[3], "removed": float(random.poisson(14))}
    odds = np.array(_ODDS[arm], dtype=float)
    if shared["kin_shock"] == "revenge":
        odds[:3] *= 1.5
    for months in HORIZONS:
        row |= _at_horizon(random, odds, months, down, luck)
    row |= _times(random, arm, down)
    row["fate_paths"] = _paths(random, down)
    # draws of its own, so that those of the other columns stay as they were
    own = np.random.default_rng((point, replicate, ARMS.index(arm)))
    row["splinter_lives"] = _splinters(own, row["weeks_observed"], down)
    for months in HORIZONS:
        row |= _by_persons(own, row, months)
    for months in HORIZONS:
        row[f"holders_{months}"] = _holders(random, row[f"end_state_{months}"])
    row |= _economy(random, arm, luck)
    return row


def _at_horizon(
    random: np.random.Generator, odds: np.ndarray, months: int, down: bool, luck: np.ndarray
) -> dict[str, Any]:
    broken, whole = _LATER[months]
    weight = odds.copy()
    weight[:3] *= broken * (1.5 if down else 0.4)
    weight[7:] *= whole * (0.8 if down else 1.6)
    state = str(random.choice(_STATES, p=weight / weight.sum()))
    split = state in _STATES[:2]
    groups = random.uniform(3, 5) if split else random.uniform(1, 2.6)
    return {
        f"end_state_{months}": state,
        f"fragmented_{months}": float(split),
        f"pi_{months}": 0.74 + 0.2 * luck[4] if state == "gangs" else 0.55 + 0.1 * luck[4],
        f"la_{months}": float(np.clip(random.normal(0.55 if down else 0.95, 0.2), 0, 1.6)),
        f"lf_{months}": float(np.clip(random.normal(0.12, 0.08), 0, 1)),
        f"abs_{months}": float(np.clip(random.normal(0.15, 0.1), 0, 1)),
        f"rev_{months}": float(np.clip(random.normal(0.7 if down else 1.0, 0.25), 0, 2)),
        f"vac_{months}": float(np.clip(random.normal(0.1, 0.1), 0, 1)),
        f"cli_{months}": float(np.clip(random.normal(0.5 if down else 0.95, 0.2), 0, 1.4)),
        f"s1_{months}": float(np.clip(random.normal(0.6 if split else 0.9, 0.1), 0, 1)),
        f"n_groups_{months}": float(groups),
        f"n_eff_{months}": float(groups * 0.85),
        f"n_groups_all_{months}": float(groups + 0.2),
    }


def _by_persons(random: np.random.Generator, row: dict[str, Any], months: int) -> dict[str, Any]:
    """Some of the runs with many groups seem to be of other kinds if recruits of splinters do not count."""
    state = row[f"end_state_{months}"]
    strangers = state == "gangs" and random.random() < months / 200.0
    return {
        f"end_state_by_persons_{months}": "mixed" if strangers else state,
        f"fragmented_by_persons_{months}": 0.0 if strangers else row[f"fragmented_{months}"],
    }


def _times(random: np.random.Generator, arm: str, down: bool) -> dict[str, float]:
    watched = 104.0 + 520.0
    rate = (0.0006 if arm == ARMS[0] else 0.0012) * (2.5 if down else 1.0)
    first = random.exponential(1.0 / rate)
    third = first + random.exponential(1.5 / rate)
    row = {
        "weeks_observed": watched,
        "first_split_week": first if first < watched else np.nan,
        "three_groups_week": third if third < watched else np.nan,
    }
    states = {
        "gangs": 0.5, "factionalised_insurgency": 0.2, "rump_and_splinters": 0.9, "absorbed": 0.25,
        "replaced": 0.1, "dissolved": 0.1, "diminished_rump": 0.8,
    }  # fmt: skip
    for state, factor in states.items():
        when = 30.0 + random.exponential(1.0 / (0.5 * rate * factor))
        row[f"state_week_{state}"] = when if when < watched else np.nan
    return row


def _splinters(random: np.random.Generator, watched: float, down: bool) -> str:
    """Splinters of a run, as its row has them: half of those that end come back."""
    found = []
    for _ in range(int(random.poisson(1.6 if down else 0.3))):
        formed, life = int(random.integers(0, 400)), int(random.exponential(220)) + 1
        stands = formed + life >= watched
        end = "-" if stands else str(random.choice(4, p=(0.5, 0.1, 0.15, 0.25)))
        lived = int(watched) - formed if stands else life
        found.append(f"{formed}:{lived}:{end}:{random.integers(4, 20)}")
    return ";".join(found)


def _paths(random: np.random.Generator, down: bool) -> str:
    """Counts of sequences of fates at the four horizons, as a run's row has them."""
    leave = np.array([0.0, 0.10, 0.02, 0.05, 0.16, 0.05, 0.14 if down else 0.06, 0.05])
    counts: dict[str, int] = {}
    for _ in range(340):
        fate, codes = 0, ""
        for _ in HORIZONS:
            if fate in (0, 1, 2):
                odds = leave.copy()
                odds[fate] = 0.0
                odds[fate] = 1.0 - odds.sum()
                fate = int(random.choice(len(FATES), p=odds))
            codes += str(fate)
        counts[codes] = counts.get(codes, 0) + 1
    return ";".join(f"{codes}:{count}" for codes, count in sorted(counts.items()))


def _holders(random: np.random.Generator, state: str) -> str:
    place = np.arange(COMMUNITIES)
    held = np.full(COMMUNITIES, "0")
    core = (place > 150) & (place < 420)
    held[core] = "1"
    if state in ("gangs", "factionalised_insurgency", "rump_and_splinters"):
        for low, high in pairwise(sorted(random.integers(150, 420, 4))):
            if random.random() < 0.7:
                held[low:high] = "2"
    if state in ("replaced", "mixed"):
        held[core & (random.random(COMMUNITIES) < 0.6)] = "3"
    if state in ("dissolved", "absorbed"):
        held[core & (random.random(COMMUNITIES) < 0.8)] = "0"
    return "".join(held)


def _economy(random: np.random.Generator, arm: str, luck: np.ndarray) -> dict[str, float]:
    shift = 0.0 if arm == ARMS[0] else 0.03
    row: dict[str, float] = {}
    for months in HORIZONS:
        row[f"callao_share_{months}"] = 0.40 + 0.04 * luck[5] + shift * random.normal(0, 1)
        row[f"coca_area_{months}"] = 33_000 + 4000 * luck[6] - 40_000 * shift * random.random()
        row[f"valley_share_{months}"] = 0.36 + 0.03 * luck[7]
    return row


def texts(axes):
    """What is written in a panel."""
    return [text.get_text() for text in axes.texts]


def lines(axes, least=3):
    """The lines of a panel that have so many points."""
    return [line for line in axes.lines if len(line.get_xdata()) >= least]
