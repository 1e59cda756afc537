"""`vraem serve` says in one line why nobody can be served, before it gives out an address."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from vraem.cli import cli
from vraem.serve.run import addresses, listening_problem

SMALL = ("--households", "400")
WAIT_SECONDS = 60


@contextmanager
def _server(*options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`vraem serve` in a process group of its own, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vraem.cli", "serve", "--port", str(port), *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process, port
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(WAIT_SECONDS)


def test_the_address_is_given_out_when_it_answers():
    with _server(*SMALL) as (process, port):
        assert process.stderr.readline() == "preparing the past ...\n"
        assert process.stderr.readline() == f"the live valley: http://127.0.0.1:{port}/\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_SECONDS) == 0


def test_a_server_that_is_told_to_stop_while_it_prepares_says_nothing_more():
    with _server("--households", "40000") as (process, _):
        assert process.stderr.readline() == "preparing the past ...\n"
        time.sleep(3)  # its processes are at work, and will be for longer
        os.killpg(process.pid, signal.SIGTERM)
        assert process.stderr.read() == ""
        assert process.wait(WAIT_SECONDS) == -signal.SIGTERM


def test_every_address_at_which_a_class_finds_it_is_told():
    assert addresses("127.0.0.1") == ["127.0.0.1"]
    assert addresses("valley.example") == ["valley.example"]
    for host in ("0.0.0.0", "::"):
        *network, here = addresses(host)
        assert here == "localhost"
        assert not {"0.0.0.0", "::", "127.0.0.1", "::1"} & {*network}


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


def test_a_wrong_number_of_households_is_told_under_the_name_of_its_option():
    told = CliRunner().invoke(cli, ["serve", "--households", "3"], prog_name="vraem")
    assert told.exit_code == 2
    assert told.output.startswith("--households: run.households: got 3, expected")
