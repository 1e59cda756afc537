"""Shards: which tasks each part of a sweep runs, known to all of them without a word between them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

Shard = tuple[int, int]
"""(I, N): the I-th of N parts, I from 1."""


def shard_keys(keys: Iterable[str], shard: Shard) -> set[str]:
    """The keys of the tasks of one shard.

    All keys are sorted by their hash and dealt in turn, so that shards differ by one task at most and none has
    long tasks only.
    """
    ranked = sorted(set(keys), key=lambda key: hashlib.sha256(key.encode()).digest())
    number, shards = shard
    return set(ranked[number - 1 :: shards])
