"""The raw table as Spark reads it: only the files that its manifest names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.spark.employees import RAW_SCHEMA, to_employees
from jobs.spark.executors import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame, SparkSession

    from jobs.lib.datasets import DataFile, Dataset


@dataclass(frozen=True, slots=True)
class RawTable:
    """The employees in the files of a data set, under their final names.

    Files with equal bytes are known from the manifest: all rows of the later ones are exact copies, and need neither be
    read nor grouped. The published data set is six equal chunks, 25 of its 30 million rows.

    Attributes:
        everything: all rows.
        distinct_files: all rows without those of files that equal an earlier one.
        copied: the rows that stand in several equal files, once; None if there is no such file.
        copied_rows: rows of the files that equal an earlier one.
        sample: the rows of the first file.
    """

    everything: DataFrame
    distinct_files: DataFrame
    copied: DataFrame | None
    copied_rows: int
    sample: DataFrame


def read_raw(spark: SparkSession, dataset: Dataset) -> RawTable:
    """Plans the reading; no data is touched."""

    def employees(files: Sequence[DataFile]) -> DataFrame:
        return to_employees(spark.read.schema(RAW_SCHEMA).parquet(*readable(*[file.path for file in files])))

    hash_by_name = {entry["path"]: entry["sha256"] for entry in dataset.manifest["files"]}
    times = Counter(hash_by_name.values())
    first_by_hash: dict[str, DataFile] = {}
    for file in dataset.files:
        first_by_hash.setdefault(hash_by_name[file.name], file)
    copied = [file for sha256, file in first_by_hash.items() if times[sha256] > 1]
    distinct = list(first_by_hash.values())
    return RawTable(
        everything=employees(dataset.files),
        distinct_files=employees(distinct),
        copied=employees(copied) if copied else None,
        copied_rows=dataset.rows - sum(file.rows for file in distinct),
        sample=employees(distinct[:1]),
    )
