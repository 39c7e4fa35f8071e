"""NOAA's Global Surface Summary of the Day: one row a weather station and day, in the units of its readme.

https://www.ncei.noaa.gov/data/global-summary-of-the-day/doc/readme.txt: degrees Fahrenheit, knots, inches, millibars
and miles; a missing value is 9999.9, 999.9 or 99.99, by the column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.lib.errors import InvalidInput
from jobs.spark.air_daily import steady_mean
from jobs.spark.air_lines import Checked, first_counts, no_number, number, read_csv, with_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column, DataFrame, SparkSession

    from jobs.lib.published_files import PublishedFile
    from jobs.spark.air_params import BoundingBox, IngestParams

MISSING = {
    **dict.fromkeys(("TEMP", "MAX", "MIN", "DEWP", "SLP", "STP"), 9999.9),
    **dict.fromkeys(("WDSP", "VISIB"), 999.9),
    "PRCP": 99.99,
}
NEEDED = ("STATION", "DATE", "LATITUDE", "LONGITUDE", *MISSING)

# What weather can be, in these units: a value outside is a sentinel that the table above does not know.
POSSIBLE: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("TEMP", "MAX", "MIN"), (-130, 140)),
    "DEWP": (-148, 104),
    "SLP": (850, 1100),
    "WDSP": (0, 221),
    "VISIB": (0, 999),
    "PRCP": (0, 72),
}

METRES_A_SECOND_A_KNOT = 1852 / 3600
MILLIMETRES_AN_INCH = 25.4
KILOMETRES_A_MILE = 1.609344

# Station pressure has lost its thousands digit (1009.0 stands as 9.0), and its missing value appears as 999.9 too. No
# station that people live at has less than 500: the highest, El Alto, has 620.
STP_ALSO_MISSING = 999.9
STP_CUT_BELOW = 500
STP_LOST = 1000


def check_gsod(spark: SparkSession, files: Sequence[PublishedFile], params: IngestParams) -> Checked:
    """The rows of the weather stations in the bounding box, bad lines marked.

    Raises:
        InvalidInput: a file that is no GSOD file.
    """
    rows = read_csv(spark, files, NEEDED, "inputs.weather")
    date = F.try_to_date("DATE", "yyyy-MM-dd")
    outside = {f"{name} impossible": ~_known(name).between(*limits) for name, limits in POSSIBLE.items()}
    rules = {
        "no station": F.col("STATION").isNull(),
        "no date": date.isNull(),
        "no place": number("LATITUDE").isNull() | number("LONGITUDE").isNull(),
        **{f"{name} is no number": no_number(name) for name in MISSING},
        **outside,
    }
    marked = with_reason(rows, rules)
    inside = marked.where(F.col("reason").isNotNull() | _inside(params.bounding_box))
    chosen = inside.select("file", "line", "STATION", date.alias("date"), *MISSING, "reason")
    return Checked("inputs.weather", first_counts(chosen, ("STATION", "date"), "day twice"))


def gsod_days(weather: Checked) -> DataFrame:
    """One row a day: the mean over the stations, in metric units.

    Raises:
        InvalidInput: no station in the bounding box.
    """
    if weather.good.limit(1).count() == 0:
        raise InvalidInput(
            "inputs.weather", "no usable row of a station in params.boundingBox", "at least one weather station in it"
        )
    pressure = F.when(_known("STP") < STP_CUT_BELOW, _known("STP") + STP_LOST).otherwise(_known("STP"))
    station_pressure = F.when(_known("STP") != STP_ALSO_MISSING, pressure)
    return weather.good.groupBy("date").agg(
        steady_mean(_celsius("TEMP")).alias("temp_mean"),
        steady_mean(_celsius("MAX")).alias("temp_max"),
        steady_mean(_celsius("MIN")).alias("temp_min"),
        steady_mean(_known("WDSP") * METRES_A_SECOND_A_KNOT).alias("wind_mean"),
        steady_mean(station_pressure).alias("pressure_mean"),
        steady_mean(_celsius("DEWP")).alias("dew_point_mean"),
        steady_mean(_known("PRCP") * MILLIMETRES_AN_INCH).alias("rain_sum"),
        steady_mean(_known("SLP")).alias("sea_level_pressure_mean"),
        steady_mean(_known("VISIB") * KILOMETRES_A_MILE).alias("visibility_mean"),
    )


def _known(column: str) -> Column:
    """The number, or null where it is the column's missing value."""
    return F.when(number(column) != MISSING[column], number(column))


def _celsius(column: str) -> Column:
    return (_known(column) - 32) * 5 / 9


def _inside(box: BoundingBox | None) -> Column:
    if box is None:
        return F.lit(True)
    return number("LONGITUDE").between(box.longitude_min, box.longitude_max) & number("LATITUDE").between(
        box.latitude_min, box.latitude_max
    )
