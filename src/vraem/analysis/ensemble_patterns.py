"""Patterns over the prior ensemble: parameters and contested mechanisms drawn, no campaign.

docs/calibration.md: P11 draw by draw, and P22 as a share of the draws. Draws are those of the
experiment `neutrality` without its campaigns: every draw of a factor has an address of its own, so leaving some
factors out changes none of the others. Default parameters say nothing here: the patterns are on the prior.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vraem.analysis.group_patterns import strength
from vraem.analysis.parallel import map_jobs
from vraem.analysis.pattern import Measure, Words
from vraem.analysis.resampling import posterior_share
from vraem.analysis.scoreboard import ENSEMBLE, PatternScore, Pooled, Progress, score_paths, score_pooled
from vraem.observe import RunResult, run

if TYPE_CHECKING:
    from vraem.experiment.types import Factor
    from vraem.scenario import Scenario

DRAWN_AS = "neutrality"
"""The experiment whose factors and seeds are drawn."""
LAST_DAY = date(2036, 12, 31)
"""Twenty-five years from January 2012."""
SPLIT_SHARE = (0.15, 0.60)

STRENGTH = Words(
    "P11",
    "Strength without a campaign, priors drawn",
    "300-500 members, 80-150 armed",
    "each year 2013-23, no trend",
)
SPLITS = Words("P22", "Splits without a campaign, priors drawn", "15-60 % of runs in 25 years", "inside")


class Drawn(NamedTuple):
    """What one draw leaves: the measures of P11, and whether the lineage split at least once."""

    strength: list[Measure]
    split: bool


def measure_draw(result: RunResult) -> Drawn:
    """The measures of a run without a campaign."""
    return Drawn(strength(result), result.organisation.journal.first_split(0) >= 0)


def score_ensemble(drawn: Sequence[Drawn]) -> list[PatternScore]:
    """Scores of P11 and P22 over draws."""
    splits = np.array([each.split for each in drawn], dtype=bool)
    posterior = posterior_share(splits, np.arange(len(splits)), name="splits")
    share = Measure("runs that split", posterior.mean, *SPLIT_SHARE, "share", "0.15-0.60")
    return [
        score_paths(STRENGTH, [each.strength for each in drawn], ENSEMBLE),
        score_pooled(SPLITS, [Pooled(share, posterior.draws)], len(splits), ENSEMBLE),
    ]


def prior_factors(factors: "Sequence[Factor]") -> "tuple[Factor, ...]":
    """The factors that are no part of a campaign."""
    return tuple(factor for factor in factors if not factor.key.startswith("campaign."))


def ensemble_scenarios(scenario: "Scenario", draws: int) -> "list[tuple[Scenario, int]]":
    """The first `draws` draws of the priors laid over `scenario`, each with its seed."""
    from vraem.experiment.design import points
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.plan import resolved, seed_of
    from vraem.experiment.types import Design

    experiment = load_experiment(DRAWN_AS)
    design = Design("prior", samples=draws, seed=experiment.design.seed)
    base = scenario.with_({"run.end": LAST_DAY})
    root = experiment.replicates.seed
    return [
        (resolved(base, changes), seed_of(root, place, 0))
        for place, changes in enumerate(points(design, prior_factors(experiment.factors)))
    ]


def ensemble_scoreboard(
    scenario: "Scenario", *, draws: int, workers: int | None = None, progress: Progress | None = None
) -> list[PatternScore]:
    """Run `draws` draws of the priors over `scenario`, usually ``load("baseline")``, and score P11 and P22."""
    jobs = ensemble_scenarios(scenario, draws)
    return score_ensemble(map_jobs(_measure_job, jobs, workers=workers, progress=progress))


def _measure_job(job: "tuple[Scenario, int]") -> Drawn:
    scenario, seed = job
    return measure_draw(run(scenario, seed=seed))
