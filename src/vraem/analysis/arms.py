"""The runs behind the scoreboard: history, and the same seeds with an eradication and with more interdiction."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from vraem.observe import RunResult
from vraem.observe.shared import run_together
from vraem.valley import Valley
from vraem.valley import load as load_valley

if TYPE_CHECKING:
    from vraem.scenario import Scenario

ERADICATED_DISTRICTS = ("Pichari", "Kimbiri", "Santa Rosa", "Samugari")


class Span(NamedTuple):
    """First and last day of a trial."""

    start: date
    end: date


ERADICATION = Span(date(2017, 1, 2), date(2017, 12, 31))
"""Trial eradication for P6 and P7: a year in which nothing else changes."""
ERADICATED_HECTARES = 3000.0
INTERDICTION = Span(date(2017, 1, 2), date(2019, 12, 31))
"""Trial interdiction for P10: every chance of detection doubled for three years."""
INTERDICTION_FACTOR = 2.0


class Arms(NamedTuple):
    """The three runs of one seed, and the place."""

    history: RunResult
    eradication: RunResult
    interdiction: RunResult
    valley: Valley


def run_arms(scenario: "Scenario", seed: int) -> Arms:
    """Run `scenario` as it is, with the trial eradication, and with the trial interdiction."""
    from vraem.scenario.events import Eradication, RouteRisk

    valley = load_valley()
    eradication = Eradication(
        kind="eradication",
        start=ERADICATION.start,
        end=ERADICATION.end,
        hectares=ERADICATED_HECTARES,
        districts=ERADICATED_DISTRICTS,
    )
    interdiction = RouteRisk(
        kind="route_risk",
        route="all",
        start=INTERDICTION.start,
        end=INTERDICTION.end,
        factor=INTERDICTION_FACTOR,
    )
    with_eradication = replace(scenario, events=(*scenario.events, eradication))
    with_interdiction = replace(scenario, events=(*scenario.events, interdiction))
    together = run_together([scenario, with_eradication, with_interdiction], seed=seed, valley=valley)
    history, eradicated, interdicted = (shared.result for shared in together)
    return Arms(history, eradicated, interdicted, valley)
