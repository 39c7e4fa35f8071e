"""JSON objects parsed into frozen dataclasses, with errors that name the field, what was found and what is allowed.

JSON names are camelCase, fields are snake_case; a name that is neither stands in `field(metadata={"json": ...})`.
Known types: bool, int, float, str, date ("YYYY-MM-DD"), Any, Literal, `X | None`, unions, list/tuple[X, ...],
dict[str, X] and nested dataclasses; a union of dataclasses is told apart by its `Literal` field (`kind`). Ranges belong
into `__post_init__`, as `require(...)`.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import types
import typing
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from jobs.lib.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
NUMBER_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def parse_params(cls: type[T], params: Mapping[str, Any], where: str = "params") -> T:
    """Makes a `cls` (a dataclass) of a JSON object.

    Args:
        cls: the dataclass. A field without default is required.
        params: the object as `json.loads` gave it.
        where: the path that errors begin with.

    Raises:
        InvalidInput: unknown or missing field, wrong type, or what `cls.__post_init__` refuses.
    """
    parsed = _parse_object(cls, params, where)
    if not isinstance(parsed, cls):
        raise TypeError(f"{cls.__name__} is not a dataclass")
    return parsed


def require(condition: bool, field: str, found: object, allowed: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Refuses a value from within `__post_init__`: `require(self.rows > 0, "rows", self.rows, "1 or more")`."""
    if not condition:
        raise InvalidInput(field, found, allowed)


def camel_case(snake: str) -> str:
    """The JSON name of a field: `data_date` -> `dataDate`."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), snake)


def _json_name(field: dataclasses.Field[Any]) -> str:
    return str(field.metadata.get("json") or camel_case(field.name))


def _parse_object(cls: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise InvalidInput(where, value, "an object")
    hints = typing.get_type_hints(cls)
    fields = {_json_name(field): field for field in dataclasses.fields(cls) if field.init}
    for name in value:
        if name not in fields:
            near = difflib.get_close_matches(str(name), fields, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise InvalidInput(f"{where}.{name}", value[name], f"no such field{hint}; known: {', '.join(fields)}")
    arguments: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            arguments[field.name] = _parse(hints[field.name], value[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InvalidInput(f"{where}.{name}", "nothing", f"required: {_type_text(hints[field.name])}")
    try:
        return cls(**arguments)
    except InvalidInput as error:
        raise InvalidInput(f"{where}.{camel_case(error.field)}", error.found, error.allowed) from None


def _parse(hint: Any, value: Any, where: str) -> Any:
    """Parses `value` as `hint` says; each kind of type has its own small parser."""
    if hint is Any:
        return value
    if hint in PLAIN:
        return PLAIN[hint](value, where)
    if dataclasses.is_dataclass(hint):
        return _parse_object(hint, value, where)
    parser = GENERIC.get(typing.get_origin(hint))
    if parser is None:
        raise TypeError(f"{where}: {hint} is no type that JSON parameters can have")
    return parser(hint, value, where)


def _parse_literal(hint: Any, value: Any, where: str) -> Any:
    allowed = typing.get_args(hint)
    if not any(value == one and type(value) is type(one) for one in allowed):
        raise InvalidInput(where, value, _type_text(hint))
    return value


def _parse_dict(hint: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise InvalidInput(where, value, "an object")
    inner = typing.get_args(hint)[1]
    return {key: _parse(inner, item, f"{where}.{key}") for key, item in value.items()}


def _parse_union(hint: Any, value: Any, where: str) -> Any:
    members = typing.get_args(hint)
    if value is None and type(None) in members:
        return None
    choices = [member for member in members if member is not type(None)]
    if len(choices) == 1:
        return _parse(choices[0], value, where)
    tagged = {_tag(choice): choice for choice in choices if dataclasses.is_dataclass(choice)}
    if len(tagged) == len(choices):
        kind = value.get("kind") if isinstance(value, dict) else value
        if kind not in tagged:
            raise InvalidInput(f"{where}.kind", kind, " or ".join(repr(tag) for tag in tagged))
        return _parse_object(tagged[kind], value, where)
    for choice in choices:
        try:
            return _parse(choice, value, where)
        except InvalidInput:
            continue
    raise InvalidInput(where, value, " or ".join(_type_text(member) for member in members))


def _tag(cls: Any) -> Any:
    return typing.get_args(typing.get_type_hints(cls).get("kind"))[0]


def _parse_list(hint: Any, value: Any, where: str) -> Any:
    if not isinstance(value, list):
        raise InvalidInput(where, value, "a list")
    inner = typing.get_args(hint)[0]
    items = [_parse(inner, item, f"{where}[{index}]") for index, item in enumerate(value)]
    return tuple(items) if typing.get_origin(hint) is tuple else items


def _parse_date(value: Any, where: str) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidInput(where, value, "a date like 2026-11-20")


def _parse_float(value: Any, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise InvalidInput(where, value, NUMBER_NAMES[float])


def _parse_int(value: Any, where: str) -> int:
    # JSON has one kind of number: 1e6 and 30.0 are whole numbers too.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return typing.cast("int", _exactly(int)(value, where))


def _exactly(cls: type) -> Callable[[Any, str], Any]:
    def parse(value: Any, where: str) -> Any:
        if type(value) is not cls:  # not isinstance: True is an int to Python
            raise InvalidInput(where, value, NUMBER_NAMES[cls])
        return value

    return parse


PLAIN: dict[Any, Callable[[Any, str], Any]] = {
    bool: _exactly(bool),
    int: _parse_int,
    float: _parse_float,
    str: _exactly(str),
    date: _parse_date,
}


GENERIC: dict[Any, Callable[[Any, Any, str], Any]] = {
    typing.Literal: _parse_literal,
    typing.Union: _parse_union,
    types.UnionType: _parse_union,
    list: _parse_list,
    tuple: _parse_list,
    dict: _parse_dict,
}


def _type_text(hint: Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(repr(one) for one in typing.get_args(hint))
    if hint is type(None):
        return "null"
    return NUMBER_NAMES.get(hint) or str(getattr(hint, "__name__", hint))
