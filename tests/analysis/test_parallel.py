"""Jobs on several processes: their order, their progress, and no process that outlives its parent."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vraem.analysis.parallel import map_jobs


def test_jobs_answer_in_their_order_and_tell_their_progress():
    told: list[tuple[int, int]] = []
    assert map_jobs(abs, [-3, 2, -1], workers=1, progress=lambda *x: told.append(x)) == [3, 2, 1]
    assert told == [(1, 3), (2, 3), (3, 3)]


def write_number_and_sleep(file: Path) -> None:
    file.write_text(str(os.getpid()), encoding="ascii")
    time.sleep(0.5)


def ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    return state == "Z"


def wait_until(condition, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc which processes run")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path):
    files = [tmp_path / f"{number}.txt" for number in range(40)]
    script = tmp_path / "parent.py"
    script.write_text(
        f"""import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from pathlib import Path
from tests.analysis.test_parallel import write_number_and_sleep
from vraem.analysis.parallel import map_jobs
if __name__ == "__main__":
    map_jobs(write_number_and_sleep, [Path(name) for name in {[str(file) for file in files]!r}], workers=2)
""",
        encoding="utf-8",
    )
    parent = subprocess.Popen([sys.executable, str(script)])
    try:
        assert wait_until(lambda: len(numbers(files)) == 2), "no workers came"
        workers = numbers(files)
    finally:
        parent.kill()
        parent.wait()
    assert wait_until(lambda: all(map(ended, workers))), "orphans are left"


def numbers(files: list[Path]) -> set[int]:
    return {int(text) for file in files if file.exists() and (text := file.read_text(encoding="ascii"))}
