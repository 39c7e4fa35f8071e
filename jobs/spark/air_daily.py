"""Hourly values made daily ones. Sums are taken in a fixed order, so that the same rows give the same last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import Column

# The weather of a day, whichever source it comes from: degrees Celsius, metres a second, hectopascals, millimetres.
WEATHER = (
    "temp_mean",
    "temp_max",
    "temp_min",
    "wind_mean",
    "pressure_mean",
    "dew_point_mean",
    "rain_sum",
)


def steady_sum(value: Column) -> Column:
    """The sum of a group's values, smallest first, null without any: how rows are dealt changes no digit."""
    values = F.array_sort(F.collect_list(value))
    return F.when(F.size(values) > 0, F.aggregate(values, F.lit(0.0), lambda total, one: total + one))


def steady_mean(value: Column) -> Column:
    """The mean of a group's values, null without any."""
    return steady_sum(value) / F.count(value)


def if_enough(daily: Column, hourly: Column, min_hours: int) -> Column:
    """`daily`, or null where fewer than `min_hours` of the hourly values are there: a mean of three is not a day's."""
    return F.when(F.count(hourly) >= min_hours, daily)
