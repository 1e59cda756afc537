"""The manifest of a store: whose results these are, by which versions, in which columns."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vraem.experiment.output import MANIFEST_FILE, results_but_a_sweep
from vraem.experiment.part_files import StoreError
from vraem.experiment.rows import Columns
from vraem.observe.thresholds import THRESHOLDS
from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment

FORMAT = 1
LIBRARIES = ("numpy", "scipy", "pyarrow", "pydantic")
_TEXTS = (("vraem",), ("python",), ("created_utc",), ("experiment", "id"), ("experiment", "name"))
_TABLES = (("experiment",), ("columns",), ("columns", "factors"), ("columns", "outcomes"), ("libraries",))
_KINDS = ("float64", "string")


def new_manifest(experiment: Experiment) -> dict[str, Any]:
    """The manifest of a store that is begun now."""
    from importlib.metadata import version

    columns = Columns.of(experiment)
    return {
        "format": FORMAT,
        "experiment": {
            "name": experiment.name,
            "id": experiment.id,
            "rules_sha256": experiment.rules_hash,
            "arms": {name: scenario.id for name, scenario in experiment.arms},
        },
        "columns": {
            "factors": columns.factors,
            "outcomes": columns.outcomes,
            "texts": sorted(columns.texts),
        },
        "thresholds_hash": THRESHOLDS.hash,
        "vraem": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "platform": platform.platform(),
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the store in a folder. Raises ``StoreError`` if there is none, or one of another shape."""
    path = folder / MANIFEST_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fault = f"{folder}: got no {MANIFEST_FILE}, expected the folder of a sweep (vraem sweep --out DIR)"
    except (OSError, ValueError, RecursionError):
        fault = f"{path}: cannot be read as the manifest of a sweep"
    else:
        problem = _problem(found)
        if not problem:
            return dict(found)
        fault = f"{path}: cannot be read as the manifest of a sweep ({problem})"
    if held := results_but_a_sweep(folder):
        fault = f"{folder}: holds {held}, expected a sweep (vraem sweep --out DIR)"
    raise StoreError(fault)


def _problem(found: Any) -> str:
    """What is not as a manifest has it; nothing if all is."""
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return f"format is not {FORMAT}"
    for keys, kind, words in (
        *((keys, dict, "a table") for keys in _TABLES),
        *((keys, str, "text") for keys in _TEXTS),
    ):
        if not isinstance(_at(found, keys), kind):
            return f"{'.'.join(keys)} is not {words}"
    columns = found["columns"]
    for key, described in columns["factors"].items():
        if not (
            isinstance(described, list)
            and len(described) == 3
            and isinstance(described[0], str)
            and described[1] in _KINDS
        ):
            return f"columns.factors.{key} is not a name, a type and a value"
    if not all(isinstance(unit, str) for unit in columns["outcomes"].values()):
        return "columns.outcomes holds other things than units"
    texts = columns.get("texts", [])
    if not isinstance(texts, list) or not all(isinstance(name, str) for name in texts):
        return "columns.texts is not a list of names"
    if not isinstance(found.get("thresholds_hash", ""), str):
        return "thresholds_hash is not text"
    return ""


def _at(found: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def columns_of(manifest: dict[str, Any]) -> Columns:
    """The columns that a manifest describes."""
    described = manifest["columns"]
    return Columns(
        factors={key: (name, kind, default) for key, (name, kind, default) in described["factors"].items()},
        outcomes=described["outcomes"],
        texts=frozenset(described.get("texts", ())),
    )


def require_same(own: dict[str, Any], other: dict[str, Any], folder: Path, where: str) -> None:
    """Refuse to mix experiments, versions or labels of different thresholds in one store.

    `own` is the manifest of the store in `folder`, `other` that of what would be added, from `where`. Raises
    ``StoreError``.
    """
    ours, theirs = own["experiment"], other["experiment"]
    if ours["id"] != theirs["id"]:
        raise StoreError(
            f"{folder}: holds another experiment ({ours['name']}, id {ours['id']}) "
            f"than {where} ({theirs['name']}, id {theirs['id']}); choose another folder"
        )
    if own["vraem"] != other["vraem"]:
        raise StoreError(
            f"{folder}: holds results of vraem {own['vraem']}, not {other['vraem']}; "
            "choose another folder, or go on with that version"
        )
    if own.get("thresholds_hash", "") != other.get("thresholds_hash", ""):
        raise StoreError(
            f"{folder}: labelled by the thresholds {_thresholds_in_words(own)}, not "
            f"{_thresholds_in_words(other)}; choose another folder, or go on with that table"
        )


def _thresholds_in_words(manifest: dict[str, Any]) -> str:
    return str(manifest.get("thresholds_hash") or "of an older version")
