"""A resolved scenario as TOML text."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: Mapping[str, Any]) -> str:
    """Plain values first, then tables and arrays of tables, in the order given; nothing is left out."""
    plain = {key: value for key, value in document.items() if not _is_table(value) and not _is_array(value)}
    blocks = [_lines(plain)]
    for key, value in document.items():
        if _is_table(value) and value:
            blocks.append(f"[{_key(key)}]\n{_lines(value)}")
        elif _is_array(value):
            blocks += [f"[[{_key(key)}]]\n{_lines(item)}" for item in value]
    return "\n".join(blocks)


def toml_value(value: Any) -> str:
    """One value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON and TOML escape alike, but for the character DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(toml_value, value))}]"
    raise TypeError(f"no way to write {type(value).__name__} as TOML")


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_array(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and _is_table(value[0])


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {toml_value(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else toml_value(key)
