"""Finished runs as a table, with what a verdict must know about them: arms, draws, rules.

``Results.open("runs/claim")`` reads the folder of a sweep. The table is pandas: a row a run, its identity,
the draw of the factors, its outcomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.analysis import outcome_columns as columns
from vraem.experiment.design import points_a_draw
from vraem.experiment.outcomes import NULL_COLUMN
from vraem.experiment.rules import VerdictRules, reference_arm, verdict_rules
from vraem.observe.anchor import measured_days
from vraem.observe.end_states import DEFINITIONS
from vraem.observe.measures import is_weak
from vraem.observe.organisation import BY_PERSONS

if TYPE_CHECKING:
    import pandas as pd

    from vraem.analysis.matched_assumptions import Narrowed
    from vraem.analysis.matched_draws import Matching
    from vraem.analysis.verdict import ClaimVerdict
    from vraem.experiment.store import Store
    from vraem.experiment.types import Experiment

NO_NULL = "none"
CENSORED_LABEL = ""
"""The label of a run that ends before the horizon."""
ALL_RUNS = "all"
"""What charts call all runs where they can be asked for those dismantled by a definition."""
BOTH, DRAWS, SEEDS, RUNS = "draws of assumptions and seeds", "draws of assumptions", "seeds", "runs"
"""What chance drew."""
HOUSEHOLDS = "run.households"
"""Column of the rows of households, where they are a factor."""
CONTROL = "random-control"
"""Arm whose operations take anybody: what another campaign does beyond it, it does by its choice of targets."""


@dataclass(frozen=True)
class Results:
    """The runs of one experiment.

    ``frame``: a row a run. ``arms`` in the order of the file; ``reference`` is the one that others are set
    against; ``campaigns`` those in which something is done to the group (arrests, removals). ``factors``:
    columns of the draw. ``about``: name, question, versions and counts, for the report. ``experiment``: what was
    asked, if known. ``directory``: folder of the sweep that they were read from, which may hold weekly series.
    ``days``: first and last day from which the horizons of each arm are counted, if known. ``matching``: which draws
    history rules out, if that was asked (``vraem match``). ``drawn``: what the clusters are where this is a part of the
    runs, told by all of them.
    """

    frame: "pd.DataFrame"
    arms: tuple[str, ...]
    reference: str
    campaigns: tuple[str, ...]
    factors: tuple[str, ...]
    rules: VerdictRules = field(default_factory=VerdictRules)
    about: Mapping[str, Any] = field(default_factory=dict)
    experiment: "Experiment | None" = field(default=None, repr=False, compare=False)
    directory: Path | None = None
    days: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    matching: "Matching | None" = field(default=None, repr=False, compare=False)
    drawn: str = ""

    @classmethod
    def open(cls, directory: Path | str) -> "Results":
        """The results of a sweep.

        Raises ``StoreError`` or ``ScenarioError`` if the folder cannot be read or its experiment is not the one that
        was run, ``ValueError`` if its matched draws are those of another sweep or not all there.
        """
        from vraem.analysis.matched_draws import Matching
        from vraem.experiment.store import Store

        store = Store.open(directory)
        experiment = store.experiment()
        store.require_unchanged(experiment)
        frame = store.runs().to_pandas()
        about = _about(store, experiment, frame)
        return replace(
            cls.of(experiment, frame, about),
            directory=store.directory,
            matching=Matching.read_complete(store.directory, experiment.id, about["vraem"]),
        )

    @classmethod
    def of(
        cls, experiment: "Experiment", frame: "pd.DataFrame", about: Mapping[str, Any] | None = None
    ) -> "Results":
        """Results of an experiment from its table of runs."""
        arms = tuple(name for name, _ in experiment.arms)
        rules = verdict_rules(experiment.rules)
        if NULL_COLUMN not in frame:
            nulls = {name: scenario.switches.null_model for name, scenario in experiment.arms}
            frame = frame.assign(**{NULL_COLUMN: frame["arm"].map(nulls)})
        return cls(
            frame=frame,
            arms=arms,
            reference=reference_arm(experiment),
            campaigns=tuple(name for name, scenario in experiment.arms if scenario.acts),
            factors=tuple(factor.name for factor in experiment.factors),
            rules=rules,
            about=about or {},
            experiment=experiment,
            days={name: measured_days(scenario) for name, scenario in experiment.arms},
        )

    @property
    def horizons(self) -> tuple[int, ...]:
        """Months after the campaign at which there are end states."""
        return columns.horizons_in(self.frame.columns)

    def comparable(self, arm: str, other: str, column: str) -> bool:
        """Whether a column of two arms is about the same dates: measures count from each arm's own campaign."""
        return self.days.get(arm) == self.days.get(other) or not columns.counted_from_campaign(column)

    @property
    def control(self) -> str | None:
        """The campaign that others are set against: that of the rules, or the one of random targets."""
        wanted = self.rules.control or CONTROL
        return wanted if wanted in self.campaigns else None

    @property
    def headline(self) -> int:
        """The horizon of the headline: that of the rules, or the nearest that the runs have."""
        return min(self.horizons, key=lambda months: (abs(months - self.rules.horizon), months))

    @property
    def definitions(self) -> tuple[str, ...]:
        """Definitions of dismantled that the runs have."""
        return columns.definitions_in(self.frame.columns)

    @property
    def definition(self) -> str:
        """The definition of dismantled of the headline: that of the rules, or the first that the runs have."""
        wanted, known = self.rules.definition, self.definitions
        return wanted if wanted in known or not known else known[0]

    @property
    def replaced(self) -> str:
        """What the rules ask for and the runs do not have, and by what they are judged; nothing if all is there.

        Files that ask so are refused now; folders of before may do so still.
        """
        rules, said = self.rules, []
        if self.horizons and self.headline != rules.horizon:
            said.append(f"{rules.horizon} months after the campaign; {self.headline} months are judged.")
        if self.definitions and self.definition != rules.definition:
            said.append(f"the definition {rules.definition}; {self.definition} is judged.")
        if self.reference not in self.arms:
            said.append(f"the reference {self.reference}; there is no such arm.")
        if rules.control is not None and self.control is None:
            said.append(f"the control {rules.control}; there is no such campaign.")
        return " ".join(f"The rules ask for {each}" for each in said)

    @cached_property
    def strong(self) -> "Results":
        """Without the runs that were weak when the campaign began: those are reported and left out.

        A run that cannot say is weak if others of its arm can: nobody was left outside the service of firms (runs made
        before 0.6.0 say nothing then). Arms that count from no campaign say nothing in any run, and stay.
        """
        if columns.WEAK_START not in self.frame:
            return self
        weak = self.frame[columns.WEAK_START].astype(float)
        silent = weak.isna() & weak.notna().groupby(self.frame["arm"]).transform("any")
        # runs labelled by an older rule are asked by the baselines that they kept
        told = is_weak(
            self.numbers(columns.ARMED_BEFORE),
            self.numbers(columns.HIRED_BEFORE),
            self.numbers(columns.STRENGTH_BEFORE),
        )
        return self.where(~(silent | (weak > 0.5) | told))

    @cached_property
    def tried(self) -> "Results":
        """The runs with a campaign, under no null model; weak or not at the start."""
        wanted = self.frame["arm"].isin(self.campaigns)
        if NULL_COLUMN in self.frame:
            wanted &= self.frame[NULL_COLUMN].fillna(NO_NULL) == NO_NULL
        return self.where(wanted)

    @cached_property
    def judged(self) -> "Results":
        """The runs of the verdict: those that were ``tried`` and ``strong`` at the start."""
        return self.strong.tried

    @cached_property
    def by_persons(self) -> "Results | None":
        """The same runs, with those counted who were ever in the founding group, and no recruits of splinters.

        None if the runs have no such end states.
        """
        return self.read_as(BY_PERSONS)

    def read_as(self, reading: str) -> "Results | None":
        """The same runs, with the outcomes of another `reading` in place of the headline's, where there are any.

        A reading is `BY_PERSONS` or one of `VARIANTS`, the tables of moved thresholds. None if the runs have no end
        states of it.
        """
        again = columns.read_as(self.frame.columns, reading)
        if not columns.horizons_in(again):
            return None
        return replace(
            self, frame=self.frame.assign(**{own: self.frame[name] for own, name in again.items()})
        )

    @cached_property
    def claim(self) -> "ClaimVerdict":
        """The verdict on Q1, judged once for the page and its charts. Raises ``ValueError`` as `claim_verdict`."""
        from vraem.analysis.verdict import claim_verdict

        return claim_verdict(self)

    @cached_property
    def narrowed(self) -> "tuple[Narrowed, ...]":
        """What history says about the assumptions, found once for the page and its chart; nothing if none was asked."""
        from vraem.analysis.matched_assumptions import MOST_NARROWED, kept_by_assumption

        return tuple(kept_by_assumption(self, MOST_NARROWED)) if self.matching is not None else ()

    @cached_property
    def matched(self) -> "Results | None":
        """The runs under draws that history does not rule out; None if that was not asked, or if all runs are."""
        if self.matching is None or (self.experiment is not None and self.experiment.design.matched):
            return None
        return self.where(self.frame["point"].isin(self.matching.kept_points))

    def where(self, mask: "NDArray[np.bool_] | pd.Series[bool]") -> "Results":
        """Some of the runs."""
        frame = self.frame[np.asarray(mask)].reset_index(drop=True)
        return replace(self, frame=frame, drawn=self.cluster_words)

    def of_arm(self, arm: str) -> "Results":
        """The runs of one arm."""
        return self.where(self.frame["arm"] == arm)

    def has(self, *names: str) -> bool:
        """Whether all these columns are there."""
        return set(names) <= set(self.frame.columns)

    def yes(self, name: str) -> NDArray[np.bool_]:
        """A yes-or-no column (runs,); what is missing is no."""
        values = self.numbers(name)
        return np.nan_to_num(values) > 0.5

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column of numbers (runs,), not numbers where missing or where there is no such column."""
        if name not in self.frame:
            return np.full(len(self.frame), np.nan)
        return self.frame[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def require_end_states(self, *, dismantled: bool = True) -> None:
        """Raise ``ValueError``, with what to ask for, without end states or without word of who is `dismantled`."""
        if not self.horizons:
            raise ValueError("the runs have no end states: ask for them in the outcomes of the experiment")
        if dismantled and not self.definitions:
            wanted = ", ".join(columns.dismantled(name) for name in DEFINITIONS)
            raise ValueError(
                "the runs do not say whether the group was dismantled: ask for it in the outcomes of the experiment "
                f"({wanted})"
            )

    def require_condition(self, among: str | None) -> None:
        """Raise ``ValueError`` if `among` is neither ``"all"`` runs nor a definition of the runs, nor None."""
        known = (ALL_RUNS, *self.definitions)
        if among is not None and among not in known:
            raise ValueError(f"among: got {among!r}, expected one of {', '.join(known)}")

    def labels(self, horizon: int) -> NDArray[np.str_]:
        """End states at a horizon (runs,), `CENSORED_LABEL` where the run is too short."""
        return self.frame[columns.at(columns.END_STATE, horizon)].fillna(CENSORED_LABEL).to_numpy(dtype=str)

    def reached(self, horizon: int) -> NDArray[np.bool_]:
        """Which runs (runs,) are long enough to have an end state at a horizon."""
        reached: NDArray[np.bool_] = self.labels(horizon) != CENSORED_LABEL
        return reached

    def dismantled(self, definition: str | None = None) -> NDArray[np.bool_]:
        """Which runs (runs,) are dismantled by a definition, that of the headline if None."""
        return self.yes(columns.dismantled(definition or self.definition))

    def counted(self, horizon: int, definition: str | None = None) -> NDArray[np.bool_]:
        """Which runs (runs,) count in the verdict at a horizon: dismantled, and long enough to have an end state there.

        ``definition`` of dismantled: that of the headline if None.
        """
        return self.dismantled(definition) & self.reached(horizon)

    @property
    def clusters(self) -> NDArray[np.int64]:
        """Clusters of the runs (runs,) or (runs, 2); see `clusters_of`."""
        return self.clusters_of(self.frame)

    @cached_property
    def cluster_words(self) -> str:
        """What the clusters are: decided by all runs of the experiment, the same for any part of them."""
        if self.drawn:
            return self.drawn
        draw, replicate = self._draw_of(self.frame), self.frame["replicate"].to_numpy(dtype=np.int64)
        common = self.experiment is not None and self.experiment.replicates.common
        if _several(draw) and common and _several(replicate):
            return BOTH
        if _several(draw):
            return DRAWS
        return SEEDS if common or not _several(self.draws) else RUNS

    def clusters_of(self, rows: "pd.DataFrame") -> NDArray[np.int64]:
        """What chance drew for each row with a ``point`` and a ``replicate``: runs of one cluster are not independent.

        That is the draw of the assumptions, or the seed where points were chosen and not drawn (a grid, one point), or
        both, (rows, 2), where every draw has the same seeds. A run by itself where points were chosen and
        each has seeds of its own.
        """
        point, replicate = (rows[name].to_numpy(dtype=np.int64) for name in ("point", "replicate"))
        draw = self._draw_of(rows)
        if self.cluster_words == BOTH:
            return np.stack([draw, replicate], axis=1)
        if self.cluster_words == DRAWS:
            return draw
        return (
            replicate if self.cluster_words == SEEDS else point * (replicate.max(initial=0) + 1) + replicate
        )

    def _draw_of(self, rows: "pd.DataFrame") -> NDArray[np.int64]:
        """Draw of assumptions of each row (rows,): points of a design may differ in what is done only."""
        point = rows["point"].to_numpy(dtype=np.int64)
        asked = self.experiment
        return point // points_a_draw(asked.design, asked.factors) if asked else point

    @property
    def draws(self) -> NDArray[np.int64]:
        """Draw of structure and parameters of each run (runs,)."""
        return self.frame["point"].to_numpy(dtype=np.int64)

    def forms(self, switch: str) -> tuple[str, ...]:
        """The forms of a switch that were drawn; none if it was not varied."""
        return tuple(sorted(self.frame[switch].dropna().unique())) if switch in self.factors else ()


def _several(labels: NDArray[np.int64]) -> bool:
    return len(labels) > 0 and bool((labels != labels[0]).any())


def _about(store: "Store", experiment: "Experiment", frame: "pd.DataFrame") -> dict[str, Any]:
    status = store.status()
    manifest = store.manifest
    return {
        "name": experiment.name,
        "description": experiment.description,
        "question": experiment.question,
        "experiment": manifest["experiment"]["id"],
        "rules_sha256": experiment.rules_hash,
        "vraem": manifest["vraem"],
        "python": manifest["python"],
        "libraries": manifest["libraries"],
        "thresholds_hash": store.thresholds_hash,
        "created_utc": manifest["created_utc"],
        "design": f"{experiment.design.kind}{', matched' if experiment.design.matched else ''}",
        "seed": experiment.replicates.seed,
        "planned": status.planned,
        "done": status.done,
        "failed": status.failed,
        "households": _households(experiment, frame),
        "first_day": str(min(scenario.run.start for _, scenario in experiment.arms)),
        "last_day": str(max(scenario.run.end for _, scenario in experiment.arms)),
        "arms": {name: scenario.description for name, scenario in experiment.arms},
        "outcomes": [outcome.name for outcome in experiment.outcomes if outcome.measure is None],
        "units": {outcome.name: outcome.unit for outcome in experiment.outcomes},
        "directory": str(store.directory),
    }


def _households(experiment: "Experiment", frame: "pd.DataFrame") -> list[int]:
    """Rows of households of the runs, rising: those drawn where they are a factor, else those of the arms."""
    drawn = frame[HOUSEHOLDS].dropna().unique() if HOUSEHOLDS in frame else ()
    return sorted(
        {int(value) for value in drawn} or {scenario.run.households for _, scenario in experiment.arms}
    )
