"""``python -m tests.app.lucky_seeds [--seeds N]``: under which seeds of the second lesson does a column break away?

One line a seed: splits of the armed groups in each of the two runs from the week in which they part. For a lesson in
which exactly one run splits, take the first seed that is marked: ``make classroom LUCK=SEED``. Seeds are searched in
order, at the households of the pages, because the draws of other numbers of households are others.
"""

import argparse

from tests.app.reader import ReadTape
from vraem.scenario import Scenario, load
from vraem.tape import tape_run
from vraem.valley import Valley
from vraem.valley import load as load_valley

PAIR = ("random-control", "heirs-first")


def splits(scenario: Scenario, seed: int, valley: Valley) -> int:
    """Splits in a run of `scenario` from its first campaign on."""
    tape = tape_run(scenario, seed=seed, valley=valley)
    sizes = {"places": len(valley.communities.label), "firms": len(tape.header["firmBases"])}
    kind = tape.header["codes"]["incidents"].index("split")
    first = min(campaign.start for campaign in scenario.campaigns)
    start = (first - scenario.run.start).days // 7
    weeks = ReadTape([tape.block], sizes).tables["incidents"][start:]
    return sum(int((rows["kind"] == kind).sum()) for rows in weeks)


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many, from 1 on")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="as of vraem replay")
    options = parser.parse_args()
    valley = load_valley()
    scenarios = [load(name, options.set) for name in PAIR]
    print("seed", *PAIR, sep="  ")
    for seed in range(1, options.seeds + 1):
        found = [splits(scenario, seed, valley) for scenario in scenarios]
        mark = "  exactly one run splits" if found.count(0) == 1 else ""
        print(f"{seed:4}  {found[0]:14}  {found[1]:11}{mark}", flush=True)


if __name__ == "__main__":
    main()
