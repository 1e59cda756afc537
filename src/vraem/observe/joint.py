"""What a run's row keeps that shares cannot hold: which way each member went, and who holds each community.

Compact texts, so that thousands of runs can be drawn as flows and maps without running them again.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.observe.anchor import HORIZONS
from vraem.observe.fates import FATES
from vraem.observe.organisation import OrganisationResult, moment
from vraem.world.organisation_tables import NO_ROW

UNREACHED = "-"
"""Stands for a moment that the run does not reach."""

HOLDERS = ("nobody", "founding", "splinter", "other")
"""Who holds a community; their places here are the signs in the text."""

LEAST_HELD = 0.1
"""Share of control of all groups below which nobody holds a community."""


def fate_paths(result: OrganisationResult) -> str | None:
    """How many members of the campaign's start went which way: ``0000:112;0666:30``, sorted.

    A way is the place in `FATES` at each of `HORIZONS`, ``-`` where the run does not reach; None without a campaign.
    """
    fates = result.fates
    names = [moment(months) for months in HORIZONS]
    if not len(fates.rows) or any(name not in fates.moments for name in names):
        return None
    codes = fates.codes[[fates.moments.index(name) for name in names]]
    ways, counts = np.unique(codes.T, axis=0, return_counts=True)
    said = ("".join(UNREACHED if code < 0 else str(code) for code in way) for way in ways.tolist())
    return ";".join(sorted(f"{way}:{count}" for way, count in zip(said, counts.tolist(), strict=True)))


def read_fate_paths(text: str) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Ways (ways, horizons) as places in `FATES`, −1 unreached, and how many went each (ways,).

    Raises `ValueError` if the text is none of `fate_paths`.
    """
    ways, counts = [], []
    for entry in text.split(";"):
        way, _, count = entry.partition(":")
        if not way or not count.isdigit():
            raise ValueError(f"got {entry!r}, expected a way and how many went it, such as 0666:30")
        ways.append([-1 if sign == UNREACHED else int(sign) for sign in way])
        counts.append(int(count))
    found = np.array(ways, dtype=np.int8)
    if found.max(initial=0) >= len(FATES):
        raise ValueError(f"got {text[:40]!r}, expected places of {len(FATES)} fates")
    return found, np.array(counts, dtype=np.int64)


def holders(result: OrganisationResult, horizon: int) -> str | None:
    """Who holds each community at a horizon (its place in `HORIZONS`), a sign a community.

    Of the picture at the end of the year that is nearest to the horizon; None if the run does not reach it or has
    no picture.
    """
    land = result.territory
    if result.anchor is None or result.anchor.horizons[horizon] >= result.weeks or not len(land.weeks):
        return None
    picture = int(np.abs(land.weeks - result.anchor.horizons[horizon]).argmin())
    kinds = _kinds(result)
    group, held = land.group[picture], land.control[picture].astype(np.float64) >= LEAST_HELD
    codes = np.where(held & (group != NO_ROW), kinds[group], HOLDERS.index("nobody"))
    return "".join(map(str, codes.tolist()))


def _kinds(result: OrganisationResult) -> NDArray[np.int64]:
    """What kind of holder each group is (groups,)."""
    founding, outsider = (result.groups[name].astype(bool) for name in ("founding", "outsider"))
    splinter = np.where(outsider, HOLDERS.index("other"), HOLDERS.index("splinter"))
    return np.where(founding, HOLDERS.index("founding"), splinter)
