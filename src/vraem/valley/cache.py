"""Keeps the built valley in the user's cache folder, under a name made of everything that determines it.

The key is a hash of the fact tables that the valley is built from and of the source of this package, so that
an edit of either makes a new entry and an old one is never read by mistake. A folder that cannot be used, or
a damaged file, costs the time to build the valley again and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import zipfile
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from vraem.valley.place import Valley, build, from_arrays, to_arrays
from vraem.valley.tables import SPATIAL_TABLES, table_bytes

CACHE_VARIABLE = "VRAEM_CACHE"
"""Environment variable that names another cache folder."""

_UNREADABLE = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile)
"""What reading a missing, truncated or foreign file may raise."""


def cache_folder() -> Path:
    """Folder of the cache: ``$VRAEM_CACHE``, or the platform's own place for caches."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local")
        return Path(base) / "vraem" / "Cache"
    if sys.platform == "darwin":
        return Path(os.path.expanduser("~/Library/Caches/vraem"))
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "vraem"


def content_hash() -> str:
    """Hash of the spatial fact tables and of the source that builds the valley from them."""
    digest = hashlib.sha256()
    for table in SPATIAL_TABLES:
        digest.update(table.encode() + b"\0" + table_bytes(table))
    sources = (file for file in files("vraem.valley").iterdir() if file.name.endswith(".py"))
    for source in sorted(sources, key=lambda file: file.name):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:20]


@lru_cache(maxsize=1)
def load() -> Valley:
    """The valley, built on the first call on a machine (some seconds) and read from the cache afterwards.

    The result is shared: its arrays are read-only. Never raises because of the cache.
    """
    path = cache_folder() / f"valley-{content_hash()}.npz"
    with contextlib.suppress(*_UNREADABLE):
        return _read(path)
    arrays = to_arrays(build())
    with contextlib.suppress(OSError):
        _write(path, arrays)
    return from_arrays(Valley, arrays)


def _read(path: Path) -> Valley:
    """The valley in a cache file; raises one of `_UNREADABLE` if there is none to be had."""
    with np.load(path, allow_pickle=False) as stored:
        return from_arrays(Valley, {name: stored[name] for name in stored.files})


def _write(path: Path, arrays: dict[str, NDArray]) -> None:
    """Write the file beside its place and move it there, so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **cast(Any, arrays))
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
