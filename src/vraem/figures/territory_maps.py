"""Who controls what: territory, columns and units of the security forces on the map, at several dates side by side."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from vraem.experiment.words import day
from vraem.figures.base_map import (
    ASPECT,
    draw_plain_map,
    draw_scale_bar,
    frame_around,
    holding,
    latitude_of,
    longitude_of,
)
from vraem.figures.labels import POINTS_PER_INCH
from vraem.figures.map_labels import HALO, PointLabel, mark_place, place_labels
from vraem.figures.run_groups import looks_of, require_groups
from vraem.figures.style import INK, MUTED, SMALL_SIZE, TEXT_SIZE, Look, Margins, caption, sheet, style
from vraem.observe import RunResult
from vraem.valley import CELL_KM
from vraem.valley.grid import KM_PER_DEGREE_LON
from vraem.world.security_tables import PATROL, POST, SPECIAL_TEAM

if TYPE_CHECKING:
    from vraem.valley import Valley

MAPS = 4
KEY_HEAD_INCHES, KEY_LINE_INCHES = 0.29, 0.158
LEAST_HEIGHT = 2.9
"""Maps are no lower than the key beside them."""
WIDTH_INCHES = 2.42
INSET = 0.035
"""Degrees between the corner of the first map and its scale bar."""
SEAT_POINTS = 6.5
"""Seats nearer to each other than this are drawn side by side."""
SEAT = "seat"
"""Name of the signs of seats in the picture."""
LEAST_SHARE = 0.04
"""Communities with less control than this bear no colour."""
STRONG_SHARE = 0.5
"""Control from which a colour has its full strength."""
SHOWN_SHARE, MARGIN = 0.985, 0.07
"""Maps are cropped to the communities with this share of the territory and the seats, and so many degrees around."""
UNIT_LOOKS = {
    POST: Look("post", "#1a1a1a", marker="s"),
    PATROL: Look("patrol", "#1a1a1a", marker="+"),
    SPECIAL_TEAM: Look("special team", "#1a1a1a", marker="x"),
}
TOWNS = (
    "Satipo",
    "Llochegua",
    "Pichari",
    "San Francisco",
    "Palmapampa",
    "San Miguel del Ene",
    "Mayapo",
    "Canayre",
)


def territory(
    result: RunResult, valley: "Valley | None" = None, dates: Sequence[date] | None = None
) -> Figure:
    """Maps of who controls which community, where the columns' seats and the state's units are, at four dates.

    Colour: group with the largest share of control; strength of the colour: its share. ``dates``: the yearly pictures
    nearest to these days; before the campaign and one, five and ten years after it if None (evenly spread without a
    campaign). ``valley`` is loaded if None. Raises ``ValueError`` if the run holds no pictures.
    """
    from vraem.valley import load

    require_groups(result)
    pictures = picked(result, dates)
    place = valley or load()
    land = result.organisation.territory
    frame = _tall_enough(_crop(place, result, pictures), LEAST_HEIGHT / WIDTH_INCHES)
    height = WIDTH_INCHES * (frame[3] - frame[2]) / (frame[1] - frame[0]) * ASPECT
    with style():
        figure, panels = sheet(
            "Who controls what",
            "Armed groups' control of the communities, their columns, and the units of the security forces",
            caption(
                [result],
                "Colour: group with the largest share of control; the stronger the colour, the larger its share. "
                "Signs of columns grow with their armed members. "
                "Positions: community or 2 km cell.",
            ),
            size=(0.3 + len(pictures) * (WIDTH_INCHES + 0.08) + 1.45, 0.92 + height + 0.62),
            columns=len(pictures),
            margins=Margins(left=0.15, right=1.6, top=0.92, bottom=0.62),
            wspace=0.035,
        )
        looks = looks_of(result)
        for axes, picture in zip(panels[0], pictures, strict=True):
            draw_plain_map(axes, place)
            axes.set(xlim=frame[:2], ylim=frame[2:], xticks=[], yticks=[])
            side = cell_points(frame[1] - frame[0], WIDTH_INCHES)
            share = land.share[picture].astype(np.float64)
            draw_control(axes, place, land.group[picture], share, looks, side)
            _units(axes, place, land.unit_community[picture], land.unit_kind)
            _seats(axes, place, result, picture, looks)
            if axes is panels[0][0]:
                _towns(axes, place, frame)
                draw_scale_bar(axes, frame[0] + INSET, frame[3] - 2.0 * INSET)
            axes.set_title(_heading(result, picture), size=TEXT_SIZE - 0.5, pad=3.0)
            axes.annotate(
                _subheading(result, picture),
                (0.0, 0.0),
                (3.0, 3.0),
                "axes fraction",
                "offset points",
                size=SMALL_SIZE - 0.8,
                color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.5},
                zorder=10,
            )
        _key(panels[0][-1], result, pictures, looks)
    return figure


def picked(result: RunResult, dates: Sequence[date] | None = None, count: int = MAPS) -> list[int]:
    """Which of the yearly pictures to show. Raises ``ValueError`` if there is none."""
    days = result.snapshots.dates
    if not len(days) or not len(result.organisation.territory.group):
        raise ValueError("the run holds no end of a year: there is no map of territory to draw")
    anchor = result.organisation.anchor
    if dates is not None:
        wanted = [np.datetime64(each) for each in dates]
    elif anchor is not None:
        last = len(result.dates) - 1
        weeks = (
            anchor.start - 1,
            *(min(week, last) for place, week in enumerate(anchor.horizons) if place != 1),
        )
        wanted = [result.dates[week] for week in weeks]
    else:
        wanted = list(days[np.linspace(0, len(days) - 1, count).round().astype(int)])
    found = [int(np.abs(days - each).argmin()) for each in wanted]
    if anchor is not None and dates is None:  # the first picture must be of the time before
        found[0] = max(int(np.searchsorted(days, result.dates[anchor.start])) - 1, 0)
    return list(dict.fromkeys(found))


def _heading(result: RunResult, picture: int) -> str:
    found = result.snapshots.dates[picture].astype("datetime64[D]").astype(object)
    return f"End of {found.year}" if found.month == 12 else day(found)


def _subheading(result: RunResult, picture: int) -> str:
    """Armed members by group, the largest first."""
    land, looks = result.organisation.territory, looks_of(result)
    armed: dict[str, float] = {}
    for group, persons in zip(
        land.column_group[picture].tolist(), land.column_armed[picture].tolist(), strict=True
    ):
        if group >= 0:
            armed[looks[group].label] = armed.get(looks[group].label, 0.0) + persons
    lines = [
        f"{name}: {persons:.0f} armed" for name, persons in sorted(armed.items(), key=lambda item: -item[1])
    ]
    return "\n".join(lines) if lines else "no armed group left"


def cell_points(degrees: float, inches: float) -> float:
    """Side of a 2 km cell in points on a map of so many degrees of longitude on so many inches."""
    return POINTS_PER_INCH * inches * CELL_KM / KM_PER_DEGREE_LON / degrees


def draw_control(
    axes: Axes,
    valley: "Valley",
    group: NDArray[np.int16],
    share: NDArray[np.float64],
    looks: Sequence[Look],
    side: float,
) -> None:
    """A square a community, `side` points wide: the colour of the strongest group, mixed with white by its share."""
    shown = np.flatnonzero((group >= 0) & (share >= LEAST_SHARE))
    shown = shown[np.argsort(share[shown], kind="stable")]
    cells = valley.communities.cell[shown]
    strength = strength_of(share[shown])
    colours = [mixed(looks[group[row]].colour, part) for row, part in zip(shown, strength, strict=True)]
    axes.scatter(
        longitude_of(cells),
        latitude_of(cells),
        s=side**2,
        c=colours or None,
        marker="s",
        linewidths=0.0,
        zorder=4,
    )


def strength_of(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """How strong the colour of a share of control is, 0.12 to 1."""
    return np.asarray(np.clip(np.sqrt(share / STRONG_SHARE), 0.12, 1.0))


def mixed(colour: str, strength: float) -> tuple[float, float, float]:
    """A colour thinned with white."""
    red, green, blue = (1.0 - strength * (1.0 - part) for part in to_rgb(colour))
    return red, green, blue


def _units(axes: Axes, valley: "Valley", community: NDArray[np.int16], kind: NDArray[np.int8]) -> None:
    """Signs of the units that are there, those of one kind in one place as one."""
    for code, look in UNIT_LOOKS.items():
        there = np.unique(community[: len(kind)][(kind == code) & (community[: len(kind)] >= 0)])
        cells = valley.communities.cell[there]
        axes.scatter(
            longitude_of(cells),
            latitude_of(cells),
            s=7.0 if code == POST else 12.0,
            marker=look.marker,
            c="white" if code == POST else INK,
            edgecolors=INK if code == POST else None,
            linewidths=0.6,
            zorder=6,
        )


def _seats(axes: Axes, valley: "Valley", result: RunResult, picture: int, looks: Sequence[Look]) -> None:
    """The seat of each column as the sign of its group in a dark rim, larger with its armed members, side by side."""
    land = result.organisation.territory
    inch = axes.figure.get_figure(root=True).dpi_scale_trans
    drawn: list[NDArray[np.float64]] = []
    living = np.flatnonzero(land.column_group[picture] >= 0)
    for column in living[np.argsort(-land.column_armed[picture][living], kind="stable")]:
        look = looks[int(land.column_group[picture, column])]
        cell = valley.communities.cell[[int(land.column_seat[picture, column])]]
        spot = inch.inverted().transform(
            axes.transData.transform((longitude_of(cell)[0], latitude_of(cell)[0]))
        )
        near = sum(bool(np.abs(spot - other).max() < SEAT_POINTS / POINTS_PER_INCH) for other in drawn)
        drawn.append(spot)
        axes.plot(
            longitude_of(cell),
            latitude_of(cell),
            transform=axes.transData + ScaledTranslation(SEAT_POINTS * near / POINTS_PER_INCH, 0.0, inch),
            gid=SEAT,
            marker=look.marker,
            markersize=3.2 + 1.15 * np.sqrt(float(land.column_armed[picture, column])),
            color=look.colour,
            markeredgecolor=INK,
            markeredgewidth=0.9,
            path_effects=list(HALO),
            linestyle="none",
            zorder=8,
        )


def _towns(axes: Axes, valley: "Valley", frame: tuple[float, float, float, float]) -> None:
    labels = []
    for name in TOWNS:
        if name not in valley.places.name:
            continue
        row = valley.places.name.index(name)
        x, y = float(valley.places.longitude[row]), float(valley.places.latitude[row])
        if frame[0] < x < frame[1] and frame[2] < y < frame[3]:
            mark_place(axes, x, y)
            labels.append(PointLabel(x, y, name, size=SMALL_SIZE - 1.2, colour=MUTED))
    place_labels(axes, labels)


def _crop(valley: "Valley", result: RunResult, pictures: Sequence[int]) -> tuple[float, float, float, float]:
    """West, east, south, north of a frame around nearly all territory and every seat of the pictures."""
    land = result.organisation.territory
    total = land.share[pictures].astype(np.float64).sum(axis=0)
    seats = land.column_seat[pictures]
    rows = np.union1d(holding(total, SHOWN_SHARE), seats[seats >= 0].astype(np.int64))
    return frame_around(valley, rows, MARGIN)


def _tall_enough(frame: tuple[float, float, float, float], ratio: float) -> tuple[float, float, float, float]:
    """The frame, with more land north and south if it is lower than `ratio` times its width."""
    west, east, south, north = frame
    missing = ratio * (east - west) / ASPECT - (north - south)
    room = max(missing, 0.0) / 2.0
    return west, east, south - room, north + room


def _key(axes: Axes, result: RunResult, pictures: Sequence[int], looks: Sequence[Look]) -> None:
    land = result.organisation.territory
    present = sorted({int(group) for group in np.unique(land.column_group[pictures]) if group >= 0})
    shown: dict[str, Look] = {}
    for group in present:
        shown.setdefault(looks[group].label, looks[group])
    handles = [
        Line2D([], [], marker=look.marker, color=look.colour, ls="", ms=6.5, mec=INK, mew=0.9, label=name)
        for name, look in shown.items()
    ]
    units = [
        Line2D(
            [],
            [],
            marker=look.marker,
            color=INK,
            ls="",
            ms=3.6 if code == POST else 4.6,
            mfc="white" if code == POST else INK,
            mew=0.7,
            label=look.label,
        )
        for code, look in UNIT_LOOKS.items()
    ]
    colour = next(iter(shown.values())).colour if shown else INK
    steps = [
        Line2D(
            [],
            [],
            marker="s",
            color=mixed(colour, float(strength_of(np.array(share)))),
            ls="",
            ms=6.0,
            label=f"{100 * share:.0f} %{' or more' if share == STRONG_SHARE else ''}",
        )
        for share in (LEAST_SHARE, 0.15, 0.3, STRONG_SHARE)
    ]
    groups = (("Seats of columns", handles), ("Share of control", steps), ("Security forces", units))
    inches = axes.bbox.height / axes.figure.dpi
    top = 1.0
    for title, entries in groups:
        legend = Legend(
            axes,
            entries,
            [str(entry.get_label()) for entry in entries],
            title=title,
            loc="upper left",
            bbox_to_anchor=(1.02, top),
            fontsize=SMALL_SIZE,
            title_fontsize=SMALL_SIZE + 0.5,
            alignment="left",
            borderaxespad=0.0,
            handletextpad=0.5,
            labelspacing=0.5,
        )
        legend.get_title().set_fontweight("bold")
        axes.add_artist(legend)
        legend.set_clip_on(False)
        top -= (KEY_HEAD_INCHES + KEY_LINE_INCHES * len(entries)) / inches
