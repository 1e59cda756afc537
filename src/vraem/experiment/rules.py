"""What would count as an answer: the thresholds of the verdict, written down before the runs and hashed into them.

``[rules.verdict]`` of an experiment file; what it leaves out has its default
(sections 10 and 11). Thresholds of the labels themselves (what is a gang) are no part of it: they stand in
one table of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field

from vraem.scenario.fields import Name, Table, quantity

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment

Question = Literal["Q1", "Q2", "Q3", "Q4", "Q7", "Q8"]
Definition = Literal["personnel", "seats", "links", "size"]
"""One of `vraem.observe.end_states.DEFINITIONS`."""


def _probability(description: str, default: float) -> Any:
    return quantity(description, "ratio", default, ge=0, le=1)


class VerdictRules(Table):
    """Thresholds of the verdict.

    p is the probability that a statement holds, among the runs in which its condition does.
    """

    questions: tuple[Question, ...] = Field(
        ("Q1",), description="statements judged", json_schema_extra={"example": '["Q1", "Q2"]'}
    )
    definition: Definition = Field("personnel", description="definition of dismantled in the headline")
    horizon: int = Field(60, ge=1, le=600, description="months after the campaign, in the headline")
    supported_above: float = _probability("supported if p is above this ...", 0.5)
    supported_certainty: float = _probability("... with this probability ...", 0.95)
    modal_weight: float = _probability(
        "... and the state is modal in this share of the ensemble's draws", 0.8
    )
    refuted_below: float = _probability("refuted if p is below this ...", 0.2)
    refuted_certainty: float = _probability("... with this probability", 0.95)
    profit_oriented: float = _probability("profit orientation from which a fragmented lineage is gangs", 0.7)
    fragmentation_gap: float = _probability(
        "if P(profit-oriented | fragmented) differs by less from what the same runs were before the "
        "campaign, "
        "there is evidence on fragmentation and none on the word gangs",
        0.05,
    )
    equivalence: float = _probability("shares that differ by less than this are equal (TOST)", 0.05)
    label_variation: float = _probability("how far thresholds of labels are moved to see what changes", 0.2)
    revenue_remains: float = quantity(
        "Q2: organised crime remains if the lineage's protection revenue is at least this share of the "
        "baseline ...",
        "ratio",
        0.5,
        ge=0,
        le=10,
    )
    others_hold: float = _probability("... or others hold at least this share of protection revenue", 0.5)
    survives: float = _probability("Q3: the group exists with at least this share of its armed members", 0.1)
    callao_low: float = _probability("Q7: about 40 per cent through Callao means from this share ...", 0.3)
    callao_high: float = _probability("... to this one", 0.5)
    valley_low: float = _probability("Q8: 37 per cent of Peru's coca means from this share ...", 0.33)
    valley_high: float = _probability("... to this one", 0.41)
    reference: Name | None = Field(None, description="arm that others are set against; the first if left out")
    control: Name | None = Field(
        None, description="campaign that other campaigns are set against; random-control if there is one"
    )


class Rules(Table):
    """Rules of an experiment: those of the verdict, and any others as numbers, texts and lists."""

    model_config = ConfigDict(extra="allow")

    verdict: VerdictRules | None = Field(
        None, description="thresholds of the verdict; their defaults if left out"
    )


def verdict_rules(rules: Any) -> VerdictRules:
    """The thresholds in the rules of an experiment, their defaults if it has none."""
    said = dict(rules).get("verdict", {})
    tuples = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return VerdictRules.model_validate(tuples)


def reference_arm(experiment: Experiment) -> str:
    """The arm that others are set against: that of the rules, or the first."""
    return verdict_rules(experiment.rules).reference or experiment.arms[0][0]
