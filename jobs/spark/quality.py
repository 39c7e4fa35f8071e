"""Rules that a single row keeps or breaks.

A row's first broken rule, in this order, is its reason: `null`, `out-of-range`, `future-date` (only when future dates
are dropped). Of rows that share an id, `jobs.spark.duplicates` keeps one.

Against `maxRejectedShare` count the *defects*: nulls, values out of range and conflicting duplicates. Dropped future
dates (asked for) and exact copies of a row (they lose nothing) are rejected too, but no defect.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.lib.errors import InvalidInput
from jobs.spark.employees import EMPLOYEE_COLUMNS

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import Column, DataFrame

# Working ages with a wide margin: the report says 18 to 80; what lies outside is a typing error, no employee.
MIN_AGE, MAX_AGE = 18, 100


@dataclass(frozen=True, slots=True)
class Profile:
    """What one pass over the table found. Each row is counted under its first broken rule only.

    Attributes:
        read: all rows.
        nulls: rows with a null in any column.
        out_of_range: rows whose age is not 18 to 100, or whose salary is not a finite number above 0.
        future_dates: rows otherwise valid that sign up after the data date, kept or not.
        min_id: smallest id of the valid rows, None if there is none.
        max_id: largest.
    """

    read: int
    nulls: int
    out_of_range: int
    future_dates: int
    min_id: int | None
    max_id: int | None


def has_null() -> Column:
    """Whether any column is null."""
    return reduce(or_, (F.col(column).isNull() for column in EMPLOYEE_COLUMNS))


def is_out_of_range() -> Column:
    """Whether age or salary cannot be. Spark holds NaN for larger than infinity, so it is caught as well."""
    salary = F.col("salary")
    return ~(F.col("age").between(MIN_AGE, MAX_AGE) & (salary > 0) & (salary < F.lit(float("inf"))))


def is_in_future(data_date: date) -> Column:
    """Whether the row signs up after the end of `data_date` (UTC)."""
    return F.col("signup_date") >= F.date_add(F.lit(data_date), 1).cast("timestamp")


def reason_to_reject(data_date: date, *, drop_future: bool) -> Column:
    """The first rule that the row breaks; null for a valid row."""
    reason = F.when(has_null(), "null").when(is_out_of_range(), "out-of-range")
    return reason.when(is_in_future(data_date), "future-date") if drop_future else reason


def profile(employees: DataFrame, data_date: date) -> Profile:
    """Counts the rows and the broken rules in one pass."""
    null, out_of_range = has_null(), is_out_of_range()
    # A null makes the other rules null as well, and a null condition counts as not met.
    valid = ~null & ~out_of_range
    counted = employees.agg(
        F.count(F.lit(1)),
        F.count_if(null),
        F.count_if(~null & out_of_range),
        F.count_if(valid & is_in_future(data_date)),
        F.min(F.when(valid, F.col("id"))),
        F.max(F.when(valid, F.col("id"))),
    )
    return Profile(*counted.collect()[0])


def require_few_defects(read: int, defects: dict[str, int], max_share: float) -> None:
    """Stops the job when too many rows are bad.

    Args:
        read: all rows.
        defects: rows by broken rule.
        max_share: largest share of bad rows allowed.

    Raises:
        InvalidInput: names each broken rule with its count.
    """
    bad = sum(defects.values())
    if bad > max_share * read:
        rules = ", ".join(f"{rule}: {count:,}" for rule, count in defects.items() if count)
        found = f"{bad:,} of {read:,} rows ({bad / read:.2%}) break a rule ({rules})"
        raise InvalidInput("inputs.raw", found, f"at most {max_share:.2%} (params.maxRejectedShare)")
