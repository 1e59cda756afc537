"""Starting the live classroom."""

import os
import socket
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


def serve(scenario: "Scenario", valley: "Valley", *, host: str, port: int, limits: Limits) -> None:
    """Serve until interrupted. Raises `SystemExit` if the port cannot be had."""
    # under its own name only: a page of another site must not reach a server on this machine by a name of its own
    names = (*LOOPBACK_NAMES, host) if is_loopback(host) else ("*",)
    app = make_app(scenario, valley, limits, names)
    uvicorn.run(
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
