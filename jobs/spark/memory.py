"""How much memory a Spark job holds."""

from __future__ import annotations

import os

from jobs.lib.process_tree import descendants

# The parent of the first process of a machine or container: below it is everything.
KERNEL_PID = 0


def spark_rss_bytes() -> int:
    """Resident memory of this program, of Spark's JVM and of all below them, in bytes, now."""
    # spark-submit makes the JVM the parent of this program; under a plain `python` it is a child.
    root = os.getppid() if "PYSPARK_GATEWAY_PORT" in os.environ else os.getpid()
    top = sum(process.rss_bytes for process in descendants(KERNEL_PID) if process.pid == root)
    return top + sum(process.rss_bytes for process in descendants(root))
