"""Numbers and values in words, the same in tables, charts and sentences."""

import json


def percent(share: float) -> str:
    """A share in whole per cent: 10 %."""
    return f"{100.0 * share:.0f} %"


def counted(number: int, thing: str) -> str:
    """How many of a thing: 1 seed, 4 seeds."""
    return f"{number:,} {thing}{'s' * (number != 1)}".replace(",", "\u2009")


def form_words(form: object) -> str:
    """A value that was drawn, as people write it: a list without brackets (leader, committee), others as they are."""
    text = str(form)
    if not text.startswith("["):
        return text
    return ", ".join(str(each) for each in json.loads(text))
