"""Results as JSON: the same text for the same results, null for what is no number."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """A value as JSON can hold it: no number becomes null, tuples become lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if hasattr(value, "model_dump"):
        return plain(value.model_dump())
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Sequence | set | frozenset | np.ndarray):
        return [plain(item) for item in value]
    return str(value)


def json_text(value: Any) -> str:
    """JSON of results, the same to the byte for the same results."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n"
