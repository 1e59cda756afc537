"""Numbers, shares, money and days as a page writes them."""

from datetime import date

HARD_SPACE = "\u00a0"
MISSING = "-"


def count(value: float | None) -> str:
    """A whole number, its thousands apart: 35 709."""
    return MISSING if value is None else f"{value:,.0f}".replace(",", HARD_SPACE)


def percent(share: float | None) -> str:
    """A share as a percentage, with a decimal below ten: 4.2 %, 37 %."""
    if share is None:
        return MISSING
    text = f"{100.0 * share:.1f}" if abs(share) < 0.0995 else f"{100.0 * share:.0f}"
    return f"{text}{HARD_SPACE}%"


def change(share: float) -> str:
    """A relative difference with its sign: +9 %."""
    return f"{100.0 * share:+.0f}{HARD_SPACE}%"


def dollars(value: float) -> str:
    """An amount of money: with cents below 100 dollars, whole above."""
    text = f"{value:.2f}" if abs(value) < 100.0 else count(value)
    return f"{text}{HARD_SPACE}dollars"


def day(when: date | str) -> str:
    """A date, or its text by ISO 8601, for people: 3 September 2023."""
    found = date.fromisoformat(when) if isinstance(when, str) else when
    return f"{found.day}{HARD_SPACE}{found:%B}{HARD_SPACE}{found.year}"


def short_day(when: date) -> str:
    """A date where there is little room: 3 Sep 2023."""
    return f"{when.day}{HARD_SPACE}{when:%b}{HARD_SPACE}{when.year}"


def listed(parts: list[str]) -> str:
    """Parts as an enumeration: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def sentence(text: str) -> str:
    """Text that ends as a sentence does: with a full stop unless it ends with a sign of its own."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def plural(number: float, one: str, many: str = "") -> str:
    """A number with its noun: 1 split, 3 splits."""
    return f"{count(number)} {one if round(number) == 1 else many or one + 's'}"
