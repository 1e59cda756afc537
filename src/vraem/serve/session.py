"""A visitor's session: messages come in, frames go out, and the world moves between them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from time import monotonic
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from vraem.serve.limits import Bucket, Limits
from vraem.serve.messages import Order, Pace, Refused, Restart, read_message
from vraem.serve.workshop import Place, WorldLost

POLICY, INTERNAL, TRY_LATER, GOING_AWAY = 1008, 1011, 1013, 1001
"""Codes with which a socket is closed: rules broken, a fault here, no room, the world has ended."""
PLAIN, PACKED = (0).to_bytes(4, "little"), (1).to_bytes(4, "little")
"""What a frame begins with: a block as it is, or packed."""


class Over(Exception):
    """The session ends: `code` of the socket, `rule` for the player's dictionary, `reason` in words."""

    def __init__(self, code: int, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.rule, self.reason = code, rule, reason


class Session:
    """One visitor with one world. `run` lasts as long as the visit."""

    def __init__(self, socket: WebSocket, place: Place, limits: Limits, seed: int) -> None:
        self._socket, self._place, self._limits, self._seed = socket, place, limits, seed
        self._bucket = Bucket(limits)
        self._strikes = 0
        self._pace = 0.0
        self._moving = asyncio.Event()
        self._turn = asyncio.Lock()  # one hand on the world at a time
        self._ready = False
        self._stop: asyncio.Future[Over] = asyncio.get_running_loop().create_future()

    def end(self, over: Over) -> None:
        """End the session from outside, with a reason that the visitor is told."""
        if not self._stop.done():
            self._stop.set_result(over)

    async def run(self) -> None:
        """Serve the visitor until one side leaves, a rule is broken, or the world has stood idle too long."""
        tasks = [asyncio.create_task(part()) for part in (self._listen, self._move, self._wait_for_end)]
        try:
            await self._begin(self._seed)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Over as over:
            await self._say_goodbye(over)
        except WorldLost:
            await self._say_goodbye(Over(INTERNAL, "lost", "the valley was lost by a fault of the server"))
        except (WebSocketDisconnect, RuntimeError):
            pass  # the visitor has left; a socket that is already closed says so with RuntimeError
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(WorldLost):
                await self._place.close()

    async def _wait_for_end(self) -> None:
        raise await self._stop

    async def _say_goodbye(self, over: Over) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._tell("over", code=over.rule, reason=over.reason), 2.0)
            await asyncio.wait_for(self._socket.close(over.code, over.reason[:120]), 2.0)

    async def _tell(self, kind: str, **values: Any) -> None:
        await self._in_time(lambda: self._socket.send_json({"kind": kind, **values}))

    async def _in_time(self, send: Callable[[], Awaitable[None]]) -> None:
        """Send, and end the session if the visitor does not take it in."""
        try:
            await asyncio.wait_for(send(), self._limits.send_seconds)
        except TimeoutError:
            raise Over(POLICY, "slow", "the connection is too slow for the live valley") from None

    async def _begin(self, seed: int) -> None:
        """A new world, and its past for the visitor."""
        async with self._turn:
            opened = await self._place.open(seed, self._limits.orders)
            self._ready = True
            self._hold()
            await self._tell("head", head=opened.head)
            await self._in_time(lambda: self._socket.send_bytes(PACKED + opened.block))

    def _hold(self) -> None:
        self._pace = 0.0
        self._moving.clear()

    async def _send_weeks(self, block: bytes) -> None:
        if int.from_bytes(block[4:8], "little"):  # a block of no weeks says nothing
            await self._in_time(lambda: self._socket.send_bytes(PLAIN + block))

    async def _listen(self) -> None:
        """Take in messages; refuse with a reason what is not allowed."""
        while True:
            try:
                packet = await asyncio.wait_for(self._socket.receive(), self._limits.idle_seconds)
            except TimeoutError:
                raise Over(GOING_AWAY, "idle", "nothing was asked of this valley for a long time") from None
            if packet["type"] == "websocket.disconnect":
                raise WebSocketDisconnect
            try:
                await self._follow(self._text_of(packet))
            except Refused as refused:
                await self._refuse(refused)

    def _text_of(self, packet: Mapping[str, Any]) -> str:
        if not self._bucket.take():
            raise Refused("fast", f"more than {self._limits.messages_a_second:g} messages a second")
        text = packet.get("text")
        if text is None:
            raise Refused("malformed", "only text messages are read")
        if len(text.encode()) > self._limits.message_bytes:
            raise Refused("large", f"a message has at most {self._limits.message_bytes} bytes")
        return str(text)

    async def _refuse(self, refused: Refused) -> None:
        self._strikes += 1
        if self._strikes >= self._limits.strikes:
            raise Over(POLICY, "strikes", "too many messages had to be refused")
        await self._tell("refused", code=refused.code, reason=refused.reason)

    async def _follow(self, text: str) -> None:
        message = read_message(text)
        if isinstance(message, Pace):
            self._pace = message.weeks_per_second
            (self._moving.set if self._pace > 0.0 else self._moving.clear)()
        elif isinstance(message, Restart):
            await self._begin(message.seed)
        else:
            await self._order(message)

    async def _order(self, message: Order) -> None:
        async with self._turn:
            if not self._ready:
                raise Refused("early", "the valley is not ready yet")
            await self._tell("orders", dated=await self._place.order(message))

    async def _move(self) -> None:
        """Move the world at the visitor's pace and send what has happened, a few times a second."""
        while True:
            await self._moving.wait()
            began = monotonic()
            frames = min(self._limits.frames_a_second, max(self._pace, 1.0))
            weeks = max(ceil(self._pace / frames), 1)
            async with self._turn:
                if not self._ready or not self._moving.is_set():
                    continue
                moved = await self._place.move(weeks)
                await self._send_weeks(moved.block)
                if moved.ended:
                    self._hold()
                    await self._tell("end")
            pace = max(self._pace, 1.0)
            await asyncio.sleep(max(weeks / pace - (monotonic() - began), 0.0))
