"""Files of a run's folder on the armed groups, their columns declared as data: groups, fates, incidents, end states."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vraem.experiment.organisation_summary import organisation_summary
from vraem.experiment.plain import json_text
from vraem.observe import RunResult
from vraem.observe.fates import FATES
from vraem.world.organisation_tables import RANKS
from vraem.world.security_tables import ACTORS, INCIDENT_KINDS, INCIDENTS

GROUPS_FILE = "groups.csv"
FATES_FILE = "members_by_fate.csv"
INCIDENTS_FILE = "incidents.parquet"
END_STATES_FILE = "end_states.json"
ORGANISATION_FILES = (GROUPS_FILE, FATES_FILE, INCIDENTS_FILE, END_STATES_FILE)

END_STATES_KEYS = ("anchor", "baseline", "dismantled", "horizons", "labels", "fates", "counts", "thresholds")
"""What `end_states.json` has of the summary."""


class FileColumn(NamedTuple):
    """A column of a file: `name`, `unit`, `meaning`."""

    name: str
    unit: str
    meaning: str


GROUPS_COLUMNS = (
    FileColumn("group", "number", "number of the group, from 0"),
    FileColumn("founding", "yes/no", "stood at the start"),
    FileColumn("outsider", "yes/no", "came from outside the lineage, or split from one that did"),
    FileColumn("parent", "number", "group it split from, empty if from none"),
    FileColumn("formed", "date", "week in which it formed"),
    FileColumn("ended", "date", "week in which it ended, empty if it stands"),
    FileColumn("lineage_share", "share", "mean descent of its members, at the end of the run or the group"),
    FileColumn("most_armed", "persons", "most armed members in any week"),
    FileColumn("last_armed", "persons", "armed members in the last week of the run"),
    FileColumn("last_members", "persons", "members in the last week of the run"),
    FileColumn("independent_weeks", "weeks", "weeks in which it counted as independent"),
    FileColumn("mean_income", "USD/week", "mean income in the weeks of its life, wages from firms left out"),
)
FATES_COLUMNS = (
    FileColumn("moment", "text", "months after the campaign's end, or the end of the run"),
    FileColumn("date", "date", "the week of the moment"),
    FileColumn("rank", "text", "rank when the campaign began (when the run began, without one)"),
    FileColumn("committee", "yes/no", "sat on the committee then"),
    FileColumn("heir", "yes/no", "was named to take over then"),
    *(FileColumn(fate, "persons", f"persons whose fate this is: {fate.replace('_', ' ')}") for fate in FATES),
)
INCIDENTS_COLUMNS = tuple(
    FileColumn(column.name, column.unit, column.meaning) for column in INCIDENTS.columns
)
FILES: dict[str, tuple[FileColumn, ...]] = {
    GROUPS_FILE: GROUPS_COLUMNS,
    FATES_FILE: FATES_COLUMNS,
    INCIDENTS_FILE: INCIDENTS_COLUMNS,
}
"""Tables on the armed groups in the folder of a run, with their columns."""

_LABELS = {"kind": INCIDENT_KINDS, "by": ACTORS, "victim": ACTORS}


def write_organisation(result: RunResult, folder: Path, about: dict[str, str]) -> None:
    """Write the four files into `folder`; `about` goes into the metadata of the Parquet file."""
    import pyarrow.parquet as parquet

    (folder / GROUPS_FILE).write_text(_csv(GROUPS_COLUMNS, _groups(result)), encoding="utf-8")
    (folder / FATES_FILE).write_text(_csv(FATES_COLUMNS, _fates(result)), encoding="utf-8")
    parquet.write_table(incidents_table(result, about), folder / INCIDENTS_FILE, compression="zstd")
    said = organisation_summary(result)
    found = {key: said[key] for key in END_STATES_KEYS}
    (folder / END_STATES_FILE).write_text(json_text(found), encoding="utf-8")


def incidents_table(result: RunResult, about: dict[str, str]) -> Any:
    """The journal as a pyarrow Table, a row an incident; kinds and actors by their names, weeks as dates."""
    import pyarrow as pa

    journal = result.organisation.journal
    fields, arrays = [], []
    for column in INCIDENTS.columns:
        values = journal[column.name]
        if column.name == "week":
            week = np.datetime64(result.dates[0], "D") + 7 * values.astype("timedelta64[D]")
            array = pa.array(week, pa.date32())
        elif column.name in _LABELS:
            names = _LABELS[column.name]
            array = pa.array([names[code] for code in values.tolist()], pa.string())
        else:
            array = pa.array(values)
        fields.append(
            pa.field(column.name, array.type, metadata={"unit": column.unit, "meaning": column.meaning})
        )
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=about))


def _groups(result: RunResult) -> Iterable[Sequence[Any]]:
    found = result.organisation
    if not found.groups:
        return
    weekly = found.group_weeks
    for group in range(len(found.groups["founding"])):
        row = {name: values[group].item() for name, values in found.groups.items()}
        living = weekly["living"][group] > 0.0
        armed, members = weekly["armed"][group], weekly["members"][group]
        yield (
            group,
            _yes(row["founding"]),
            _yes(row["outsider"]),
            "" if row["parent"] < 0 else row["parent"],
            _date(result, row["formed"]),
            "" if row["ended"] < 0 else _date(result, row["ended"]),
            round(row["lineage_share"], 4),
            round(float(armed.max(initial=0.0))),
            round(float(armed[-1])) if len(armed) else 0,
            round(float(members[-1])) if len(members) else 0,
            int((weekly["independent"][group] > 0.0).sum()),
            round(float(weekly["revenue"][group][living].mean()), 2) if living.any() else 0.0,
        )


def _fates(result: RunResult) -> Iterable[Sequence[Any]]:
    """A row for each moment and kind of person that there was."""
    fates = result.organisation.fates
    kinds = sorted(
        set(zip(fates.rank.tolist(), fates.seat.tolist(), fates.heir.tolist(), strict=True)), reverse=True
    )
    for place, moment in enumerate(fates.moments):
        if not fates.reached(moment):
            continue
        for rank, seat, heir in kinds:
            alike = (fates.rank == rank) & (fates.seat == seat) & (fates.heir == heir)
            codes = fates.codes[place, alike]
            counts = [int((codes == code).sum()) for code in range(len(FATES))]
            day = _date(result, int(fates.weeks[place]))
            yield moment, day, RANKS[rank], _yes(seat), _yes(heir), *counts


def _csv(columns: Sequence[FileColumn], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(rows)
    return text.getvalue()


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _date(result: RunResult, week: int) -> str:
    return str(result.dates[0] + np.timedelta64(7 * week, "D"))
