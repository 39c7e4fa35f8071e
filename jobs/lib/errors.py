"""Why a job failed by itself, as `_error.json` says it: classes, never guesses from prose."""

from __future__ import annotations

import errno
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

RAY_OUT_OF_MEMORY = "ray.exceptions.OutOfMemoryError"
DISK_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})


class InvalidInput(Exception):  # noqa: N818 - the name is part of the job contract's vocabulary, like KeyError's is of Python's
    """A parameter, setting or input is wrong: no retry helps. The job ends with exit code 2.

    Attributes:
        field: path of the wrong thing, e.g. `params.rows` or `inputs.train/part-0.parquet#age`.
        found: what stands there.
        allowed: what may stand there.
    """

    def __init__(self, field: str, found: object, allowed: str) -> None:
        self.field = field
        self.found = found
        self.allowed = allowed
        super().__init__(field, found, allowed)  # all arguments, so that it survives pickling between processes

    def __str__(self) -> str:
        return f"{self.field}: found {_shown(self.found)}, allowed: {self.allowed}"

    def under(self, prefix: str) -> InvalidInput:
        """The same error, its field seen from one level further up."""
        return InvalidInput(f"{prefix}.{self.field}" if self.field else prefix, self.found, self.allowed)


class DiskFull(OSError):  # noqa: N818 - see InvalidInput
    """The disk has no room for the output; noticed before or while writing. `errno` is ENOSPC."""

    def __init__(self, folder: str, needed_bytes: int, free_bytes: int) -> None:
        super().__init__(
            errno.ENOSPC, f"the output needs about {needed_bytes:,} bytes, {free_bytes:,} are free in", folder
        )


def describe_failure(error: BaseException) -> dict[str, Any]:
    """The content of `_error.json` for `error`.

    An out-of-memory class anywhere in the chain of causes decides `errorClass`; then a full disk, then a wrong input.
    A subclass of MemoryError may have an attribute `region` that says which memory it was.
    """
    chain = list(_causes(error))
    kind, region, named = None, None, error
    for candidate in chain:
        kind = _kind(candidate)
        if kind is not None:
            named = candidate
            region = _region(candidate) if kind == "out-of-memory" else None
            break
    return {
        "errorClass": type(named).__name__,
        "mro": [_name(cls) for cls in type(named).__mro__ if cls is not object],
        "message": str(named),
        "traceback": "".join(traceback.format_exception(error)),
        "region": region,
        "kind": kind,
    }


def _kind(error: BaseException) -> str | None:
    if isinstance(error, MemoryError) or _is_ray_out_of_memory(error):
        return "out-of-memory"
    if isinstance(error, OSError) and error.errno in DISK_FULL_ERRNOS:
        return "disk-full"
    return "invalid-input" if isinstance(error, InvalidInput) else None


def _region(error: BaseException) -> str:
    # Ray's monitor kills for the whole node. A class of ours says where by its `region`; a library's own MemoryError is
    # an allocation that failed in this program.
    return "host" if _is_ray_out_of_memory(error) else str(getattr(error, "region", "python-worker"))


def _is_ray_out_of_memory(error: BaseException) -> bool:
    return any(f"{cls.__module__}.{cls.__qualname__}" == RAY_OUT_OF_MEMORY for cls in type(error).__mro__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, outermost first: causes, contexts, members of groups, Ray's `.cause`."""
    queue: list[BaseException] = [error]
    seen: set[int] = set()
    while queue:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        context = None if current.__suppress_context__ else current.__context__
        members = current.exceptions if isinstance(current, BaseExceptionGroup) else ()
        linked = (current.__cause__, context, getattr(current, "cause", None), *members)
        queue.extend(one for one in linked if isinstance(one, BaseException))


def _name(cls: type) -> str:
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def _shown(value: object, most: int = 200) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"
