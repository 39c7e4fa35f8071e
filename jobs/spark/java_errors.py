"""Failures inside Spark's JVM, raised as the Python classes that the job contract knows."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from py4j.protocol import (  # type: ignore[import-untyped]  # py4j has no types
    Py4JError,
    Py4JJavaError,
    Py4JNetworkError,
)
from pyspark.errors import PySparkException

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT_OF_MEMORY = "java.lang.OutOfMemoryError"
# Java has no errno; this is the system's own text for ENOSPC.
NO_SPACE = "No space left on device"
MOST_CAUSES = 20  # Java allows a chain of causes to be a circle


class JavaHeapExhausted(MemoryError):  # noqa: N818 - a kind of MemoryError, named as what happened
    """The driver's JVM, in local mode also the tasks, had no heap left.

    Seldom seen: mostly Spark ends the JVM at once with exit code 52, and then the exit code alone tells it.
    """

    region = "driver-heap"


class JvmGone(Exception):  # noqa: N818 - as above
    """Spark's JVM ended in the middle of the work. Its own exit code says why: 52 for a full heap."""


@contextmanager
def java_errors_named() -> Iterator[None]:
    """Raises `JavaHeapExhausted`, `OSError` (ENOSPC) or `JvmGone` where that is the cause; other errors pass."""
    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        try:
            chain = list(_java_causes(error))
        except (Py4JError, ConnectionError):
            raise JvmGone("Spark's JVM ended and cannot say why") from error
        for class_name, message in chain:
            if class_name == OUT_OF_MEMORY:
                raise JavaHeapExhausted(f"{class_name}: {message}") from error
            if NO_SPACE in message:
                raise OSError(errno.ENOSPC, f"{class_name}: {message}") from error
        raise
    except (Py4JNetworkError, ConnectionError) as error:
        raise JvmGone("Spark's JVM ended or does not answer") from error


def _java_causes(error: Py4JJavaError | PySparkException) -> Iterator[tuple[str, str]]:
    # PySpark keeps the Java exception of what it translates in `_origin`; errors of its own making have none.
    throwable: Any = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    for _ in range(MOST_CAUSES):
        if throwable is None:
            return
        yield throwable.getClass().getName(), str(throwable.getMessage())
        throwable = throwable.getCause()
