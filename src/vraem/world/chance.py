"""Numbers from single draws, so that a decision keeps its address."""

from math import exp


def poisson(mean: float, draw: float, most: int) -> int:
    """The Poisson number with this `mean` at the quantile `draw` in [0, 1), at most `most`."""
    chance = below = exp(-mean)
    number = 0
    while draw >= below and number < most:
        number += 1
        chance *= mean / number
        below += chance
    return number
