"""What a model may learn from, made of one employee each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.spark.quality import is_in_future

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pyspark.sql import DataFrame


def with_features(data_date: date) -> Callable[[DataFrame], DataFrame]:
    """Puts features in the place of the sign-up date.

    `tenure_days` counts whole days from sign-up to `data_date`, negative for a future one; `signup_month` is 1 to 12.
    """

    def transform(employees: DataFrame) -> DataFrame:
        signup = F.col("signup_date").cast("date")
        return employees.select(
            "id",
            "full_name",
            "age",
            "is_active",
            F.datediff(F.lit(data_date), signup).cast("long").alias("tenure_days"),
            F.year(signup).cast("long").alias("signup_year"),
            F.month(signup).cast("long").alias("signup_month"),
            is_in_future(data_date).alias("future_signup"),
            "salary",
        )

    return transform
