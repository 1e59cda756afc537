"""Short runs on tape, a replay page of them, the system's browser, and a live classroom on a port of its own."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.browser import MISSING, PHONE, browser, browser_page, chromium
from vraem.scenario import Scenario, load
from vraem.tape import Tape, tape_run
from vraem.valley import Valley
from vraem.valley import load as load_valley

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCREENSHOTS = Path("runs/screenshots")
"""Pictures that the browser tests take, to be looked at."""
START_SECONDS = 60
READBACK = "willReadFrequently"
"""Chromium's hint to whoever reads canvases back, as the tests do."""
SHORT = ["run.households=400", "run.end=2015-12-31"]
LIVE = ["run.households=400", "run.start=2022-01-03", "run.end=2024-12-29"]
"""A live classroom with one year of history, not eleven."""


@pytest.fixture(scope="session")
def valley() -> Valley:
    return load_valley()


@pytest.fixture(scope="session")
def short() -> Scenario:
    """Four years of history with 400 rows, each for a hundred households."""
    return load("history", SHORT)


@pytest.fixture(scope="session")
def other() -> Scenario:
    """The same until July 2014, then a campaign and eradication."""
    return load("history", SHORT).with_(
        {
            "name": "other",
            "campaign": [
                {
                    "kind": "arrest",
                    "targets": ("leader", "heirs"),
                    "start": date(2014, 7, 7),
                    "end": date(2015, 6, 30),
                    "operations_per_month": 4.0,
                    "intelligence": 1.0,
                }
            ],
            "event": [
                {
                    "kind": "eradication",
                    "start": date(2014, 7, 7),
                    "end": date(2015, 6, 30),
                    "hectares": 4000.0,
                }
            ],
        }
    )


@pytest.fixture(scope="session")
def tape(short: Scenario, valley: Valley) -> Tape:
    return tape_run(short, seed=1, valley=valley)


@pytest.fixture(scope="session")
def other_tape(other: Scenario, valley: Valley) -> Tape:
    return tape_run(other, seed=1, valley=valley)


@pytest.fixture(scope="session")
def replays(tape: Tape, other_tape: Tape, valley: Valley, tmp_path_factory: Any) -> dict[str, Path]:
    """Pages of one run and of two."""
    from vraem.player import replay_page
    from vraem.tape import place_data

    folder = tmp_path_factory.mktemp("replays")
    place = place_data(valley)
    pages = {"one": [tape], "two": [tape, other_tape]}
    for name, tapes in pages.items():
        (folder / f"{name}.html").write_text(replay_page(place, tapes, language="en"), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


class Watched:
    """A browser page with everything that it complained of or asked for."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda said: self._heard(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, said: str) -> None:
        if READBACK not in said:
            self.complaints.append(said)

    def open(self, address: str) -> "Page":
        """Go there and wait until the player stands."""
        self.page.goto(address)
        self.page.wait_for_selector("body[data-ready]", timeout=60_000)
        return self.page

    def keep(self, name: str) -> Path:
        """Keep a picture of what is to be seen."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path


@pytest.fixture(scope="module")
def started() -> Iterator["Browser"]:
    """The browser, for all tests of a file."""
    if chromium() is None:
        pytest.skip(MISSING)
    with browser() as found:
        yield found


@pytest.fixture
def watched(started: "Browser") -> Iterator[Watched]:
    """A page of 1280 x 800; at the end it must not have complained."""
    yield from _watched(started)


@pytest.fixture
def phone(started: "Browser") -> Iterator[Watched]:
    """A page as wide as a phone's, with touch."""
    yield from _watched(started, size=PHONE, has_touch=True, device_scale_factor=2)


@pytest.fixture
def calm(started: "Browser") -> Iterator[Watched]:
    """A page whose reader wants no motion."""
    yield from _watched(started, reduced_motion="reduce")


def _watched(started: "Browser", **options: Any) -> Iterator[Watched]:
    with browser_page(started, **options) as page:
        seen = Watched(page)
        yield seen
        assert not seen.complaints, seen.complaints


class Classroom:
    """A live classroom in a thread: `address` of its page, `socket_address` of its socket."""

    def __init__(self, app: Any) -> None:
        import uvicorn

        from vraem.serve.limits import LARGEST_FRAME

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="error", ws_max_size=LARGEST_FRAME
        )
        self.server = uvicorn.Server(config)
        self.address = f"http://127.0.0.1:{self.port}/"
        self.socket_address = f"ws://127.0.0.1:{self.port}/valley"
        self.house = app.state.house
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> "Classroom":
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self.server.started and self._thread.is_alive() and time.monotonic() < until:
            time.sleep(0.05)
        assert self.server.started, "the live classroom did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(20)

    def visit(self, coroutine: Any) -> Any:
        """Run what a scripted visitor does."""
        return asyncio.run(asyncio.wait_for(coroutine, 60))


@pytest.fixture
def classroom(valley: Valley) -> Iterator[Any]:
    """Makes classrooms with limits of one's own; all are closed at the end."""
    pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
    from contextlib import ExitStack

    from vraem.serve.app import make_app
    from vraem.serve.limits import Limits

    scenario = load("baseline", LIVE)
    with ExitStack() as stack:
        yield lambda **limits: stack.enter_context(
            Classroom(make_app(scenario, valley, Limits(processes=1, **limits), ("localhost", "127.0.0.1")))
        )
