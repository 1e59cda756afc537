"""Memory of parent and workers stays flat, however many runs."""

import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from sweep_worlds import children, small

from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepProgress, sweep
from vraem.experiment.store import Store

PAGE = 4096
RUNS = 10_000


def resident(process: int) -> int:
    """Bytes of memory that a process holds."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_after_ten_thousand_runs_is_that_after_five_hundred(tmp_path: Path) -> None:
    experiment = small(tmp_path, count=RUNS // 6, end="2012-02-29", series="5")
    early: dict[int, int] = defaultdict(int)
    late: dict[int, int] = defaultdict(int)

    def look(progress: SweepProgress) -> None:
        when = early if 500 <= progress.done < 1500 else late if progress.done > RUNS - 1000 else None
        if when is None:
            return
        for process in (os.getpid(), *children(os.getpid())):
            when[process] = max(when[process], resident(process))

    report = sweep(experiment, plan(experiment), tmp_path / "store", workers=2, progress=look)
    assert report.done == 6 * (RUNS // 6)
    assert report.failed == 0
    assert len(early) == len(late) == 3
    for process, before in early.items():
        print(f"process {process}: {before / 2**20:.0f} MB, then {late[process] / 2**20:.0f} MB")
        assert late[process] <= 1.1 * before
    assert len(Store.open(tmp_path / "store").runs()) == report.done
