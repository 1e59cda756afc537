"""``python -m tests.benchmarks.classroom [--quick]``: the player's pages and the live classroom under a full class.

Sizes of replays; pictures a second of a whole run at 1280 x 800; a class of 30 scripted visitors on ``vraem serve`` for
two minutes. The browser is the system's Chromium; without it its lines are left out and said to be.
"""

import argparse
import asyncio
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import websockets

from tests.app.browser import MISSING, browser, browser_page, chromium
from vraem.player import replay_page
from vraem.scenario import load
from vraem.tape import place_data, tape_run
from vraem.valley import load as load_valley

from . import measures
from .report import Report

ONE_BUDGET, TWO_BUDGET = 4.0, 7.0
PICTURES_BUDGET = 50.0
FRAMES_BUDGET = 5.0
MEMORY_BUDGET = 1_500.0
MEGABYTE = 1_000_000
PLAYED_SPEED = 16
ASKED_PACE = 8
"""Weeks a second that every visitor asks for."""
ORDERED_AT = 30
"""Frame after which a first visitor orders a campaign; each next one a frame later."""
START_SECONDS = 90


@dataclass(frozen=True)
class ClassLoad:
    """A class on the live valley: frames a second of the slowest and the median visitor, peak memory in MB."""

    clients: int
    seconds: float
    slowest: float
    median: float
    memory: float | None
    errors: list[str]


def main() -> int:
    """Measure and print; the exit code tells whether all budgets were kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.classroom", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 seconds, 10 visitors, fewer households")
    options = parser.parse_args()
    report = Report(measures.yardstick())
    with tempfile.TemporaryDirectory() as folder:
        add_pages(report, Path(folder), 4_000 if options.quick else measures.ONE_TO_ONE, quick=options.quick)
    clients, seconds = (10, 20.0) if options.quick else (30, 120.0)
    add_class(report, class_load(clients, seconds))
    print(report.markdown())
    return 0 if report.kept else 1


def add_pages(report: Report, folder: Path, households: int, *, quick: bool) -> None:
    """Sizes of replays of one and of two runs, and how smoothly the first plays."""
    valley = load_valley()
    place = place_data(valley)
    tapes = [
        tape_run(load(name, [f"run.households={households}"]), seed=1, valley=valley)
        for name in ("baseline", "heirs-first")
    ]
    for what, count, budget in (("one run", 1, ONE_BUDGET), ("two runs", 2, TWO_BUDGET)):
        path = folder / f"{count}.html"
        path.write_text(replay_page(place, tapes[:count]), encoding="utf-8")
        size = path.stat().st_size / MEGABYTE
        weeks = tapes[0].header["weeks"]
        _line(
            report,
            f"replay page of {what}, {weeks} weeks",
            f"{size:.2f} MB",
            f"{budget:g} MB",
            size <= budget,
        )
        if chromium() is None:
            continue
        pictures = pictures_a_second(path, seconds=10.0 if quick else None)
        _line(
            report,
            f"pictures a second, {what}, 1280 x 800, {PLAYED_SPEED} weeks a second",
            f"{pictures:.0f}",
            f"{PICTURES_BUDGET:g}" if count == 1 else "none set",
            pictures >= PICTURES_BUDGET or count == 2,
        )
    if chromium() is None:
        print(f"no pictures a second: {MISSING}", file=sys.stderr)


def _line(report: Report, what: str, measured: str, budget: str, kept: bool) -> None:
    report.lines.append((what, measured, budget, kept))


def pictures_a_second(path: Path, seconds: float | None = None) -> float:
    """Pictures drawn a second while a page plays, for `seconds` or from the first week to the last."""
    with browser() as started, browser_page(started) as page:
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-ready]")
        page.evaluate(f"vraem.stage.setSpeed({PLAYED_SPEED}); vraem.stage.seek(0); vraem.stage.play()")
        page.wait_for_timeout(1_000)
        before, began = page.evaluate("[vraem.stage.frames, performance.now()]")
        until = time.monotonic() + (seconds or 600.0)
        while time.monotonic() < until and page.evaluate("vraem.stage.playing"):
            page.wait_for_timeout(500)
        after, ended = page.evaluate("[vraem.stage.frames, performance.now()]")
    return float((after - before) / (ended - began) * 1000.0)


def add_class(report: Report, load: ClassLoad) -> None:
    """The live classroom's lines."""
    who = f"{load.clients} visitors for {load.seconds:.0f} s on `vraem serve`"
    _line(
        report,
        f"{who}: frames a second of the slowest",
        f"{load.slowest:.1f} (median {load.median:.1f})",
        f"{FRAMES_BUDGET:g}",
        load.slowest >= FRAMES_BUDGET,
    )
    if load.memory is not None:
        _line(report, f"{who}: peak memory", f"{load.memory:.0f} MB", "1500 MB", load.memory <= MEMORY_BUDGET)
    shown = "; ".join(sorted(set(load.errors))[:3]) or "none"
    _line(report, f"{who}: errors", shown, "none", not load.errors)


def class_load(clients: int, seconds: float) -> ClassLoad:
    """Start a server of its own, let `clients` visitors play and give orders, and stop it."""
    port = _free_port()
    command = [sys.executable, "-m", "vraem.cli", "serve", "--port", str(port)]
    with tempfile.TemporaryFile() as said, subprocess.Popen(command, stderr=said) as server:
        try:
            _wait_for(port)
            frames, errors = asyncio.run(_class(port, clients, seconds))
            memory = _peak_memory(server.pid)
        finally:
            server.terminate()
            server.wait(10)
        said.seek(0)
        errors += [line for line in said.read().decode().splitlines() if "rror" in line]
    rates = sorted(count / seconds for count in frames)
    return ClassLoad(clients, seconds, rates[0], rates[len(rates) // 2], memory, errors)


async def _class(port: int, clients: int, seconds: float) -> tuple[list[int], list[str]]:
    errors: list[str] = []
    frames = await asyncio.gather(*(_visit(port, number, seconds, errors) for number in range(clients)))
    return list(frames), errors


async def _visit(port: int, number: int, seconds: float, errors: list[str]) -> int:
    """One visitor: takes in the past, plays, orders a campaign on the way; returns frames received."""
    frames = 0
    try:
        async with websockets.connect(
            f"ws://127.0.0.1:{port}/valley", max_size=None, open_timeout=60
        ) as line:
            while not isinstance(await line.recv(), bytes):
                pass  # the head; then the past
            await line.send(json.dumps({"kind": "pace", "weeks_per_second": ASKED_PACE}))
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                told = await asyncio.wait_for(line.recv(), 20.0)
                if isinstance(told, bytes):
                    frames += 1
                    if frames == ORDERED_AT + number:
                        await line.send(json.dumps(_campaign(number)))
                    continue
                kind = json.loads(told)["kind"]
                if kind == "end":  # the run is over before the lesson is: begin another
                    await line.send(json.dumps({"kind": "restart", "seed": 1}))
                    await line.send(json.dumps({"kind": "pace", "weeks_per_second": ASKED_PACE}))
                elif kind in ("refused", "over"):
                    errors.append(told)
    except Exception as error:
        errors.append(f"visitor {number}: {type(error).__name__}: {error}")
    return frames


def _campaign(number: int) -> dict[str, object]:
    return {
        "kind": "campaign",
        "targets": [("heirs", "leader", "commanders", "random")[number % 4]],
        "operations_per_month": 2,
        "intelligence": 0.5,
        "accuracy": 0.85,
        "lethality": 0.2,
        "in_weeks": 0,
        "years": 2,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    """Until the server answers. Raises `TimeoutError` if it does not."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"no server on port {port} after {START_SECONDS} s")


def _peak_memory(pid: int) -> float | None:
    """Peak resident memory of a process and its children, MB; None where the system does not tell."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return None
    found = [
        re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{each}/status").read_text())
        for each in (pid, *children.read_text().split())
    ]
    return sum(int(each[1]) for each in found if each) / 1024.0


if __name__ == "__main__":
    sys.exit(main())
