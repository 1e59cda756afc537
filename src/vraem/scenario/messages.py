"""Faults of a document in plain words: what stands there, what was expected, what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from vraem.scenario.events import EVENT_KINDS
from vraem.scenario.faults import Fault, did_you_mean, in_words, one_of, safe
from vraem.scenario.fields import NAMES
from vraem.scenario.parameters import parameter_specs
from vraem.scenario.positions import Path
from vraem.scenario.schema import Document

At = Callable[[Path, str], tuple[str, int, int]]
"""File, line and column of a path; the word says whether its ``key`` or its ``value`` is meant."""


MOST_TOLD = 1000  # of each sort: no one reads more, and near matches take time to find


def dotted(path: Path) -> str:
    """``event.0.hectares``: a path as messages and ``--set`` write it."""
    return ".".join(safe(str(part)) for part in path)


def fault_at(at: At, path: Path, word: str, got: str, expected: str = "", hint: str = "") -> Fault:
    """A fault with the place of a path."""
    return Fault(*at(path, word), dotted(path), got, expected, hint)


def faults_of_shape(error: ValidationError, at: At, model: type[BaseModel] = Document) -> list[Fault]:
    """What pydantic found in a document of the shape ``model``, one fault each."""
    schema = model.model_json_schema()
    return [_fault(found, schema, at) for found in error.errors(include_url=False)[:MOST_TOLD]]


def faults_of_parameters(document: Mapping[str, Any], at: At) -> list[Fault]:
    """Unknown names and values outside the ranges of the table of parameters."""
    given = document.get("parameters", {})
    specs = parameter_specs()
    faults: list[Fault] = []
    for name, value in given.items() if isinstance(given, dict) else ():
        if len(faults) == MOST_TOLD:
            break
        path: Path = ("parameters", name)
        if name not in specs:
            hint = did_you_mean(name, specs) or "`vraem parameters` lists them"
            faults.append(fault_at(at, path, "key", "an unknown key", "the name of a parameter", hint))
        elif expected := specs[name].problem(value):
            faults.append(fault_at(at, path, "value", in_words(value), expected))
    return faults


def _fault(found: Any, schema: Mapping[str, Any], at: At) -> Fault:
    kind, context = found["type"], found.get("ctx", {})
    path = _without_tag(found["loc"])
    got = in_words(found["input"])
    if kind == "missing":
        expected = expected_at(schema, found["loc"])
        return fault_at(at, path, "parent", "nothing", expected)
    if kind == "extra_forbidden":
        known = [*_node(schema, found["loc"][:-1]).get("properties", {})]
        known += ["extends"] if len(path) == 1 and schema["title"] == Document.__name__ else []
        hint = did_you_mean(str(path[-1]), known)
        return fault_at(at, path, "key", "an unknown key", one_of(known), hint)
    if kind == "union_tag_invalid":
        path = (*path, "kind")
        got = in_words(found["input"].get("kind"))
        hint = did_you_mean(context["tag"], EVENT_KINDS)
        return fault_at(at, path, "value", got, one_of(EVENT_KINDS), hint)
    if kind == "union_tag_not_found":
        return fault_at(at, (*path, "kind"), "parent", "nothing", one_of(EVENT_KINDS))
    if kind == "unknown_name":
        names = NAMES[context["what"]]()
        hint = did_you_mean(str(found["input"]), names)
        return fault_at(at, path, "value", got, context["what"], hint or one_of(names))
    if kind == "named_twice":
        thing = str(_node(schema, found["loc"]).get("of", "name")).removesuffix("s")
        return fault_at(at, path, "value", context["got"], f"each {thing} once")
    if kind == "too_long":
        got = f"a list of {context['actual_length']}"
    if kind == "other_expected":
        hint = did_you_mean(str(found["input"]), context.get("known", ()))
        return fault_at(at, path, "value", got, context["what"], hint)
    node = _node(schema, found["loc"])
    hint = did_you_mean(found["input"], node["enum"]) if _is_choice(kind, found["input"]) else ""
    return fault_at(at, path, "value", got, expected_at(schema, found["loc"]), hint)


def _is_choice(kind: str, value: object) -> bool:
    return kind == "literal_error" and isinstance(value, str)


def _without_tag(loc: Path) -> Path:
    """Pydantic puts the kind of an event into the path, after its number; a file has no such step."""
    tagged = len(loc) > 2 and loc[0] == "event" and loc[2] in EVENT_KINDS
    return (*loc[:2], *loc[3:]) if tagged else loc


def expected_at(schema: Mapping[str, Any], loc: Path) -> str:
    """What may stand at a place of a document, from its JSON Schema."""
    node = _node(schema, loc)
    if "expected" in node:
        return str(node["expected"])
    if "enum" in node:
        return one_of(node["enum"])
    kind = node.get("type")
    if kind in ("integer", "number"):
        return _number(node)
    if node.get("format") == "date":
        limits = f"from {node['formatMinimum']} to {node['formatMaximum']}"
        return f"a date {limits}, such as 2012-01-02 without quotes"
    if kind == "string":
        return _text(node)
    if kind == "boolean":
        return "true or false, without quotes"
    if kind == "array":
        return _list(node, loc)
    if not {"properties", "additionalProperties", "patternProperties", "discriminator"}.isdisjoint(node):
        return f"a table [{dotted(loc)}]" if all(isinstance(part, str) for part in loc) else "a table"
    return str(node.get("description", "another value"))


def _node(schema: Mapping[str, Any], loc: Path) -> Mapping[str, Any]:
    """The part of a JSON Schema that describes one place, references followed."""
    node = _followed(schema, schema)
    for part in loc:
        if isinstance(part, int):
            node = node["items"]
        elif "discriminator" in node:
            node = {"$ref": node["discriminator"]["mapping"].get(part, "")}
        else:
            node = node.get("properties", {}).get(part, {})
        node = _followed(schema, node)
    return node


def _followed(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in node:
        definition = schema["$defs"].get(node["$ref"].rpartition("/")[2], {})
        return {**definition, **{key: value for key, value in node.items() if key != "$ref"}}
    if "anyOf" in node:  # an optional key: TOML has no null, so only the first form can stand in a file
        form = _followed(schema, node["anyOf"][0])
        return {**form, **{key: value for key, value in node.items() if key != "anyOf"}}
    if "const" in node:
        return {**node, "enum": [node["const"]]}
    return node


def _number(node: Mapping[str, Any]) -> str:
    kind = "a whole number" if node["type"] == "integer" else "a number"
    low = node.get("minimum", node.get("exclusiveMinimum"))
    high = node.get("maximum")
    unit = "" if node.get("unit", "ratio") == "ratio" else f" {node['unit']}"
    if low is None or high is None:
        return f"{kind}{unit}"
    if "exclusiveMinimum" in node:
        return f"{kind} above {_plain(low)} and up to {_plain(high)}{unit}"
    return f"{kind} from {_plain(low)} to {_plain(high)}{unit}"


def _plain(value: float) -> str:
    """Thousands apart, so that a long limit can be read: 1 000 000."""
    return re.sub(r"\.0$", "", f"{value:,}").replace(",", " ")


def _text(node: Mapping[str, Any]) -> str:
    limit = f" of at most {_plain(node['maxLength'])} characters" if "maxLength" in node else ""
    if "pattern" in node:
        return f"text in quotes{limit}: {node['description'].partition(': ')[2]}"
    return f"text in quotes{limit}" + (", not empty" if node.get("minLength") else "")


def _list(node: Mapping[str, Any], loc: Path) -> str:
    if "of" in node:
        return f"a list of {node['of']}, such as {node['example']}"
    if "example" in node:
        return f"a list such as {node['example']}"
    header = dotted(tuple(part for part in loc if isinstance(part, str)))
    return f"tables [[{header}]], at most {_plain(node['maxItems'])}"
