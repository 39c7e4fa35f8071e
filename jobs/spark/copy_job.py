"""The report's first job: the whole table, renamed and typed, written anew; with the figures of its benchmark."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jobs.lib.memory import tree_rss_bytes
from jobs.spark.parts import write_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def copy_employees(employees: DataFrame, folder: str) -> dict[str, float]:
    """Counts and writes `employees`.

    Returns:
        `rows`, `columns`, `seconds` of counting and writing, and resident memory of the whole job before and after it
        (`memoryBeforeBytes`, `memoryAfterBytes`). The report took both figures before Spark had read anything.
    """
    memory_before_bytes = tree_rss_bytes()
    started = time.monotonic()
    rows = employees.count()
    write_folder(employees, folder)
    return {
        "rows": rows,
        "columns": len(employees.columns),
        "seconds": round(time.monotonic() - started, 3),
        "memoryBeforeBytes": memory_before_bytes,
        "memoryAfterBytes": tree_rss_bytes(),
    }
