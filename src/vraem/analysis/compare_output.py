"""The folder of a comparison: the differences, every run's outcomes and the weekly paths, in open formats.

`comparison.json` is written last: with it, all tables are there. Files are the same to the byte whenever the same
comparison is written.
"""

import contextlib
import json
import math
import os
from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from vraem.analysis.compare import VERDICTS, Comparison, difference_row
from vraem.analysis.measures import MEASURES
from vraem.analysis.paired import LEVEL
from vraem.analysis.paths import PATHS
from vraem.experiment.output import COMPARISON_FILE, make_writable
from vraem.experiment.output_error import OutputError
from vraem.experiment.pictures import own_pictures, refuse_foreign
from vraem.experiment.plain import json_text
from vraem.version import __version__

RUNS_FILE = "comparison.parquet"
PATHS_FILE = "paths.parquet"
OWN_FILES = (COMPARISON_FILE, RUNS_FILE, PATHS_FILE)
FIGURES_FOLDER = "figures"
OWN_CHARTS = ("differences", "differences-*", "paths", "difference-paths")

INTERVAL = (
    f"{100 * LEVEL:.0f} % interval of the mean difference over pairs of runs with equal seeds (paired t); it covers "
    "chance, the drawn border price among it, not doubt about parameters or rules"
)
BAND = (0.05, 0.95)
"""Quantiles of the runs that `paths.parquet` and charts give beside the median."""


def check_folder(directory: Path, identity: Sequence[str], *, force: bool = False) -> None:
    """Make sure that a comparison may be written to `directory`, before time is spent on it.

    `identity` are the ids of its scenarios, in order; a comparison of the same ones is replaced.

    Raises
    ------
    OutputError
        If `directory` is a file, cannot be made or written to, or, unless `force`, holds other results.

    """
    make_writable(directory)
    if force:
        return
    refuse_foreign(directory / FIGURES_FOLDER, OWN_CHARTS, "--out")
    present = [name for name in (*OWN_FILES, "manifest.json") if (directory / name).exists()]
    if present and _identity_in(directory) != list(identity):
        raise OutputError(
            f"{directory}: holds other results ({present[0]}); choose another --out, or --force to replace them"
        )


def _identity_in(directory: Path) -> list[str] | None:
    """Ids of the scenarios of the comparison that lies in `directory`, None if there is none."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((directory / COMPARISON_FILE).read_text(encoding="utf-8"))
        return [scenario["id"] for scenario in found["scenarios"]]
    return None


def identity(comparison: Comparison) -> list[str]:
    """Ids of the scenarios, in order."""
    return [scenario.id for scenario in comparison.scenarios]


def write_comparison(comparison: Comparison, directory: Path, *, force: bool = False) -> list[Path]:
    """Write `comparison.parquet`, `paths.parquet` and `comparison.json`; returns the files in this order.

    Raises
    ------
    OutputError
        As `check_folder`.

    """
    import pyarrow.parquet as parquet

    check_folder(directory, identity(comparison), force=force)
    (directory / COMPARISON_FILE).unlink(missing_ok=True)
    _remove_charts(directory / FIGURES_FOLDER)
    for name, table in ((RUNS_FILE, runs_table(comparison)), (PATHS_FILE, paths_table(comparison))):
        part = directory / f".{name}.part"
        parquet.write_table(table, part, compression="zstd")
        os.replace(part, directory / name)
    part = directory / f".{COMPARISON_FILE}.part"
    part.write_text(json_text(as_document(comparison)), encoding="utf-8")
    os.replace(part, directory / COMPARISON_FILE)
    return [directory / name for name in (RUNS_FILE, PATHS_FILE, COMPARISON_FILE)]


def _remove_charts(folder: Path) -> None:
    """Take away the charts of the comparison that was here before."""
    for path in sorted(own_pictures(folder)):
        if any(fnmatch(path.stem, stem) for stem in OWN_CHARTS):
            path.unlink()


def as_document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data for JSON: who, when, how sure, every difference. What is no number is None."""
    rows = [difference_row(each, comparison.reference) for each in comparison.differences]
    scenarios = zip(comparison.names, comparison.scenarios, comparison.partings, strict=True)
    return {
        "vraem": __version__,
        "reference": comparison.reference,
        "scenarios": [
            {
                "arm": name,
                "id": scenario.id,
                "description": scenario.description,
                "question": scenario.question,
                "parts_on": None if day is None else day.isoformat(),
            }
            for name, scenario, day in scenarios
        ],
        "seeds": list(comparison.seeds),
        "households": comparison.scenarios[0].run.households,
        "interval": INTERVAL,
        "verdicts": dict(VERDICTS),
        "windows": [
            {"name": window.name, "start": window.start.isoformat(), "end": window.end.isoformat()}
            for window in comparison.windows
        ],
        "notes": list(comparison.notes),
        "variance_gain_of_pairing": _plain(comparison.variance_gain),
        "weeks_run": comparison.weeks_run,
        "differences": [{key: _plain(value) for key, value in row.items()} for row in rows],
    }


def runs_table(comparison: Comparison) -> Any:
    """Every outcome of every run as a pyarrow Table: arm, seed, window, measure, unit, value."""
    import pyarrow as pa

    shape = comparison.values.shape

    def along(axis: int, labels: Sequence[Any]) -> Any:
        places = np.indices(shape)[axis].ravel()
        return pa.array([labels[place] for place in places])

    return pa.table(
        {
            "arm": along(0, comparison.names).dictionary_encode(),
            "seed": along(1, comparison.seeds),
            "window": along(2, [window.name for window in comparison.windows]).dictionary_encode(),
            "measure": along(3, [each.name for each in MEASURES]).dictionary_encode(),
            "unit": along(3, [each.unit for each in MEASURES]).dictionary_encode(),
            "value": pa.array(comparison.values.ravel()),
        }
    )


def paths_table(comparison: Comparison) -> Any:
    """Median and 5-95 % of the runs by arm, path and week as a pyarrow Table."""
    import pyarrow as pa

    weeks = len(comparison.dates)
    parts = []
    for path in PATHS:
        for place, arm in enumerate(comparison.names):
            low, middle, high = np.quantile(
                comparison.paths[path.name][place], (BAND[0], 0.5, BAND[1]), axis=0
            )
            columns = {
                "arm": [arm] * weeks,
                "path": [path.name] * weeks,
                "week": comparison.dates.astype("datetime64[D]"),
                "median": middle,
                "low": low,
                "high": high,
            }
            parts.append(pa.table(columns))
    return pa.concat_tables(parts)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
