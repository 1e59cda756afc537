"""What a tape holds, declared once, as data: the player reads the same declaration and so needs no other.

A tape is what the player shows of a run. Three shapes of data: *series*, the same numbers every week; *tables*, any
number of rows a week (columns of armed groups, loads that set out, incidents); *keyframes*, the state of every
place once in some weeks, as the difference to the keyframe before. Numbers are whole and small (unsigned, with a
scale), because a year of the valley should weigh no more than a photograph.
"""

from typing import Any, NamedTuple

NONE8, NONE16 = 255, 65_535
"""What a field of one or two bytes holds that points at nobody."""

SHARE = 1.0 / 255.0
"""Scale of a share kept in one byte."""


class Field(NamedTuple):
    """One number: `name`, `kind` (u1, u2, u4, i2, f4) and the `scale` by which the player multiplies it."""

    name: str
    kind: str
    scale: float = 1.0

    @property
    def dtype(self) -> str:
        """The NumPy type, little-endian."""
        return "<" + self.kind


TABLES: dict[str, tuple[Field, ...]] = {
    # every living column, and those that ended this week
    "columns": (
        Field("row", "u2"),
        Field("group", "u2"),
        Field("ended", "u1"),
        Field("hidden", "u1"),
        Field("seat", "u2"),
        Field("commander", "u2"),
        Field("armed", "u2"),
        Field("supporters", "u2"),
        Field("link", "u1", SHARE),
        Field("communityLink", "u1", SHARE),
        Field("ideology", "u1", SHARE),
        Field("effort", "u1", SHARE),
        Field("grievance", "u1", 0.02),
        Field("pressure", "u1", 0.05),
        Field("pay", "u1", 0.02),
        Field("territory", "u2", 0.1),
        Field("service", "u1"),
        Field("treasury", "f4"),
        Field("revenue", "f4"),
    ),
    # every living group, and those that ended this week
    "groups": (
        Field("row", "u2"),
        Field("ended", "u1"),
        Field("founding", "u1"),
        Field("outsider", "u1"),
        Field("parent", "u2"),
        Field("leader", "u2"),
        Field("centre", "u2"),
        Field("armed", "u2"),
        Field("members", "u2"),
        Field("authority", "u1", SHARE),
        Field("ideology", "u1", SHARE),
        Field("lineage", "u1", SHARE),
        Field("allied", "u2"),
        Field("hoard", "f4"),
    ),
    # loads that set out: lane = route x firms + firm; weeks that the way takes
    "loads": (
        Field("lane", "u2"),
        Field("kg", "u2", 0.1),
        Field("weeks", "u1"),
        Field("escorted", "u1"),
        Field("protector", "u2"),
    ),
    # loads that were stopped: their number among all loads, and how far they had come
    "stopped": (Field("load", "u4"), Field("progress", "u1", SHARE)),
    # units whose place or task has changed
    "units": (
        Field("row", "u2"),
        Field("kind", "u1"),
        Field("force", "u1"),
        Field("cell", "u2"),
        Field("task", "u1"),
        Field("strength", "u2"),
        Field("until", "u2"),
    ),
    # persons who enter the books, in the order of their rows
    "persons": (
        Field("born", "i2"),
        Field("joined", "i2"),
        Field("kin", "u2"),
        Field("origin", "u2"),
        Field("lineage", "u1"),
    ),
    # persons whose post, column or status has changed
    "posts": (
        Field("row", "u2"),
        Field("column", "u2"),
        Field("rank", "u1"),
        Field("status", "u1"),
        Field("seat", "u1"),
        Field("heir", "u1"),
        Field("firm", "u1"),
    ),
    # what is in the minds of active members, four times a year
    "minds": (
        Field("row", "u2"),
        Field("ideology", "u1", SHARE),
        Field("grievance", "u1", 0.02),
        Field("tie", "u1", SHARE),
        Field("known", "u1", SHARE),
    ),
    "incidents": (
        Field("kind", "u1"),
        Field("community", "u2"),
        Field("by", "u1"),
        Field("victim", "u1"),
        Field("persons", "u2"),
        Field("deaths", "u2"),
        Field("member", "u2"),
        Field("column", "u2"),
        Field("group", "u2"),
        Field("other", "u2"),
        Field("campaign", "u1"),
    ),
}
"""Tables of a tape with their fields."""


class Keyframes(NamedTuple):
    """Fields kept for every row of `of` (places, firms) once in `every` weeks."""

    of: str
    every: int
    fields: tuple[Field, ...]


KEYFRAMES: dict[str, Keyframes] = {
    # the two groups that hold most of each place, with their shares
    "land": Keyframes(
        "places",
        4,
        (
            Field("coca", "u2", 0.1),
            Field("leafPrice", "u2", 0.01),
            Field("group", "u1"),
            Field("share", "u1", SHARE),
            Field("second", "u1"),
            Field("secondShare", "u1", SHARE),
        ),
    ),
    "people": Keyframes(
        "places",
        4,
        (
            Field("fear", "u1", 0.02),
            Field("anger", "u1", 0.02),
            Field("trust", "u1", SHARE),
            Field("stateSupport", "u1", SHARE),
            Field("groupSupport", "u1", SHARE),
            Field("committee", "u1", SHARE),
            Field("youth", "u2"),
        ),
    ),
    "firms": Keyframes(
        "firms",
        4,
        (Field("protection", "u1"), Field("protector", "u1"), Field("gunmen", "u1", 0.5)),
    ),
}
"""Keyframes of a tape."""

MINDS_EVERY = 13
"""Weeks between two looks into the minds of members."""

SERIES: tuple[str, ...] = (
    "cocaArea",
    "valleyShare",
    "eradicated",
    "restArea",
    "leafPrice",
    "pastePrice",
    "hclPrice",
    "borderPrice",
    "leafPicked",
    "leafUnpicked",
    "hclMade",
    "hclStock",
    *(f"{stem}{route}" for stem in ("shipped", "exported", "seized") for route in range(5)),
    "growerIncome",
    "licitIncome",
    "fees",
    "escorts",
    "leafTax",
    "logging",
    "extortion",
    "wages",
    "pay",
    "chargedKg",
    "recruits",
    "exits",
    "captured",
    "killedGroup",
    "killedState",
    "killedCivilians",
    "operations",
    "campaignOperations",
    "attacks",
    "perceivedRisk",
)
"""Weekly series of a tape. Areas in ha, prices in USD/kg, flows in kg or USD a week, the rest are counts or shares."""


def as_data() -> dict[str, Any]:
    """The declaration as plain data, for the player."""
    return {
        "series": list(SERIES),
        "tables": {name: [list(field) for field in fields] for name, fields in TABLES.items()},
        "keyframes": {
            name: {"of": keys.of, "every": keys.every, "fields": [list(field) for field in keys.fields]}
            for name, keys in KEYFRAMES.items()
        },
    }
