"""The report's first query: the ten highest salaries after removing duplicate (name, salary) pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.spark.employees import EMPLOYEE_COLUMNS
from jobs.spark.top_n import first_rows

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, Row

WANTED = 10
# Rows of the sample looked at for ten *distinct* salaries: enough for salaries held by a few people each.
SAMPLED_ROWS = 20 * WANTED


def highest_salaries(employees: DataFrame) -> DataFrame:
    """Ten rows, highest salary first; of equal (name, salary) pairs the smallest id stays, and comes first in a tie."""
    rest = [column for column in EMPLOYEE_COLUMNS if column not in {"full_name", "salary"}]
    first = F.min(F.struct(*rest)).alias("first")  # structs compare field by field, id first
    return (
        employees.groupBy("full_name", "salary")
        .agg(first)
        .select("full_name", "salary", "first.*")
        .select(*EMPLOYEE_COLUMNS)
        .orderBy(F.desc("salary"), "id", "full_name")
        .limit(WANTED)
    )


def top_salaries(employees: DataFrame, sample: DataFrame) -> list[Row]:
    """The rows of `highest_salaries`, without grouping the whole table.

    No salary below the tenth highest distinct one of `sample` can be among the ten highest of all. Many equal salaries
    at the top make the sample useless; then the whole table is grouped.

    Args:
        employees: all rows.
        sample: some of them, such as one file.
    """
    return first_rows(highest_salaries, employees, _bound(sample), WANTED)


def _bound(sample: DataFrame) -> Column | None:
    highest = sample.select("salary").orderBy(F.desc("salary")).limit(SAMPLED_ROWS).collect()
    distinct = sorted({row["salary"] for row in highest}, reverse=True)
    return F.col("salary") >= distinct[WANTED - 1] if len(distinct) >= WANTED else None
