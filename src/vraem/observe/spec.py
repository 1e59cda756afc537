"""What a weekly series is: a name, a unit and a meaning."""

from typing import NamedTuple


class SeriesSpec(NamedTuple):
    """One weekly series: `name`, `unit` and a plain sentence of `meaning`."""

    name: str
    unit: str
    meaning: str
