"""The rows with the smallest ids: the few on which every model of a run can be compared by eye."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.spark.top_n import first_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row

WANTED = 5


def smallest_ids(rows: DataFrame) -> DataFrame:
    """Five rows, smallest id first."""
    return rows.orderBy("id").limit(WANTED)


def rows_with_smallest_ids(rows: DataFrame, sample: DataFrame) -> list[Row]:
    """The rows of `smallest_ids`, reading only those up to the fifth id of `sample`."""
    found = smallest_ids(sample.select("id")).collect()
    bound = F.col("id") <= found[-1]["id"] if len(found) == WANTED else None
    return first_rows(smallest_ids, rows, bound, WANTED)
