"""The live classroom: a world each, moved and steered; what is malformed, too large or too much is refused."""

import asyncio
import dataclasses
import itertools
import json
import time
from datetime import date
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
websockets = pytest.importorskip("websockets", reason="the extra `serve` is not installed")

import vraem  # noqa: E402
from tests.app.conftest import LIVE, Classroom  # noqa: E402
from vraem.scenario.events import PriceShock  # noqa: E402
from vraem.serve.live import _changed  # noqa: E402
from vraem.serve.messages import ChangePrice, Refused, StartCampaign, read_message  # noqa: E402
from vraem.serve.run import is_loopback  # noqa: E402

PAST_WEEKS = 52
CAMPAIGN: dict[str, Any] = {
    "kind": "campaign",
    "targets": ["leader", "heirs"],
    "operations_per_month": 2.0,
    "intelligence": 0.5,
    "accuracy": 0.85,
    "lethality": 0.2,
    "in_weeks": 4,
    "years": 1.5,
}


class Visitor:
    """A scripted visitor: says things, keeps what is told and the frames."""

    def __init__(self, line: Any) -> None:
        self.line = line
        self.frames: list[bytes] = []

    async def say(self, message: Any) -> None:
        await self.line.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def told(self, *kinds: str) -> dict[str, Any]:
        """The next message of one of `kinds`; frames on the way are kept."""
        while True:
            packet = await asyncio.wait_for(self.line.recv(), 30)
            if isinstance(packet, bytes):
                self.frames.append(packet)
                continue
            message: dict[str, Any] = json.loads(packet)
            if message["kind"] in kinds:
                return message

    async def next_frame(self) -> bytes:
        while True:
            packet = await asyncio.wait_for(self.line.recv(), 30)
            if isinstance(packet, bytes):
                return packet

    async def arrived(self) -> dict[str, Any]:
        """The head of the world; its past has come in afterwards."""
        head = (await self.told("head"))["head"]
        self.frames.append(await self.next_frame())
        return head


def visit(room: Classroom, script: Any, **options: Any) -> Any:
    """Connect and play `script(visitor)`."""

    async def run() -> Any:
        async with websockets.connect(room.socket_address, max_size=None, **options) as line:
            return await script(Visitor(line))

    return room.visit(run())


def weeks_of(frame: bytes) -> tuple[int, int]:
    """First week and number of weeks of a plain frame."""
    assert frame[:4] == bytes(4)
    return int.from_bytes(frame[4:8], "little"), int.from_bytes(frame[8:12], "little")


def test_a_world_moves_at_the_pace_asked_for_and_follows_on_its_past(classroom: Any) -> None:
    async def script(me: Visitor) -> None:
        head = await me.arrived()
        assert head["name"] == "baseline"
        await me.say({"kind": "pace", "weeks_per_second": 32})
        weeks = [weeks_of(await me.next_frame()) for _ in range(6)]
        assert weeks[0][0] == PAST_WEEKS
        assert all(first + count == after for (first, count), (after, _) in itertools.pairwise(weeks))

    visit(classroom(), script)


def test_orders_change_what_is_to_come_and_are_told_back(classroom: Any) -> None:
    async def script(me: Visitor) -> None:
        await me.arrived()
        await me.say(CAMPAIGN)
        dated = (await me.told("orders"))["dated"]
        assert [order["targets"] for order in dated] == [["leader", "heirs"]]
        await me.say({"kind": "price", "factor": 0.5, "years": 1})
        await me.say({"kind": "eradication", "hectares_a_year": 4000, "years": 0.5})
        await me.told("orders")
        dated = (await me.told("orders"))["dated"]
        assert [order.get("kind") for order in dated] == ["price_shock", "eradication", "arrest"]
        await me.say({"kind": "end_campaigns"})
        ended = (await me.told("orders"))["dated"][-1]
        assert ended["end"] < dated[-1]["start"]

    visit(classroom(), script)


def test_a_new_order_on_the_price_takes_the_place_of_the_one_before(classroom: Any) -> None:
    async def script(me: Visitor) -> None:
        await me.arrived()
        for factor in (0.5, 2.0):
            await me.say({"kind": "price", "factor": factor, "years": 1})
            dated = (await me.told("orders"))["dated"]
        assert [order["factor"] for order in dated] == [2.0]

    visit(classroom(), script)


def test_a_price_order_that_has_acted_keeps_its_past() -> None:
    case = vraem.load("baseline")
    first = PriceShock(kind="price_shock", start=date(2023, 1, 2), end=date(2024, 1, 2), factor=0.5)
    before = dataclasses.replace(case, events=(*case.events, first))
    after = _changed(before, ChangePrice(kind="price", factor=2.0, years=1.0), date(2023, 3, 6))
    kept, newest = (event for event in after.events if isinstance(event, PriceShock))
    assert (kept.start, kept.end, kept.factor) == (first.start, date(2023, 3, 5), 0.5)
    assert (newest.start, newest.factor) == (date(2023, 3, 6), 2.0)


def test_a_restart_gives_the_same_past_for_the_same_seed(classroom: Any) -> None:
    async def script(me: Visitor) -> None:
        first = await me.arrived()
        await me.say({"kind": "restart", "seed": first["seed"]})
        again = await me.arrived()
        assert again == first
        assert me.frames[0] == me.frames[1]
        await me.say({"kind": "restart", "seed": 7})
        assert (await me.arrived())["seed"] == 7
        assert me.frames[2] != me.frames[1]

    visit(classroom(), script)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "malformed"),
        ("[1, 2]", "faulty"),
        ("null", "faulty"),
        ({"kind": "explode"}, "faulty"),
        ({"kind": "pace", "weeks_per_second": 1e9}, "faulty"),
        ({"kind": "pace", "weeks_per_second": "8"}, "faulty"),
        ('{"kind": "pace", "weeks_per_second": NaN}', "faulty"),
        ({"kind": "pace", "weeks_per_second": 8, "file": "/etc/passwd"}, "faulty"),
        (CAMPAIGN | {"targets": []}, "faulty"),
        (CAMPAIGN | {"targets": ["heirs", "heirs"]}, "faulty"),
        (CAMPAIGN | {"targets": ["somebody by name"]}, "faulty"),
        (CAMPAIGN | {"operations_per_month": 900}, "faulty"),
        (CAMPAIGN | {"in_weeks": -1}, "faulty"),
        ({"kind": "restart", "seed": -1}, "faulty"),
        ({"kind": "eradication", "hectares_a_year": 1e7, "years": 1}, "faulty"),
        (b"\x00\x01", "malformed"),
        (json.dumps({"kind": "pace", "weeks_per_second": 1}) + " " * 4000, "large"),
    ],
)
def test_what_is_not_allowed_is_refused_with_a_reason(message: Any, code: str, refusing: Any) -> None:
    refused = refusing(message)
    assert refused["code"] == code
    assert refused["reason"]
    assert "passwd" not in refused["reason"]


@pytest.fixture(scope="module")
def refusing(valley: Any) -> Any:
    """What a classroom answers to a message, one visitor for each."""
    from vraem.scenario import load
    from vraem.serve.app import make_app
    from vraem.serve.limits import Limits

    scenario = load("baseline", LIVE)
    with Classroom(make_app(scenario, valley, Limits(processes=1))) as room:

        def answer(message: Any) -> Any:
            async def script(me: Visitor) -> Any:
                await me.arrived()
                await me.say(message)
                return await me.told("refused", "over")

            return visit(room, script)

        yield answer


def test_too_many_messages_are_refused_and_then_end_the_visit(classroom: Any) -> None:
    async def script(me: Visitor) -> tuple[str, str]:
        await me.arrived()
        for _ in range(60):
            await me.say({"kind": "pace", "weeks_per_second": 0})
        first = await me.told("refused")
        last = await me.told("over")
        return first["code"], last["code"]

    assert visit(classroom(messages_a_second=1.0, burst=5, strikes=10), script) == ("fast", "strikes")


def test_a_message_beyond_all_measure_closes_the_socket(classroom: Any) -> None:
    async def script(me: Visitor) -> int:
        await me.arrived()
        await me.say("x" * 100_000)
        await asyncio.wait_for(me.line.wait_closed(), 30)
        return int(me.line.close_code)

    assert visit(classroom(), script) == 1009


def test_a_full_house_says_so_and_a_place_that_is_left_is_free_again(classroom: Any) -> None:
    room = classroom(worlds=1)

    async def script(me: Visitor) -> Any:
        await me.arrived()
        async with websockets.connect(room.socket_address, max_size=None) as second:
            return json.loads(await asyncio.wait_for(second.recv(), 30))

    told = visit(room, script)
    assert (told["kind"], told["code"]) == ("over", "full")

    async def later(me: Visitor) -> str:
        await me.arrived()
        return "in"

    async def retry() -> str:
        for _ in range(50):  # the first visitor's world takes a moment to be cleared away
            try:
                async with websockets.connect(room.socket_address, max_size=None) as line:
                    return await later(Visitor(line))
            except (websockets.ConnectionClosed, AssertionError):
                await asyncio.sleep(0.1)
        return "out"

    assert room.visit(retry()) == "in"


def test_an_idle_world_ends(classroom: Any) -> None:
    room = classroom(idle_seconds=0.5)

    async def script(me: Visitor) -> str:
        await me.arrived()
        return str((await me.told("over"))["code"])

    assert visit(room, script) == "idle"
    deadline = time.monotonic() + 20
    while room.house.sessions and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not room.house.sessions


def test_a_second_window_ends_the_first(classroom: Any) -> None:
    room = classroom()
    cookie = {"additional_headers": {"Cookie": "vraem_visitor=abc"}}

    async def script(me: Visitor) -> str:
        await me.arrived()
        async with websockets.connect(room.socket_address, max_size=None, **cookie) as second:
            code = (await me.told("over"))["code"]
            await Visitor(second).arrived()
            return str(code)

    assert visit(room, script, **cookie) == "elsewhere"


def test_orders_of_one_world_are_limited(classroom: Any) -> None:
    async def script(me: Visitor) -> str:
        await me.arrived()
        for _ in range(3):
            await me.say(CAMPAIGN)
        return str((await me.told("refused"))["code"])

    assert visit(classroom(orders=2), script) == "orders"


def test_another_sites_page_gets_no_world(classroom: Any) -> None:
    async def script(me: Visitor) -> None:
        await me.arrived()

    with pytest.raises(websockets.InvalidStatus):
        visit(classroom(), script, origin="https://elsewhere.example")


def test_nothing_but_the_page_is_served(classroom: Any) -> None:
    room = classroom()

    async def ask(path: str, host: str = "localhost", method: str = "GET") -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", room.port)
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        head = (await reader.readline()).decode()
        writer.close()
        return head.split()[1]

    assert room.visit(ask("/")) == "200"
    for path in ("/pyproject.toml", "/../../etc/passwd", "/%2e%2e/etc/passwd", "/js/main.js", "/valley"):
        assert room.visit(ask(path)) == "404", path
    assert room.visit(ask("/", method="POST")) == "405"
    assert room.visit(ask("/", host="attacker.example")) == "400"


def test_a_message_is_data_and_nothing_else() -> None:
    message = read_message(json.dumps(CAMPAIGN))
    assert isinstance(message, StartCampaign)
    with pytest.raises(Refused) as refused:
        read_message(json.dumps({"kind": "pace", "weeks_per_second": 1, "__import__('os')": 1}))
    assert "import" not in refused.value.reason


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("classroom.example", False),
    ],
)
def test_it_is_known_who_can_reach_an_address(host: str, own: bool) -> None:
    assert is_loopback(host) is own
