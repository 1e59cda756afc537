"""Structural switches: mechanisms on which the literature disagrees, each with its alternative forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Expectations = Literal["adaptive", "naive", "two_year_mean"]
RiskBelief = Literal["beta", "salience"]
EradicationResponse = Literal["negative", "positive"]
KinShock = Literal["all", "revenge", "demoralise", "blame", "none"]
Succession = Literal["heir", "vote", "attrition"]
Fees = Literal["competition", "series"]
TerritoryResponse = Literal["monotone", "both_destabilise"]
Followers = Literal["commander", "kin", "pay"]
YesNo = Literal["yes", "no"]
Allocation = Literal["static", "last_seizures", "bandit"]
OnOff = Literal["on", "off"]
OffOn = Literal["off", "on"]
Recruitment = Literal["wage", "grievance", "kin"]
NullModel = Literal["none", "random_exits", "random_split", "exogenous_fees", "no_kin"]


@dataclass(frozen=True)
class Switch:
    """A contested mechanism: ``values`` are its forms, the default first; ``label`` names its equation."""

    name: str
    label: str
    values: tuple[str, ...]
    meaning: str

    @property
    def default(self) -> str:
        """The form used when a scenario says nothing."""
        return self.values[0]


SWITCHES: Mapping[str, Switch] = {
    switch.name: switch
    for switch in (
        Switch(
            "expectations",
            "A3, S9",
            get_args(Expectations),
            "how growers expect prices: moving a little towards each new price, taking the newest price, "
            "or taking the mean of two years",
        ),
        Switch(
            "risk_belief",
            "C2, S13",
            get_args(RiskBelief),
            "how traffickers judge the risk of a route: counting losses and safe passages, "
            "or giving more weight to losses that stand out",
        ),
        Switch(
            "eradication_response",
            "A8, S10",
            get_args(EradicationResponse),
            "sign of the growers' response to eradication: less coca than before, or more",
        ),
        Switch(
            "kin_shock",
            "B10, S1",
            get_args(KinShock),
            "what the arrest or death of kin and close ties does: all three, revenge, demoralisation, "
            "blame and purge of the column that was near, or nothing",
        ),
        Switch(
            "succession",
            "B9, S2",
            get_args(Succession),
            "how a leader is replaced: heir first, a vote of the committee weighted by force, "
            "or a war of attrition between the top two",
        ),
        Switch(
            "fees",
            "C5, S3",
            get_args(Fees),
            "several collectors on one way: competition lowers the fee, or in series each adds its own",
        ),
        Switch(
            "territory_response",
            "B8, S4",
            get_args(TerritoryResponse),
            "what a change of territory does to a column: only its size counts, "
            "or gains and losses both destabilise",
        ),
        Switch(
            "followers",
            "B8, S5",
            get_args(Followers),
            "the bond with full weight when members vote on following: to the commander, to kin, or pay",
        ),
        Switch(
            "firms_integrate",
            "C3, B8, S6",
            get_args(YesNo),
            "whether firms may take columns and ex-members into their own service",
        ),
        Switch(
            "allocation",
            "D6, S7",
            get_args(Allocation),
            "where controls and patrols go: static, where seizures were last made, or as a bandit "
            "that tries every place now and then",
        ),
        Switch(
            "entrants", "B12, S8", get_args(OnOff), "whether armed groups from outside the lineage may enter"
        ),
        Switch(
            "amnesty", "B5, B8, S11", get_args(OffOn), "whether those who leave the group find an amnesty"
        ),
        Switch(
            "recruitment",
            "B6, S12",
            get_args(Recruitment),
            "the main motive to join, whose weight is raised: wage, grievance, or kin",
        ),
        Switch(
            "heirless_horizon",
            "B10, S14",
            get_args(OnOff),
            "whether a leader without heirs has a shorter horizon and keeps more for the top",
        ),
        Switch(
            "null_model",
            "N0-N3",
            get_args(NullModel),
            "a null model in place of the organisation: exits at random and no decisions (N0), splits at "
            "random at the same attrition (N1), fees that no economy carries (N2), nobody has kin (N3)",
        ),
    )
}
