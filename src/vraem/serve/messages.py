"""What a visitor may say: a handful of small messages, each checked to the last number. Nothing else is read.

A message is data. It chooses among what is named here, within the ranges given here; no text of it is executed,
looked up or written anywhere.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from vraem.scenario.campaigns import Target

LARGEST_SEED = 999_999
FASTEST = 32.0
"""Weeks a second."""
MOST_FAULTS_TOLD = 3


class Refused(Exception):
    """A message that is not followed: `code` names the rule for the player's dictionary, `reason` says it in words."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)  # both, so that it can pass between processes
        self.code, self.reason = code, reason


class Message(BaseModel):
    """Strict: no unknown keys, no other types, no infinite numbers."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Pace(Message):
    """Move the world by so many weeks a second; 0 holds it."""

    kind: Literal["pace"]
    weeks_per_second: float = Field(ge=0, le=FASTEST)


def _each_once(targets: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(targets)) < len(targets):
        raise ValueError("each target once")
    return targets


class StartCampaign(Message):
    """A campaign of arrests from `in_weeks` weeks ahead, for `years` (D5)."""

    kind: Literal["campaign"]
    targets: Annotated[tuple[Target, ...], Field(min_length=1, max_length=8), AfterValidator(_each_once)]
    operations_per_month: float = Field(ge=0.5, le=5)
    intelligence: float = Field(ge=0, le=1)
    accuracy: float = Field(ge=0, le=1)
    lethality: float = Field(ge=0, le=1)
    in_weeks: int = Field(ge=0, le=104)
    years: float = Field(ge=0.5, le=6)


class EndCampaigns(Message):
    """No campaign goes on, and none that was to come begins."""

    kind: Literal["end_campaigns"]


class ChangePrice(Message):
    """The price of cocaine at the border times `factor` from now on, for `years`."""

    kind: Literal["price"]
    factor: float = Field(ge=0.2, le=2)
    years: float = Field(ge=0.5, le=6)


class Eradicate(Message):
    """Crews destroy coca from now on, for `years`, all over the valley (A8)."""

    kind: Literal["eradication"]
    hectares_a_year: float = Field(ge=500, le=20_000)
    years: float = Field(ge=0.5, le=6)


class Restart(Message):
    """A new world from the start of the live time, with the past of `seed`."""

    kind: Literal["restart"]
    seed: int = Field(ge=0, le=LARGEST_SEED)


Order = StartCampaign | EndCampaigns | ChangePrice | Eradicate
AnyMessage = Annotated[
    Pace | StartCampaign | EndCampaigns | ChangePrice | Eradicate | Restart, Field(discriminator="kind")
]
_READER: TypeAdapter[Pace | Order | Restart] = TypeAdapter(AnyMessage)


def read_message(text: str) -> Pace | Order | Restart:
    """The message in `text`. Raises `Refused` with what was wrong in words that hold nothing of the message."""
    try:
        return _READER.validate_json(text)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        if any(fault["type"] == "json_invalid" for fault in faults):
            raise Refused("malformed", "the message is not JSON") from None
        told = [f"{_where(fault['loc'])}{fault['msg'].lower()}" for fault in faults[:MOST_FAULTS_TOLD]]
        raise Refused("faulty", "; ".join(told)) from None


def _where(location: tuple[int | str, ...]) -> str:
    """The key at fault if it is one of ours; what a visitor has made up is not repeated."""
    known = {name for model in (*Order.__args__, Pace, Restart) for name in model.model_fields}
    key = next((part for part in location[1:] if part in known), None)
    return f"{key}: " if key else ""
