"""Parquet folders as Spark writes them, made fit to be published: the same rows give the same names and bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jobs.lib.files import data_files
from jobs.spark.employees import EMPLOYEE_SCHEMA
from jobs.spark.executors import written
from jobs.spark.parquet_footer import sort_encodings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame, Row, SparkSession


def write_folder(rows: DataFrame, folder: str) -> None:
    """Writes `rows` to a new folder as `part-00000.parquet`, ..., in the order of their partitions."""
    _written(rows, folder)
    _name_parts(Path(folder))


def as_table(spark: SparkSession, rows: Sequence[Row]) -> DataFrame:
    """A few employees as a table in one part, in their order."""
    return spark.createDataFrame(list(rows), EMPLOYEE_SCHEMA).coalesce(1)


def write_rows(spark: SparkSession, rows: Sequence[Row], folder: str) -> None:
    """Writes a few employees to a single file, in their order."""
    write_folder(as_table(spark, rows), folder)


def write_by_column(rows: DataFrame, folder: str, column: str, values: Sequence[str]) -> None:
    """Writes `rows` in one pass to one folder `<folder>/<column>=<value>` for each of `values`, empty ones included.

    The column itself stands in the folders' names only.
    """
    with written(folder) as place:
        rows.write.partitionBy(column).parquet(place)
    for value in values:
        part = Path(folder, f"{column}={value}")
        if not part.exists():
            _written(rows.drop(column).limit(0), str(part))
        _name_parts(part)
    _remove_by_products(Path(folder))


def _written(rows: DataFrame, folder: str) -> None:
    with written(folder) as place:
        rows.write.mode("errorifexists").parquet(place)


def _name_parts(folder: Path) -> None:
    """Spark's names hold the task's number first (so they sort as the rows do), then a random id."""
    for number, name in enumerate(data_files(folder, ".parquet")):
        part = (folder / name).rename(folder / f"part-{number:05d}.parquet")
        sort_encodings(part)
    _remove_by_products(folder)


def _remove_by_products(folder: Path) -> None:
    for leftover in [*folder.glob(".*.crc"), *folder.glob("_SUCCESS")]:
        leftover.unlink()
