"""The same rows on a Dask cluster whose workers die (extra ``cluster``)."""

import contextlib
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sweep_worlds import digests, rows, small, troubled

from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepError, SweepProgress, SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes")

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers on this machine, restarted by their nannies when they die."""
    import dask

    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.admin.log-length": 0}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as made,
    ):
        yield made


def processes(cluster: Any) -> list[int]:
    return [nanny.process.process.pid for nanny in cluster.workers.values() if nanny.process.process]


def test_a_cluster_gives_the_same_rows_though_a_worker_is_killed(
    cluster: Any, experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_one(progress: SweepProgress) -> None:
        if progress.done >= 12 and not killed:
            assert not list((tmp_path / "store" / "runs").glob("part-*")), "written already: no test"
            killed.append(processes(cluster)[0])
            os.kill(killed[0], signal.SIGKILL)

    report = sweep(
        experiment, plan(experiment), tmp_path / "store", dask=cluster.scheduler_address, progress=kill_one
    )
    assert killed
    assert (report.done, report.failed) == (36, 0)
    assert digests(tmp_path / "store") == one_worker[2]


def test_runs_that_fail_on_a_cluster_are_rows(
    cluster: Any, experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """One raises, one hangs, one takes its worker with it each time."""
    bad = replace(
        troubled(experiment, {("history", 1, 1): "raise", ("crews", 1, 3): "hang", ("closed", 1, 4): "die"}),
        time_limit=1.0,
    )
    report = sweep(bad, plan(experiment), tmp_path / "store", dask=cluster.scheduler_address)
    assert (report.done, report.failed) == (33, 3)
    failures = {
        (row["arm"], row["replicate"]): row["exception"]
        for row in Store.open(tmp_path / "store").failures().to_pylist()
    }
    assert failures == {
        ("history", 1): "ZeroDivisionError",
        ("crews", 3): "TimeLimitExceeded",
        ("closed", 4): "WorkerDied",
    }
    again = sweep(
        experiment, plan(experiment), tmp_path / "store", dask=cluster.scheduler_address, retry_failed=True
    )
    assert (again.done, again.skipped) == (3, 33)
    assert digests(tmp_path / "store") == one_worker[2]


def test_a_sweep_on_a_cluster_can_be_stopped(cluster: Any, tmp_path: Path) -> None:
    experiment = small(tmp_path, count=100)
    stop = threading.Event()

    def stop_soon(progress: SweepProgress) -> None:
        if progress.done >= 9:
            stop.set()

    report = sweep(
        experiment,
        plan(experiment),
        tmp_path / "store",
        dask=cluster.scheduler_address,
        stop=stop,
        progress=stop_soon,
    )
    assert report.interrupted
    assert report.done + (report.left or 0) == 600
    assert len(rows(tmp_path / "store")) >= report.done >= 9


@pytest.mark.parametrize("as_file", [False, True])
def test_what_answers_with_another_protocol_is_no_cluster(
    as_file: bool, experiment: Experiment, tmp_path: Path
) -> None:
    """The greeting of a web server is taken for a length of some exabytes, for which there is no memory."""

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller = server.accept()[0]
                caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                callers.append(caller)

    callers: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        if as_file:
            (tmp_path / "scheduler.json").write_text(json.dumps({"address": address}), encoding="utf-8")
            address = str(tmp_path / "scheduler.json")
        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(SweepError) as caught:
            sweep(experiment, plan(experiment), tmp_path / "store", dask=address)
        server.shutdown(socket.SHUT_RDWR)
    for caller in callers:
        caller.close()
    assert str(caught.value).startswith(f"--dask {address}: no Dask scheduler answers there (")
    assert "\n" not in str(caught.value)


def test_no_cluster_at_the_address_is_one_line(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vraem.experiment.dask_executor import DaskExecutor

    monkeypatch.setattr(DaskExecutor, "CONNECT_SECONDS", 0.5)
    with pytest.raises(SweepError) as caught:
        sweep(experiment, plan(experiment), tmp_path / "store", dask="tcp://127.0.0.1:9")
    assert "no Dask scheduler answers there" in str(caught.value)
    assert "\n" not in str(caught.value)
