"""`vraem serve` says in one line why nobody can be served, before it gives out an address."""

import socket

import pytest
from click.testing import CliRunner

pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from vraem.cli import cli
from vraem.serve.run import listening_problem


def test_a_port_that_is_taken_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(cli, ["serve", "--port", str(port)])
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"--port {port}: cannot be listened on (" in done.stderr


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a" * 70])
def test_an_address_of_no_machine_here_is_told(host):
    problem = listening_problem(host, 8765)
    assert problem.startswith("--host")
    assert len(problem.splitlines()) == 1


def test_a_free_port_is_no_problem():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert listening_problem("127.0.0.1", port) == ""
