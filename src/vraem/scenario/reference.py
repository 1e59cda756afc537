"""Reference tables as Markdown, made from the same declarations that check scenario files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from vraem.scenario.driver_series import DRIVER_KINDS, DriverKind
from vraem.scenario.parameters import ParameterSpec, parameter_table, target_table
from vraem.scenario.switches import SWITCHES


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def parameters_markdown(specs: Sequence[ParameterSpec] | None = None) -> str:
    """All parameters (or those given): meaning, unit, default, range, prior, source, confidence."""
    header = (
        "Parameter",
        "Equation",
        "Meaning",
        "Unit",
        "Default",
        "Before calibration",
        "Range",
        "Prior",
        "Source",
        "Confidence",
    )
    return markdown_table(header, map(_parameter_row, parameter_table() if specs is None else specs))


def targets_markdown() -> str:
    """Quantities that the model must produce, with the values to compare."""
    header = (
        "Quantity",
        "Equation",
        "Meaning",
        "Unit",
        "Value",
        "",
        "Range",
        "Prior",
        "Source",
        "Confidence",
    )
    return markdown_table(header, map(_parameter_row, target_table()))


def switches_markdown() -> str:
    """Structural switches with their values, the default first."""
    header = ("Switch", "Label", "Values (default first)", "Meaning")
    rows = [
        (f"`{switch.name}`", switch.label, ", ".join(f"`{value}`" for value in switch.values), switch.meaning)
        for switch in SWITCHES.values()
    ]
    return markdown_table(header, rows)


def events_markdown() -> str:
    """Kinds of event with their own keys; all but a removal have ``start`` and ``end`` too."""
    from vraem.scenario.events import EVENT_KINDS

    rows = []
    for kind, model in EVENT_KINDS.items():
        own = {
            name: field for name, field in model.model_fields.items() if name not in ("kind", "start", "end")
        }
        keys = "; ".join(f"`{name}`: {_field_text(field)}" for name, field in own.items())
        rows.append((f"`{kind}`", (model.__doc__ or "").strip(), keys))
    return markdown_table(("Kind", "What happens", "Keys beside `start` and `end`"), rows)


def keys_markdown(table: str) -> str:
    """The keys of a table of scenario files (campaign, group, post or measure) with values and defaults."""
    from vraem.scenario.schema import document_schema

    schema = document_schema()
    node = schema["properties"][table]
    header = ("Key", "Meaning", "Unit", "Values", "If left out")
    return markdown_table(header, _key_rows(schema, node.get("items", node), ""))


def campaign_targets_markdown() -> str:
    """Whom a campaign may go after."""
    from vraem.scenario.campaigns import TARGETS

    return markdown_table(("Target", "Who"), [(f"`{name}`", who) for name, who in TARGETS.items()])


def _key_rows(schema: Mapping[str, Any], node: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, ...]]:
    """One row for each key of a table; a table inside it is told by dotted keys."""
    definition = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for name, field in definition["properties"].items():
        if "$ref" in field:
            yield from _key_rows(schema, field, f"{prefix}{name}.")
            continue
        meaning, fallback = _split(field["description"])
        if name in definition.get("required", ()):
            fallback = "a fault"
        unit = str(field.get("unit", ""))
        yield (
            f"`{prefix}{name}`",
            meaning,
            "" if unit == "ratio" else unit,
            _allowed(field),
            fallback or _default(field["default"]),
        )


def _split(description: str) -> tuple[str, str]:
    """A description without ``; ... if left out``, and what holds then."""
    meaning, _, last = description.rpartition("; ")
    if meaning and last.endswith(" if left out"):
        return meaning, last.removesuffix(" if left out")
    return description, ""


def _allowed(node: Mapping[str, Any]) -> str:
    """The values that a JSON Schema allows, for a cell of a table."""
    if "anyOf" in node:
        return " or ".join(_allowed(form) for form in node["anyOf"] if form.get("type") != "null")
    if "const" in node or "enum" in node:
        return ", ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if node["type"] in ("number", "integer"):
        low = node.get("minimum", node.get("exclusiveMinimum"))
        return f"{'above ' if 'exclusiveMinimum' in node else ''}{low:,g} to {node['maximum']:,g}"
    if node["type"] == "array":
        return f"list of {node['of']}"
    return {"boolean": "`true`, `false`", "string": "a day" if "format" in node else "text"}[node["type"]]


def _default(value: Any) -> str:
    return f"`{str(value).lower()}`" if isinstance(value, bool | str) else f"{value:g}"


def drivers_markdown() -> str:
    """Drivers with their units and the rules for days without a row."""
    header = ("Driver", "Meaning", "Unit", "Before the first row", "Between rows", "After the last row")
    rows = [
        (
            f"`{kind.name}`",
            kind.meaning,
            kind.unit,
            _end(kind, kind.before),
            _gap(kind),
            _end(kind, kind.after),
        )
        for kind in DRIVER_KINDS.values()
    ]
    return markdown_table(header, rows)


def _parameter_row(spec: ParameterSpec) -> tuple[str, ...]:
    return (
        f"`{spec.name}`",
        spec.equation,
        spec.meaning,
        spec.unit,
        f"{spec.default:.10g}",
        "" if spec.start is None else f"{spec.start:.10g}",
        f"{spec.low:.10g} to {spec.high:.10g}",
        spec.distribution,
        spec.source,
        spec.confidence,
    )


def _field_text(field: object) -> str:
    """Description, unit, limits and whether the key may be left out, from a field of an event."""
    from pydantic.fields import FieldInfo

    assert isinstance(field, FieldInfo)
    extra = field.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else None
    limits = [_limit(constraint) for constraint in field.metadata]
    choices = ", ".join(f"`{choice}`" for choice in _choices(field.annotation))
    default = "" if field.is_required() else "optional" if field.default is None else _default(field.default)
    if default not in ("", "optional"):
        default = f"{default} if left out"
    details = [text for text in (choices, str(unit or ""), *limits, default) if text]
    return f"{field.description}" + (f" ({', '.join(details)})" if details else "")


def _choices(annotation: object) -> tuple[str, ...]:
    """The values of a literal type; those of routes are told below the table."""
    from vraem.scenario.events import Route

    return () if annotation == Route else get_args(annotation) if get_origin(annotation) is Literal else ()


def _limit(constraint: object) -> str:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    found = {sign: getattr(constraint, name) for name, sign in signs.items() if hasattr(constraint, name)}
    # the limits of days are the same everywhere: told once, beside the tables
    return "".join(f"{sign} {value:,g}" for sign, value in found.items() if isinstance(value, int | float))


def _end(kind: DriverKind, rule: str) -> str:
    return "nearest value held" if rule == "hold" else f"{kind.default:g}"


def _gap(kind: DriverKind) -> str:
    return "straight line" if kind.gaps == "linear" else f"{kind.default:g}"
