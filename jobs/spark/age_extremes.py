"""The report's second query: the five youngest and the five oldest active employees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.spark.top_n import first_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row

WANTED = 5


def youngest(employees: DataFrame) -> DataFrame:
    """Five active employees, youngest first; the smaller id comes first in a tie."""
    return employees.where("is_active").orderBy("age", "id").limit(WANTED)


def oldest(employees: DataFrame) -> DataFrame:
    """Five active employees, oldest first; the smaller id comes first in a tie."""
    return employees.where("is_active").orderBy(F.desc("age"), "id").limit(WANTED)


def youngest_active(employees: DataFrame, sample: DataFrame) -> list[Row]:
    """The rows of `youngest`, sorting only those not older than the fifth of `sample`."""
    found = youngest(sample.select("age", "id", "is_active")).collect()
    if len(found) < WANTED:
        return youngest(employees).collect()
    age, last_id = found[-1]["age"], found[-1]["id"]
    bound = (F.col("age") < age) | ((F.col("age") == age) & (F.col("id") <= last_id))
    return first_rows(youngest, employees, bound, WANTED)


def oldest_active(employees: DataFrame, sample: DataFrame) -> list[Row]:
    """The rows of `oldest`, sorting only those not younger than the fifth of `sample`."""
    found = oldest(sample.select("age", "id", "is_active")).collect()
    if len(found) < WANTED:
        return oldest(employees).collect()
    age, last_id = found[-1]["age"], found[-1]["id"]
    bound = (F.col("age") > age) | ((F.col("age") == age) & (F.col("id") <= last_id))
    return first_rows(oldest, employees, bound, WANTED)
