"""Starting the live classroom."""

import contextlib
import os
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING

import uvicorn

from vraem.serve.app import LOOPBACK_NAMES, make_app
from vraem.serve.limits import LARGEST_FRAME, Limits

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.valley import Valley


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def addresses(host: str) -> list[str]:
    """The addresses under which a server that listens on `host` can be reached: its own, or all of this machine's."""
    try:
        everywhere = ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    if not everywhere:
        return [host]
    return [*_network_addresses(socket.AF_INET6 if ":" in host else socket.AF_INET), "localhost"]


def _network_addresses(family: socket.AddressFamily) -> list[str]:
    """Addresses of this machine in its networks: those of its name, and the one from which it would send."""
    found: list[str] = []
    with contextlib.suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, family)]
    # an address kept for documentation: a datagram socket is only told where it would send, nothing is sent
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(("2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1", 9))
        found.append(str(probe.getsockname()[0]))
    # an address with a zone, such as fe80::1%eth0, means nothing on another machine
    return sorted({each for each in found if "%" not in each and not is_loopback(each)})


def listening_problem(host: str, port: int) -> str:
    """Why nobody can be served at an address, as one line; nothing if all is well."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            if os.name == "posix":  # as the server does: a port that was just left is free
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
            tried.listen()
    except socket.gaierror as error:
        return (
            f"--host: got {host} ({error.strerror}), expected an address of this machine, such as 127.0.0.1"
        )
    except (OSError, UnicodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return (
            f"--host {host} --port {port}: cannot be listened on ({reason}); choose another --port or --host"
        )
    return ""


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._ready()


def serve(
    scenario: "Scenario",
    valley: "Valley",
    *,
    host: str,
    port: int,
    limits: Limits,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until interrupted; `ready` is called when visitors are answered.

    Raises `SystemExit` if the port cannot be had.
    """
    # under its own name only: a page of another site must not reach a server on this machine by a name of its own
    names = (*LOOPBACK_NAMES, host) if is_loopback(host) else ("*",)
    app = make_app(scenario, valley, limits, names)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        limit_concurrency=10 * limits.worlds,
        timeout_graceful_shutdown=3,
    )
    _Server(config, ready).run()
