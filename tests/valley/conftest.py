"""One valley for all tests of this folder, built into a cache of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vraem import valley as package
from vraem.valley import Valley


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("valley-cache")


@pytest.fixture(scope="session")
def valley(shared_cache: Path) -> Iterator[Valley]:
    before = os.environ.get(package.CACHE_VARIABLE)
    os.environ[package.CACHE_VARIABLE] = str(shared_cache)
    package.load.cache_clear()
    built = package.load()
    if before is None:
        del os.environ[package.CACHE_VARIABLE]
    else:
        os.environ[package.CACHE_VARIABLE] = before
    yield built
    package.load.cache_clear()
