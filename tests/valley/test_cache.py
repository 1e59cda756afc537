"""The cache saves time and can do no harm."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vraem.valley import CACHE_VARIABLE, Valley, cache, cache_folder, content_hash
from vraem.valley.place import to_arrays


@pytest.fixture
def fresh(valley: Valley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a `build` that costs nothing but counts."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr(cache, "build", lambda: valley)
    return tmp_path


def load_again() -> Valley:
    return cache.load.__wrapped__()


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def same(one: Valley, other: Valley) -> bool:
    left, right = to_arrays(one), to_arrays(other)
    return left.keys() == right.keys() and all(
        np.array_equal(left[name], right[name], equal_nan=left[name].dtype.kind == "f") for name in left
    )


def test_what_comes_back_from_the_cache_is_what_was_built(fresh: Path, valley: Valley, monkeypatch):
    load_again()
    assert only_file(fresh).name == f"valley-{content_hash()}.npz"
    monkeypatch.setattr(cache, "build", lambda: pytest.fail("built although cached"))
    assert same(load_again(), valley)


@pytest.mark.parametrize("damage", [b"", b"not a zip", None])
def test_a_damaged_file_is_built_anew(fresh: Path, valley: Valley, damage: bytes | None):
    load_again()
    path = only_file(fresh)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert same(load_again(), valley)
    assert path.stat().st_size == len(whole)


def test_a_file_that_lacks_a_field_is_built_anew(fresh: Path, valley: Valley):
    load_again()
    path = only_file(fresh)
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored.files if name != "community_hours"}
    np.savez(path, **kept)
    assert same(load_again(), valley)


def test_a_file_with_a_flipped_byte_is_built_anew(fresh: Path, valley: Valley):
    load_again()
    path = only_file(fresh)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    assert same(load_again(), valley)


def test_a_folder_that_cannot_be_made_is_passed_over(valley: Valley, tmp_path: Path, monkeypatch, capfd):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv(CACHE_VARIABLE, str(blocked / "below"))
    monkeypatch.setattr(cache, "build", lambda: valley)
    assert same(load_again(), valley)
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_leaves_no_half_file(fresh: Path, valley: Valley, monkeypatch):
    def no_space(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", no_space)
    assert same(load_again(), valley)
    assert list(fresh.iterdir()) == []


def test_the_hash_changes_with_the_data_and_with_the_code(monkeypatch):
    before = content_hash()
    monkeypatch.setattr(cache, "table_bytes", lambda name: b"row,col\n" if name == "roads" else name.encode())
    assert content_hash() != before


def test_the_hash_is_the_same_each_time():
    assert content_hash() == content_hash()


def test_the_folder_follows_the_platform(monkeypatch):
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere/cache")
    assert cache_folder() == Path("/somewhere/cache/vraem")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/windows/local")
    assert cache_folder() == Path("/windows/local/vraem/Cache")
    monkeypatch.setenv(CACHE_VARIABLE, "/chosen")
    assert cache_folder() == Path("/chosen")


def test_no_array_of_the_valley_can_be_written(valley: Valley):
    for array in (valley.grid.elevation_m, valley.community_hours, valley.communities.household_share):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_warm_load_imports_no_scipy(valley: Valley, shared_cache: Path):
    code = "import sys; from vraem.valley import load; load(); sys.exit('scipy' in sys.modules)"
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
