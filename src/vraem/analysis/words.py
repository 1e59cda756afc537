"""Numbers in words, the same in tables, charts and sentences."""


def percent(share: float) -> str:
    """A share in whole per cent: 10 %."""
    return f"{100.0 * share:.0f} %"


def counted(number: int, thing: str) -> str:
    """How many of a thing: 1 seed, 4 seeds."""
    return f"{number:,} {thing}{'s' * (number != 1)}".replace(",", "\u2009")
