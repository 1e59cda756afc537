"""Changes of the plots of a household: planting, giving up, and the sums that go with them (A1).

The one place where coca hectares change; planting decisions and eradication both call it.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.world import World

CLEARED_BELOW = 1e-3
"""A household left with less than this share of a cohort is written as cleared, so that the scale stays sound."""


def plant_plots(
    world: World,
    rows: slice | NDArray[np.int64],
    planted: NDArray[np.float32],
    newest: int | NDArray[np.int64],
    renewed: NDArray[np.float32] | float = 0.0,
) -> None:
    """Plant `planted` ha (n,) in the households `rows`, and `renewed` ha where old plots have been cleared.

    `newest` is the position in the ring of the age class 0 of these households (`AgeClasses.newest`).
    """
    growers = world.growers
    new = planted + renewed
    growers.coca_cohorts[newest, rows] += new / growers.coca_scale[rows]
    growers.coca_young[rows] += new
    area = growers.coca_area[rows] + planted
    growers.coca_area[rows] = area
    growers.coca_peak[rows] = np.maximum(growers.coca_peak[rows], area)


def clear_old_plots(world: World, rows: slice) -> NDArray[np.float32]:
    """Clear the share of old coca that is renewed in a quarter; return the hectares (n,), to be planted anew."""
    growers = world.growers
    share = world.p.old_plot_renewal
    old, old_bearing = growers.coca_old[rows], growers.coca_old_bearing[rows]
    renewed: NDArray[np.float32] = old * share
    lost_bearing = old_bearing * share
    old -= renewed
    old_bearing -= lost_bearing
    bearing = growers.coca_bearing[rows]
    bearing -= lost_bearing
    return renewed


def keep_plots(world: World, rows: NDArray[np.int64], share: NDArray[np.float32]) -> NDArray[np.float32]:
    """Leave the share `share` (n,) of all plots of the households `rows` (n,), of every age alike.

    Returns the share really left: what would be less than a thousandth is cleared.
    """
    growers = world.growers
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    share *= share >= CLEARED_BELOW
    scale = growers.coca_scale[rows] * share
    small = (scale < CLEARED_BELOW).nonzero()[0]
    if len(small):
        # fold the scale into the cohorts: a tiny scale would blow up what is planted next
        growers.coca_cohorts[:, rows[small]] *= scale[small]
        scale[small] = 1.0
    growers.coca_scale[rows] = scale
    for name in ("coca_old", "coca_old_bearing", "coca_area", "coca_young", "coca_bearing"):
        growers.__dict__[name][rows] *= share
    return share
