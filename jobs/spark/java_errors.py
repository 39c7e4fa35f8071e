"""Failures inside Spark's JVM, raised as the Python classes that the job contract knows."""

# ruff: noqa: N818 - kinds of MemoryError, named as what happened

from __future__ import annotations

import errno
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from py4j.protocol import (  # type: ignore[import-untyped]  # py4j has no types
    Py4JError,
    Py4JJavaError,
    Py4JNetworkError,
)
from pyspark.errors import PySparkException

if TYPE_CHECKING:
    from collections.abc import Iterator

# Java has no errno; this is the system's own text for ENOSPC.
NO_SPACE = "No space left on device"
MOST_CAUSES = 20  # Java allows a chain of causes to be a circle
MOST_MESSAGE = 500  # Spark puts whole stack traces into its messages


class SparkMemoryExhausted(MemoryError):
    """A memory of Spark's ran out.

    Attributes:
        region: which one, in the words of `contracts/verdict.ts`. In local mode the driver's JVM also runs the tasks.
    """

    region: str


class JavaHeapExhausted(SparkMemoryExhausted):
    """The JVM had no heap left, or did little but search for some.

    Often Spark ends the JVM at once with exit code 52, and then the exit code alone tells it.
    """

    region = "driver-heap"


class ExecutionMemoryExhausted(SparkMemoryExhausted):
    """A task got less of the heap's share for sorting, grouping and joining than it cannot do without."""

    region = "driver-heap"


class DriverResultLimit(SparkMemoryExhausted):
    """The tasks of a query hand more to the driver than `spark.driver.maxResultSize` allows."""

    region = "driver-result-limit"


class BroadcastExhausted(SparkMemoryExhausted):
    """There was no room to build a table that is sent to every task."""

    region = "broadcast"


class BroadcastTooLarge(SparkMemoryExhausted):
    """A table is larger than Spark ever sends to every task; more memory changes nothing."""

    region = "broadcast"


class ArrayTooLong(SparkMemoryExhausted):
    """An array would be longer than Java allows; more memory changes nothing, smaller parts do."""

    region = "array-limit"


class MetaspaceExhausted(SparkMemoryExhausted):
    """No room for more classes."""

    region = "metaspace"


class DirectBufferExhausted(SparkMemoryExhausted):
    """No room for buffers outside the heap."""

    region = "direct-buffer"


class ThreadsExhausted(SparkMemoryExhausted):
    """The system gave no further thread: for want of memory, or because their number is limited."""

    region = "threads"


class PythonWorkerExhausted(SparkMemoryExhausted):
    """A Python process of Spark's could not allocate."""

    region = "python-worker"


class JvmGone(Exception):
    """Spark's JVM ended in the middle of the work. Its own exit code says why: 52 for a full heap."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A Java class together with its words: neither alone is proof."""

    java_class: str
    words: str
    means: type[SparkMemoryExhausted]


SPARK = "org.apache.spark.SparkException"
JAVA = "java.lang.OutOfMemoryError"
# The first that fits decides. Words as of Java 17 and 21 (HotSpot's memory errors, java.nio.Bits) and of Spark 4.1
# (TaskSetManager.canFetchMoreResults; error-conditions.json: _LEGACY_ERROR_TEMP_2248 to 2250).
RULES = (
    Rule(SPARK, r"Total size of serialized results of \d+ tasks", DriverResultLimit),
    Rule(SPARK, r"Not enough memory to build and broadcast the table", BroadcastExhausted),
    Rule(SPARK, r"Cannot broadcast the table (that is larger than|over)", BroadcastTooLarge),
    Rule("org.apache.spark.memory.SparkOutOfMemoryError", r"", ExecutionMemoryExhausted),
    Rule(
        "org.apache.spark.api.python.PythonException",
        # The last line of a Python traceback: the class, and its message if it has one.
        r"(?m)^([\w.]+\.)?(MemoryError|_ArrayMemoryError|ArrowMemoryError)(:.*)?$",
        PythonWorkerExhausted,
    ),
    Rule(JAVA, r"^(Metaspace|Compressed class space)", MetaspaceExhausted),
    Rule(JAVA, r"^(Cannot reserve \d+ bytes of direct buffer memory|Direct buffer memory)", DirectBufferExhausted),
    Rule(JAVA, r"^(Requested array size exceeds VM limit|Required length exceeds implementation limit)", ArrayTooLong),
    Rule(JAVA, r"^unable to create (new )?native thread", ThreadsExhausted),
    Rule(JAVA, r"", JavaHeapExhausted),
)


@contextmanager
def java_errors_named() -> Iterator[None]:
    """Raises a `SparkMemoryExhausted`, `OSError` (ENOSPC) or `JvmGone` where that is the cause; other errors pass."""
    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        try:
            chain = list(_java_causes(error))
        except (Py4JError, ConnectionError):
            raise JvmGone("Spark's JVM ended and cannot say why") from error
        for class_name, message in chain:
            meaning = _meaning(class_name, message)
            if meaning is not None:
                raise meaning(f"{class_name}: {message[:MOST_MESSAGE]}") from error
            if NO_SPACE in message:
                raise OSError(errno.ENOSPC, f"{class_name}: {message[:MOST_MESSAGE]}") from error
        raise
    except (Py4JNetworkError, ConnectionError) as error:
        raise JvmGone("Spark's JVM ended or does not answer") from error


def _meaning(class_name: str, message: str) -> type[SparkMemoryExhausted] | None:
    fitting = (rule for rule in RULES if rule.java_class == class_name and re.search(rule.words, message))
    return next((rule.means for rule in fitting), None)


def _java_causes(error: Py4JJavaError | PySparkException) -> Iterator[tuple[str, str]]:
    # PySpark keeps the Java exception of what it translates in `_origin`; errors of its own making have none.
    throwable: Any = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    for _ in range(MOST_CAUSES):
        if throwable is None:
            return
        yield throwable.getClass().getName(), str(throwable.getMessage())
        throwable = throwable.getCause()
