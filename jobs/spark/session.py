"""The Spark session of a job: everything that decides a result is set here, whatever defaults a platform has."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from jobs.lib.parquet_writer import ROW_GROUP_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# How input is cut into tasks, and so output into files, must not depend on the number of CPUs.
LAYOUT = {
    "spark.sql.files.maxPartitionBytes": str(32 << 20),
    "spark.sql.files.openCostInBytes": str(4 << 20),
    "spark.sql.files.minPartitionNum": "1",
    # Small enough that three open files a task never make parquet-mr shrink its row groups on a small heap,
    # large enough to compress.
    "spark.hadoop.parquet.block.size": str(32 << 20),
    # Few narrow columns would put millions of rows into one, which a later job reads, and keeps as done, as a whole.
    "spark.hadoop.parquet.block.row.count.limit": str(ROW_GROUP_ROWS),
    # A dictionary of values that hardly repeat costs a hash table entry a value, is given up in the end, saves nothing.
    "spark.hadoop.parquet.enable.dictionary#id": "false",
    "spark.hadoop.parquet.enable.dictionary#salary": "false",
    "spark.sql.parquet.compression.codec": "snappy",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}

MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Files are read by name from a manifest: a folder's name never becomes a column.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # Writes the parts of a split side by side, rows in the order they come, instead of sorting each task's rows first.
    "spark.sql.maxConcurrentOutputFileWriters": "8",
}

# Parts of a shuffle are joined up to so much, and not up to one a CPU as by default: else a larger number of parts,
# which is asked for where one does not fit into memory, would change nothing.
SHUFFLE = {
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": str(4 << 20),
}

QUIET = {"spark.ui.showConsoleProgress": "false"}


@contextmanager
def spark_session(name: str, options: Mapping[str, str]) -> Iterator[SparkSession]:
    """A session with the settings above and `options`; stopped at the end of the block.

    Args:
        name: what the Spark UI calls the job.
        options: levers of this attempt, such as `spark.sql.shuffle.partitions`.
    """
    builder = SparkSession.builder.appName(name)
    for key, value in {**MEANING, **LAYOUT, **SHUFFLE, **QUIET, **options}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    try:
        yield session
    except BaseException:
        # The failure may be the end of the JVM itself: then it cannot be stopped, and that must not hide the failure.
        with suppress(Exception):
            session.stop()
        raise
    session.stop()
