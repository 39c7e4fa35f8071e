"""Checks a request against the service's own model and words refusals as the services do."""

from __future__ import annotations

import functools
from typing import Any

import regex

from test.fakes.aws.errors import invalid

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "blob": (str, bytes),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}


def check(params: dict[str, Any], shape: Any) -> None:
    """Checks types, required and unknown members, lengths, ranges, patterns and enumerations.

    Raises:
        ServiceError: `ValidationException` that names every violation, in the services' words.
    """
    problems: list[str] = []
    if shape is not None:
        _check(params, shape, "", problems)
    if problems:
        many = "validation error" if len(problems) == 1 else "validation errors"
        raise invalid(f"{len(problems)} {many} detected: {'; '.join(problems)}")


def _check(value: Any, shape: Any, at: str, problems: list[str]) -> None:
    kind: str = shape.type_name
    if not _is_a(kind, value):
        problems.append(f"Value at '{at}' failed to satisfy constraint: Member must be a {kind}")
        return
    if kind == "structure":
        _check_structure(value, shape, at, problems)
    elif kind == "list":
        _check_size(len(value), shape, value, at, problems)
        for index, each in enumerate(value):
            _check(each, shape.member, f"{at}.{index + 1}.member", problems)
    elif kind == "map":
        _check_size(len(value), shape, value, at, problems)
        for key, each in value.items():
            _check(key, shape.key, f"{at}.key", problems)
            _check(each, shape.value, f"{at}.{key}.member", problems)
    elif kind == "string":
        _check_size(len(value), shape, value, at, problems)
        _check_text(value, shape, at, problems)
    elif kind in {"integer", "long", "float", "double"}:
        _check_range(value, shape, at, problems)


def _is_a(kind: str, value: Any) -> bool:
    return isinstance(value, _PYTHON[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _check_structure(value: dict[str, Any], shape: Any, at: str, problems: list[str]) -> None:
    prefix = f"{at}." if at else ""
    problems.extend(
        f"Value null at '{prefix}{_lower(name)}' failed to satisfy constraint: Member must not be null"
        for name in shape.required_members
        if value.get(name) is None
    )
    for name, each in value.items():
        if name not in shape.members:
            problems.append(f"Unknown member '{prefix}{_lower(name)}'; the members are {', '.join(shape.members)}")
        elif each is not None:
            _check(each, shape.members[name], f"{prefix}{_lower(name)}", problems)


def _check_size(size: int, shape: Any, value: Any, at: str, problems: list[str]) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        problems.append(_failed(value, at, f"Member must have length greater than or equal to {least}"))
    if most is not None and size > most:
        problems.append(_failed(value, at, f"Member must have length less than or equal to {most}"))


def _check_range(value: float, shape: Any, at: str, problems: list[str]) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        problems.append(_failed(value, at, f"Member must have value greater than or equal to {least}"))
    if most is not None and value > most:
        problems.append(_failed(value, at, f"Member must have value less than or equal to {most}"))


def _check_text(value: str, shape: Any, at: str, problems: list[str]) -> None:
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        problems.append(_failed(value, at, f"Member must satisfy enum value set: [{', '.join(enum)}]"))
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        problems.append(_failed(value, at, f"Member must satisfy regular expression pattern: {pattern}"))


def _failed(value: Any, at: str, constraint: str) -> str:
    return f"Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"


_BEYOND_IN_JAVA = r"\uD800\uDC00-\uDBFF\uDFFF"
_BEYOND = r"\U00010000-\U0010FFFF"


@functools.cache
def _compiled(pattern: str) -> Any:
    # The models are written for Java, whose syntax (\p{L}, possessive quantifiers) `regex` has and `re` has not;
    # characters beyond the first plane stand there as pairs of surrogates.
    return regex.compile(pattern.replace(_BEYOND_IN_JAVA, _BEYOND), regex.V0)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
