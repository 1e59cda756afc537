"""Reference tables as Markdown, made from the same declarations that check scenario files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    """Kinds of event with their own keys; all have ``start`` and ``end`` too."""
    from vraem.scenario.events import EVENT_KINDS

    rows = []
    for kind, model in EVENT_KINDS.items():
        own = {
            name: field for name, field in model.model_fields.items() if name not in ("kind", "start", "end")
        }
        keys = "; ".join(f"`{name}`: {_field_text(field)}" for name, field in own.items())
        rows.append((f"`{kind}`", (model.__doc__ or "").strip(), keys))
    return markdown_table(("Kind", "What happens", "Keys beside `start` and `end`"), rows)


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
    details = [text for text in (str(unit or ""), *limits, "" if field.is_required() else "optional") if text]
    return f"{field.description}" + (f" ({', '.join(details)})" if details else "")


def _limit(constraint: object) -> str:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    return "".join(
        f"{sign} {getattr(constraint, name):,g}" for name, sign in signs.items() if hasattr(constraint, name)
    )


def _end(kind: DriverKind, rule: str) -> str:
    return "nearest value held" if rule == "hold" else f"{kind.default:g}"


def _gap(kind: DriverKind) -> str:
    return "straight line" if kind.gaps == "linear" else f"{kind.default:g}"
