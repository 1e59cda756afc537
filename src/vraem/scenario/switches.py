"""Structural switches: mechanisms on which the literature disagrees, each with its alternative forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Expectations = Literal["adaptive", "naive", "two_year_mean"]
RiskBelief = Literal["beta", "salience"]
EradicationResponse = Literal["negative", "positive"]


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
    )
}
