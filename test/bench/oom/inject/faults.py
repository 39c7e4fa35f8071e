"""What can be wrong. A fault needs memory in proportion to a lever or to nothing, as a real job's data would."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 2**20
PAGE = 4096

Spec = dict[str, Any]
_leaked: list[bytearray] = []
_struck: list[bool] = []


def at_start(spec: Spec) -> None:
    """Once a process."""
    if _strikes(spec) and (start := STARTS.get(spec["fault"])):
        start(spec)


def at_unit(spec: Spec, place: int) -> object:
    """At the beginning of a unit; what it returns is held until the unit's end.

    Args:
        spec: the fault.
        place: of the unit in the order in which the job's attempts came to them.
    """
    strike = UNITS.get(spec["fault"])
    held = strike(spec) if strike and _strikes(spec) and _is_heavy(spec, place) else None
    time.sleep(spec["seconds"])  # a unit of a job at full size takes longer than one of this one
    return held


def _is_heavy(spec: Spec, place: int) -> bool:
    """Data is skewed: where the spec says so, the first units of the job do not strike."""
    return place >= int(spec.get("heavyFrom", 0))


def _strikes(spec: Spec) -> bool:
    """Whether this attempt is struck: all are, unless the spec says how many."""
    return int(spec["attempt"]) <= int(spec.get("attempts", 1 << 30))


def _needed_bytes(spec: Spec) -> int:
    """`mib`, and `bytesPerBatchRow` for each row that the job's setting makes it hold at once."""
    return int(spec.get("mib", 0) * MIB + spec.get("bytesPerBatchRow", 0) * spec["settings"].get("batchRows", 0))


def _touched(size: int) -> bytearray:
    """Memory that is really there: a page that nobody wrote to costs nothing."""
    block = bytearray(size)
    for at in range(0, size, PAGE):
        block[at] = 1
    return block


def _hold(spec: Spec) -> object:
    return _touched(_needed_bytes(spec))


def _hold_slowly(spec: Spec) -> object:
    """Slower than a monitor looks."""
    blocks = []
    for _ in range(_needed_bytes(spec) // (16 * MIB)):
        blocks.append(_touched(16 * MIB))
        time.sleep(0.03)
    return blocks


def _leak(spec: Spec) -> None:
    _leaked.append(_touched(_needed_bytes(spec)))


def _allocate(spec: Spec) -> object:
    """Python hears of it in time to raise MemoryError: this process may hold no more than the job's limit allows."""
    import numpy as np

    # The system limits what a process has asked for and not what it holds: what it never touched comes on top.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    untouched = sum(int(status[name].split()[0]) * 1024 * sign for name, sign in (("VmData", 1), ("RssAnon", -1)))
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (int(spec["limit"]) + untouched, before[1]))
    try:
        return np.ones(_needed_bytes(spec), dtype=np.uint8)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _wait_for_killed_child(spec: Spec) -> None:
    """The real hang: a pool of the standard library never hears that the kernel killed its process."""
    if not _is_first():
        return
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(_take_and_give_back, [_needed_bytes(spec)])


def _take_and_give_back(size: int) -> int:
    return len(_touched(size))


def _fail(spec: Spec) -> None:
    errors: dict[str, type[Exception]] = {"ValueError": ValueError, "KeyError": KeyError, "RuntimeError": RuntimeError}
    raise errors[spec["error"]](spec["message"])


def _send_signal(spec: Spec) -> None:
    os.kill(os.getpid(), signal.Signals[spec["signal"]])
    time.sleep(60)  # a signal that is handled takes a moment


def _hang(_: Spec) -> None:
    while True:
        time.sleep(60)


def _fill_disk(_: Spec) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


def _watch_host(spec: Spec) -> None:
    """Ray's monitor acts before the kernel does: at three quarters of the job's limit above what the host holds now."""
    with Path("/proc/meminfo").open() as table:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in table}
    total = kib["MemTotal"] * 1024
    used = total - kib["MemAvailable"] * 1024
    os.environ.setdefault("RAY_memory_usage_threshold", f"{(used + 0.75 * spec['limit']) / total:.4f}")
    os.environ.setdefault("RAY_memory_monitor_refresh_ms", "50")


def _overflow_object_store(spec: Spec) -> object:
    """More than the store holds, which Ray moves to disk, and all of it read back."""
    import numpy as np
    import ray

    blocks = range(_needed_bytes(spec) // (8 * MIB))
    kept = [ray.put(np.full(8 * MIB, block % 255, dtype=np.uint8)) for block in blocks]
    return [ray.get(one).copy() for one in kept]


def _spark() -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession()


def _is_first() -> bool:
    _struck.append(True)
    return len(_struck) == 1


def _once(work: Callable[[Spec], object]) -> Callable[[Spec], object]:
    """For faults that take long, as those that are whole jobs of Spark: at a process's first unit only."""

    def first(spec: Spec) -> object:
        return work(spec) if _is_first() else None

    return first


def _fill_heap(spec: Spec) -> None:
    """Every task holds its texts in the heap: fewer tasks at once need less."""
    from pyspark.sql import functions as F

    numbers = F.sequence(F.col("id"), F.col("id") + F.lit(_needed_bytes(spec) // PAGE))
    texts = F.transform(numbers, lambda number: F.concat(F.lit("x" * PAGE), number.cast("string")))
    _spark().range(0, 4, 1, 4).select(F.size(F.sort_array(texts)).alias("texts")).agg(F.sum("texts")).collect()


def _collect_results(spec: Spec) -> None:
    from pyspark.sql import functions as F

    _spark().range(0, _needed_bytes(spec) // 64, 1, 8).select(F.sha2(F.col("id").cast("string"), 256)).toPandas()


def _broadcast_table(spec: Spec) -> None:
    """A join that sends one side to every task as long as it may."""
    from pyspark.sql import functions as F

    session = _spark()
    if session.conf.get("spark.sql.autoBroadcastJoinThreshold") != "-1":
        session.conf.set("spark.sql.autoBroadcastJoinThreshold", str(1 << 40))
    rows = _needed_bytes(spec) // 80
    names = session.range(rows).select("id", F.sha2(F.col("id").cast("string"), 256).alias("name"))
    joined = session.range(rows).join(names, "id")
    joined.select(F.sum(F.length("name"))).collect()


def _python_worker(spec: Spec) -> None:
    size = _needed_bytes(spec)

    def take(batches: Any) -> Any:
        block = bytearray(size)
        for at in range(0, size, 4096):
            block[at] = 1
        yield from batches

    _spark().range(0, 200_000, 1, 4).mapInPandas(take, "id long").count()


STARTS: dict[str, Callable[[Spec], object]] = {
    "ray-monitor": _watch_host,
}

UNITS: dict[str, Callable[[Spec], object]] = {
    "hold": _hold,
    "leak": _leak,
    "memory-error": _allocate,
    "ray-monitor": _once(_hold_slowly),
    "object-store": _once(_overflow_object_store),
    "killed-child": _wait_for_killed_child,
    "raise": _fail,
    "signal": _send_signal,
    "hang": _hang,
    "disk-full": _fill_disk,
    "spark-heap": _once(_fill_heap),
    "spark-result": _once(_collect_results),
    "spark-broadcast": _once(_broadcast_table),
    "spark-python": _once(_python_worker),
}
