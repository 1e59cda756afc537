"""``python -m tests.benchmarks``: measure, print the tables, and write them into a Markdown file if asked."""

import argparse
import sys
from pathlib import Path

from . import measures
from .report import Report, write_block
from .views import agent_views


def main() -> int:
    """Run every measurement in turn; the exit code tells whether all budgets were kept."""
    options = _parser().parse_args()
    quick = options.quick
    report = Report(measures.yardstick())
    say = _say if sys.stderr.isatty() else (lambda text: None)
    say("start of Python, import, help")
    report.add_start_up(measures.start_up(repeats=3 if quick else 9))
    say("one run of 22 years")
    report.add_run(measures.one_run(repeats=3 if quick else 9))
    say("growers' step against Mesa agents")
    rows, weeks = (4_000, 13) if quick else (measures.ONE_TO_ONE, 26)
    report.add_step(measures.growers_step(rows, weeks))
    say("agents as views")
    report.add_views(agent_views(repeats=3 if quick else 9))
    say("growth with households")
    report.add_growth(measures.growth(weeks=104, repeats=2 if quick else 5))
    say("memory")
    report.add_memory(measures.memory())
    say("pairing")
    report.add_pairing(measures.pairing(seeds=6 if quick else 24))
    say("pairing of armed groups")
    report.add_pairing(measures.organisation_pairing(seeds=6 if quick else 40))
    text = report.markdown()
    print(text)
    if options.markdown is not None:
        try:
            write_block(options.markdown, text)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
    return 0 if report.kept else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats, a smaller Mesa model")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write the tables into the marked block of FILE"
    )
    return parser


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
