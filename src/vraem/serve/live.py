"""One visitor's valley: a fork of the shared past that moves on week by week and takes orders."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from vraem import engine
from vraem.scenario.campaigns import Campaign
from vraem.scenario.events import Eradication, Event, PriceShock
from vraem.scenario.fields import LATEST
from vraem.serve.messages import ChangePrice, EndCampaigns, Eradicate, Order, Refused, StartCampaign
from vraem.serve.past import Past, recorder_of
from vraem.tape.header import dated_orders
from vraem.world.clock import DAYS_A_WEEK

if TYPE_CHECKING:
    from vraem.scenario import Scenario

DAYS_A_YEAR = 365.25
ONE_DAY = timedelta(days=1)


class LiveWorld:
    """A world under a visitor's orders. Not safe to use from two threads at once: its session sees to that."""

    def __init__(self, past: Past, most_orders: int) -> None:
        self._world = engine.fork(past.world, past.world.scenario)
        self._recorder = recorder_of(past)
        self._orders, self._most_orders = 0, most_orders

    @property
    def ended(self) -> bool:
        """Whether the run has reached its last week."""
        return self._world.week >= self._world.clock.weeks

    def advance(self, weeks: int) -> bytes:
        """Move on by `weeks`, or to the end, and return them as a block of tape."""
        world = self._world
        for _ in range(min(weeks, world.clock.weeks - world.week)):
            engine.advance(world)
            self._recorder.record(world)
            engine.close_week(world)
        return self._recorder.take()

    def order(self, message: Order) -> None:
        """Change what is to come. Raises `Refused` when the world has ended or has taken its share of orders."""
        if self.ended:
            raise Refused("ended", "the run has reached its end")
        if self._orders >= self._most_orders:
            raise Refused("orders", f"one valley takes {self._most_orders} orders; start again for more")
        scenario = _changed(self._world.scenario, message, self._world.clock.date(self._world.week))
        self._world = engine.fork(self._world, scenario)
        self._orders += 1

    def dated(self) -> list[dict[str, Any]]:
        """Campaigns and events of the scenario as they now stand, as the head of a tape has them."""
        return dated_orders(self._world.scenario)


def _changed(scenario: "Scenario", message: Order, today: date) -> "Scenario":
    """The scenario with what `message` asks for from `today` on; what is past stays as it was."""
    if isinstance(message, EndCampaigns):
        campaigns = tuple(_ended(campaign, today - ONE_DAY) for campaign in scenario.campaigns)
        return dataclasses.replace(scenario, campaigns=campaigns)
    start = today
    if isinstance(message, StartCampaign):
        start = today + timedelta(days=DAYS_A_WEEK * message.in_weeks)
    end = min(start + timedelta(days=round(DAYS_A_YEAR * message.years)), LATEST)
    if isinstance(message, StartCampaign):
        campaign = Campaign(
            targets=message.targets,
            start=start,
            end=end,
            operations_per_month=message.operations_per_month,
            intelligence=message.intelligence,
            accuracy=message.accuracy,
            lethality=message.lethality,
        )
        return dataclasses.replace(scenario, campaigns=(*scenario.campaigns, campaign))
    events = scenario.events
    if isinstance(message, ChangePrice):
        events = tuple(_without_price_order(events, today))
        event: PriceShock | Eradication = PriceShock(
            kind="price_shock", start=start, end=end, factor=message.factor
        )
    else:
        assert isinstance(message, Eradicate)
        hectares = message.hectares_a_year * message.years
        event = Eradication(kind="eradication", start=start, end=end, hectares=hectares)
    return dataclasses.replace(scenario, events=(*events, event))


def _without_price_order(events: Sequence[Event], today: date) -> Iterator[Event]:
    """The events with no order on the price from `today` on: the newest stands for all, what is past stays."""
    for event in events:
        if not (isinstance(event, PriceShock) and event.start <= today <= event.end):
            yield event
        elif event.start < today:
            yield event.model_copy(update={"end": today - ONE_DAY})


def _ended(campaign: Campaign, last: date) -> Campaign:
    """A campaign that is over by `last`; it keeps its place, because incidents name campaigns by their number."""
    if campaign.end <= last:
        return campaign
    return campaign.model_copy(update={"start": min(campaign.start, last), "end": last})
