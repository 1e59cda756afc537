"""Output that is closed, full or no longer read ends a command quietly or in one line, never with a traceback."""

import os
import subprocess
import sys

import pytest

QUICK = ("--years", "1", "--households", "400", "--no-figures")
ENVIRONMENT = os.environ | {"PYTHONPATH": ":".join(sys.path)}


def shell(tail, *words, folder):
    """The exit code of a command and what it says on stderr, its streams bent by `tail`."""
    done = subprocess.run(
        ["bash", "-c", f'"$@" {tail}', "_", sys.executable, "-m", "vraem.cli", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env=ENVIRONMENT,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", [("show", "history"), ("check", "history"), ("plot", ".", "--list")])
def test_a_reader_that_leaves_early_is_no_fault(tmp_path, words):
    (tmp_path / "manifest.json").write_text('{"scenario": {}, "seed": 1}', encoding="utf-8")
    code, said = shell('| true; exit "${PIPESTATUS[0]}"', *words, folder=tmp_path)
    assert (code, said) == (141, "")


def test_a_full_disk_behind_the_output_is_not_blamed_on_the_folder(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    code, said = shell("> /dev/full", "run", "history", *QUICK, "--out", "out", folder=tmp_path)
    assert code == 2
    assert said.splitlines()[-1] == "the output: No space left on device"
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_run_needs_no_stream(tmp_path, closed):
    code, said = shell(closed, "run", "history", *QUICK, "--out", "out", folder=tmp_path)
    assert code == 0
    assert "Traceback" not in said
    assert (tmp_path / "out" / "manifest.json").exists()
