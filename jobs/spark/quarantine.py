"""The rows put aside, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.spark.employees import EMPLOYEE_COLUMNS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

# Exact copies say nothing new and may outnumber the rows kept: so many are shown, by id, the others only counted.
MOST_COPIES_SHOWN = 1000


def broken_rows(employees: DataFrame, reason: Column) -> DataFrame:
    """The rows that break a rule, with its name as `reason`."""
    return employees.withColumn("reason", reason).where("reason is not null")


def conflicting_rows(ranked: DataFrame) -> DataFrame:
    """Rows whose id another row keeps, as often as they stood in the data."""
    conflicting = ranked.where("rank > 1").withColumn("copy", F.explode(F.sequence(F.lit(1), F.col("copies"))))
    return conflicting.select(*EMPLOYEE_COLUMNS, F.lit("duplicate-id").alias("reason"))


def shown_copies(copied: DataFrame) -> DataFrame:
    """The first of the rows that stood in the data more than once, each a single time."""
    first = copied.select(*EMPLOYEE_COLUMNS).orderBy(*EMPLOYEE_COLUMNS).limit(MOST_COPIES_SHOWN)
    return first.withColumn("reason", F.lit("exact-copy"))


def no_rows(employees: DataFrame) -> DataFrame:
    """An empty quarantine: the columns alone."""
    return employees.limit(0).withColumn("reason", F.lit("none"))
