"""The folder of a run: series, communities, summary, resolved scenario, charts and where they come from.

Every file but the manifest is the same to the byte whenever the same run is written. Files are made in a
folder beside the target and moved into place one by one, the manifest last: with a manifest, all are there.
"""

import contextlib
import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vraem.experiment.organisation_files import ORGANISATION_FILES, write_organisation
from vraem.experiment.output_error import OutputError
from vraem.experiment.pictures import own_pictures, refuse_foreign
from vraem.experiment.plain import json_text
from vraem.experiment.summary import summarise
from vraem.observe import SERIES, RunResult
from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.valley import Valley

SERIES_FILE = "series.parquet"
COMMUNITIES_FILE = "communities.parquet"
SUMMARY_FILE = "summary.json"
SCENARIO_FILE = "scenario.toml"
MANIFEST_FILE = "manifest.json"
COMPARISON_FILE, PLAN_FILE, MATCH_FILE = "comparison.json", "plan.parquet", "match.json"
"""Files by which the folder of a comparison or a sweep is known, whatever became of its manifest."""
EXPERIMENT_FILE = "experiment.toml"
FIGURES_FOLDER = "figures"
OWN_FILES = (SERIES_FILE, COMMUNITIES_FILE, *ORGANISATION_FILES, SUMMARY_FILE, SCENARIO_FILE, MANIFEST_FILE)

LIBRARIES = ("numpy", "scipy", "pyarrow", "matplotlib", "pydantic")
"""Libraries on which the content of the files depends, named in the manifest with their versions."""

DrawFigures = Callable[[RunResult, Path], Sequence[Path]]
"""Draws the charts of a run into an existing folder and returns the files written."""


def check_folder(
    directory: Path, scenario_id: str, seed: int, *, force: bool = False, charts: Sequence[str] = ()
) -> None:
    """Make sure that a run may be written to `directory`, before time is spent on it.

    `charts` are the names of those that will be drawn.

    Raises
    ------
    OutputError
        If `directory` is a file, cannot be made or written to, or holds results that are no run; or, unless
        `force`, another run, or files of the same names that are no run's.

    """
    make_writable(directory)
    refuse_other_results(directory, "a run")
    if not force:
        _refuse_to_overwrite(directory, scenario_id, seed)
        refuse_foreign(directory / FIGURES_FOLDER, charts, "--out")


def make_writable(directory: Path, option: str = "--out") -> None:
    """Make the folder `directory` if need be and try to write there; raise `OutputError` if that fails.

    `option` is what to choose otherwise.
    """
    refuse_odd_name(directory)
    try:
        if directory.exists() and not directory.is_dir():
            raise OutputError(
                f"{directory}: got a file, expected a folder for the results; choose another {option}"
            )
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{directory}: cannot be written to ({reason}); choose another {option}") from error


def make_file_writable(path: Path) -> None:
    """Make sure that a file can be written, before time is spent on what goes into it.

    Its folder is made; what the file holds stays. Raises `OutputError`.
    """
    refuse_odd_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        existed = path.exists()
        with path.open("ab"):
            pass
        if not existed:
            path.unlink()
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{path}: cannot be written to ({reason}); choose another file") from error


def refuse_odd_name(directory: Path) -> None:
    """Raise `OutputError` if the name of `directory` is no text, so that neither table nor page could hold it."""
    try:
        str(directory).encode()
    except UnicodeEncodeError:
        shown = str(directory).encode(errors="backslashreplace").decode()
        raise OutputError(f"{shown}: got a name that is not UTF-8; choose another name") from None


def refuse_other_results(directory: Path, own: str) -> None:
    """Raise `OutputError` if `directory` holds results of another sort than `own`, such as "a run"."""
    found = sort_of_results(directory)
    if found not in ("", own):
        raise OutputError(f"{directory}: holds {found}, expected a folder for {own}; choose another --out")


def sort_of_results(directory: Path) -> str:
    """What the manifest of a folder says that it holds: a run, a sweep or another thing; nothing without one.

    A comparison has a `comparison.json` in place of a manifest.
    """
    try:
        found = json.loads((directory / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        if (directory / COMPARISON_FILE).exists():
            return "a comparison"
        return "a sweep" if (directory / PLAN_FILE).exists() else ""
    if isinstance(found, dict) and "experiment" in found:
        return "a sweep"
    if isinstance(found, dict) and {"scenario", "seed"} <= set(found):
        return "a run"
    return f"a {MANIFEST_FILE} of something else"


def results_but_a_sweep(directory: Path) -> str:
    """Which results other than a sweep's a folder holds: a run or a comparison; nothing if none."""
    found = sort_of_results(directory)
    return found if found in ("a run", "a comparison") else ""


def _refuse_to_overwrite(directory: Path, scenario_id: str, seed: int) -> None:
    manifest = directory / MANIFEST_FILE
    if not manifest.exists():
        foreign = [name for name in OWN_FILES if (directory / name).exists()]
        if foreign:
            raise OutputError(
                f"{directory}: holds a {foreign[0]} that is not part of a whole run; choose another --out, "
                "or --force"
            )
        return
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
        name, number, other = found["scenario"]["name"], found["seed"], found["scenario"]["id"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        raise OutputError(
            f"{manifest}: cannot be read as the manifest of a run; choose another --out, or --force"
        ) from None
    if (other, number) != (scenario_id, seed):
        raise OutputError(
            f"{directory}: holds another run (scenario {name}, id {other}, seed {number}); "
            "choose another --out, or --force to replace it"
        )


def write_run(
    result: RunResult,
    directory: Path,
    *,
    draw: DrawFigures | None = None,
    force: bool = False,
    command: Sequence[str] = (),
    started: datetime | None = None,
    valley: "Valley | None" = None,
) -> list[Path]:
    """Write everything that is kept of a run into `directory` and return the files, the manifest last.

    Parameters
    ----------
    result
        The run.
    directory
        Where to; made if missing. A run of the same scenario and seed is replaced.
    draw
        Draws the charts (`vraem.figures.draw_run`); no figures if None.
    force
        Replace whatever run is there.
    command, started
        Command line and start of the run (UTC), for the manifest; now less the run's seconds if None.
    valley
        The place; loaded if None.

    Raises
    ------
    OutputError
        As `check_folder`.

    """
    check_folder(directory, result.scenario.id, result.seed, force=force)
    with _workshop(directory) as workshop:
        _write_tables(result, workshop, valley)
        write_organisation(result, workshop, _identity(result))
        (workshop / SUMMARY_FILE).write_text(json_text(summarise(result)), encoding="utf-8")
        (workshop / SCENARIO_FILE).write_text(result.scenario.to_toml(), encoding="utf-8")
        if draw is not None:
            (workshop / FIGURES_FOLDER).mkdir()
            draw(result, workshop / FIGURES_FOLDER)
        made = sorted(path.relative_to(workshop) for path in workshop.rglob("*") if path.is_file())
        manifest = _manifest(result, [workshop / path for path in made], workshop, command, started)
        (workshop / MANIFEST_FILE).write_text(json_text(manifest), encoding="utf-8")
        return _move(workshop, directory, [*made, Path(MANIFEST_FILE)])


def content_hash(result: RunResult) -> str:
    """SHA-256 of series, snapshots, journal and fates: equal for equal runs, whatever wrote the files."""
    digest = hashlib.sha256()
    digest.update(result.dates.astype("datetime64[D]").astype("<i8").tobytes())
    for spec in SERIES:
        digest.update(spec.name.encode())
        digest.update(np.ascontiguousarray(result[spec.name], dtype="<f8").tobytes())
    yearly = result.snapshots
    for values in (yearly.coca_area, yearly.leaf_price, yearly.income_quantiles, yearly.income_by_source):
        digest.update(np.ascontiguousarray(values).astype("<f8").tobytes())
    groups = result.organisation
    for noted in (*groups.journal.columns.values(), groups.fates.codes):
        digest.update(np.ascontiguousarray(noted).astype("<f8").tobytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _workshop(directory: Path) -> Iterator[Path]:
    """A folder beside `directory`, on the same disk so that moving is one step; removed whatever happens."""
    parent = directory.resolve().parent
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{directory.resolve().name}-", suffix=".part", dir=parent))
    except OSError:
        # The parent may be closed although the folder is open: then work inside it.
        made = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=directory))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _move(workshop: Path, directory: Path, files: Sequence[Path]) -> list[Path]:
    """Move `files` into place, after taking away the old manifest and our own charts that are not replaced."""
    named = _charts_named(directory)
    (directory / MANIFEST_FILE).unlink(missing_ok=True)
    figures = directory / FIGURES_FOLDER
    if figures.is_dir():
        for path in sorted((own_pictures(figures) | named) - {directory / name for name in files}):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # goes only if it is empty
            figures.rmdir()
    for name in files:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(workshop / name, directory / name)
    return [directory / name for name in files]


def _charts_named(directory: Path) -> set[Path]:
    """The charts that the manifest in a folder names."""
    try:
        files = json.loads((directory / MANIFEST_FILE).read_text(encoding="utf-8"))["files"]
        return {directory / name for name in files if Path(name).parent == Path(FIGURES_FOLDER)}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return set()


def _write_tables(result: RunResult, folder: Path, valley: "Valley | None") -> None:
    """Both Parquet files, with unit and meaning of each column in its metadata."""
    import pyarrow.parquet as parquet

    parquet.write_table(series_table(result), folder / SERIES_FILE, compression="zstd")
    parquet.write_table(communities_table(result, valley), folder / COMMUNITIES_FILE, compression="zstd")


def series_table(result: RunResult) -> Any:
    """The weekly series as a pyarrow Table: `week` (date32) and one float64 column a series."""
    import pyarrow as pa

    week = pa.field("week", pa.date32(), metadata={"unit": "date", "meaning": "the day that opens the week"})
    fields = [
        pa.field(spec.name, pa.float64(), metadata={"unit": spec.unit, "meaning": spec.meaning})
        for spec in SERIES
    ]
    columns = [pa.array(result.dates.astype("datetime64[D]"), pa.date32())]
    columns += [pa.array(result[spec.name], pa.float64()) for spec in SERIES]
    return pa.Table.from_arrays(columns, schema=pa.schema([week, *fields], metadata=_identity(result)))


def communities_table(result: RunResult, valley: "Valley | None" = None) -> Any:
    """Coca and leaf price of each community at the end of each year as a pyarrow Table in long form."""
    import pyarrow as pa

    from vraem.valley import load

    place = valley or load()
    snapshots, communities = result.snapshots, place.communities
    years = (snapshots.dates.astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int16)
    count, many = len(years), len(communities)
    district = np.array(["", *place.districts.name])[communities.district_id]

    def column(name: str, values: Any, kind: Any, unit: str, meaning: str) -> tuple[Any, Any]:
        return pa.field(name, kind, metadata={"unit": unit, "meaning": meaning}), pa.array(values, kind)

    columns = [
        column("year", np.repeat(years, many), pa.int16(), "year", "the state at the end of December"),
        column(
            "community",
            np.tile(np.arange(many), count),
            pa.int32(),
            "number",
            "settled cell of the coca belt",
        ),
        column(
            "row", np.tile(communities.row, count), pa.int16(), "cell", "row of its 2 km cell, 0 in the north"
        ),
        column(
            "col", np.tile(communities.col, count), pa.int16(), "cell", "column of its cell, 0 in the west"
        ),
        column("district", np.tile(district, count), pa.string(), "name", "district"),
        column("coca_ha", snapshots.coca_area.ravel(), pa.float32(), "ha", "coca older than nine months"),
        column("leaf_price", snapshots.leaf_price.ravel(), pa.float32(), "USD/kg", "price of dry leaf"),
    ]
    schema = pa.schema([field for field, _ in columns], metadata=_identity(result))
    return pa.Table.from_arrays([values for _, values in columns], schema=schema)


def _identity(result: RunResult) -> dict[str, str]:
    return {
        "vraem": __version__,
        "scenario": result.scenario.name,
        "scenario_id": result.scenario.id,
        "seed": str(result.seed),
    }


def _manifest(
    result: RunResult, files: Sequence[Path], folder: Path, command: Sequence[str], started: datetime | None
) -> dict[str, Any]:
    from importlib.metadata import version

    began = started or datetime.now(UTC) - timedelta(seconds=result.seconds)
    return {
        "vraem": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "platform": platform.platform(),
        "scenario": {"name": result.scenario.name, "id": result.scenario.id},
        "seed": result.seed,
        "weeks": len(result.dates),
        "households": result.scenario.run.households,
        "content_sha256": content_hash(result),
        "command": list(command),
        "started_utc": began.astimezone(UTC).isoformat(timespec="seconds"),
        "run_seconds": round(result.seconds, 3),
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }
