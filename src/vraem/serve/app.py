"""The live classroom as a web application: one page, one socket, nothing else.

The page is the player of the replays; the socket is `/valley`. No address reaches a file, and nothing that a
visitor sends is executed or kept beyond the visit.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from vraem.player import live_page
from vraem.serve.limits import Limits
from vraem.serve.session import POLICY, TRY_LATER, Over, Session
from vraem.serve.workshop import Workshop
from vraem.tape import place_data

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.valley import Valley

COOKIE = "vraem_visitor"
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1", "[")
"""Names of this machine. Releases of the middleware differ in what they make of the brackets of [::1]."""


class House:
    """Who is visiting, and what they share: the page, and the workshop where their worlds are moved."""

    def __init__(self, scenario: "Scenario", valley: "Valley", limits: Limits) -> None:
        self.limits = limits
        self.seed = scenario.run.seed
        self.workshop = Workshop(scenario, limits.seeds, limits.processes)
        self.page = live_page(place_data(valley)).encode()
        self.tag = f'"{hashlib.sha256(self.page).hexdigest()[:32]}"'
        self.sessions: set[Session] = set()
        self.by_visitor: dict[str, Session] = {}

    async def show(self, request: Request) -> Response:
        """The page, with a random name for the visitor's browser if it has none."""
        if request.headers.get("if-none-match") == self.tag and COOKIE in request.cookies:
            return Response(status_code=304, headers={**HEADERS, "ETag": self.tag})
        answer = Response(self.page, media_type="text/html", headers={**HEADERS, "ETag": self.tag})
        if COOKIE not in request.cookies:
            answer.set_cookie(COOKIE, secrets.token_urlsafe(16), httponly=True, samesite="strict")
        return answer

    async def visit(self, socket: WebSocket) -> None:
        """One visit: refused from another site's page or without room, else a session of its own."""
        if not _own_page(socket):
            await socket.close(POLICY)
            return
        await socket.accept()
        visitor = socket.cookies.get(COOKIE, "")
        if visitor in self.by_visitor:
            self.by_visitor[visitor].end(Over(POLICY, "elsewhere", "the valley was opened in another window"))
        elif len(self.sessions) >= self.limits.worlds:
            reason = f"all {self.limits.worlds} valleys are taken; try again later"
            await socket.send_json({"kind": "over", "code": "full", "reason": reason})
            await socket.close(TRY_LATER, reason)
            return
        session = Session(socket, self.workshop.place(), self.limits, self.seed)
        self.sessions.add(session)
        if visitor:
            self.by_visitor[visitor] = session
        try:
            await session.run()
        finally:
            self.sessions.discard(session)
            if self.by_visitor.get(visitor) is session:
                del self.by_visitor[visitor]


def _own_page(socket: WebSocket) -> bool:
    """Whether the page that opens the socket, if there is one, came from this host."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


def make_app(
    scenario: "Scenario", valley: "Valley", limits: Limits | None = None, hosts: tuple[str, ...] = ("*",)
) -> Starlette:
    """The application that serves `scenario` in `valley`; `hosts` are the names under which it answers."""
    house = House(scenario, valley, limits or Limits())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await house.workshop.warm_up(house.seed)
        yield
        for session in list(house.sessions):
            session.end(Over(POLICY, "closing", "the live valley closes"))
        await house.workshop.close()

    app = Starlette(
        routes=[Route("/", house.show, methods=["GET"]), WebSocketRoute("/valley", house.visit)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)],
        lifespan=lifespan,
    )
    app.state.house = house
    return app
