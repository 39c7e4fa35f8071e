"""A station of "Beijing Multi-Site Air-Quality Data": hourly readings, the weather in the same row, local time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.lib.errors import InvalidInput
from jobs.spark.air_daily import if_enough, steady_mean, steady_sum
from jobs.spark.air_lines import Checked, first_counts, no_number, number, read_csv, shown_names, with_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column, DataFrame, SparkSession

    from jobs.lib.published_files import PublishedFile
    from jobs.spark.air_params import IngestParams, Pollutant

POLLUTANTS: dict[Pollutant, str] = {
    "no2": "NO2",
    "so2": "SO2",
    "co": "CO",
    "o3": "O3",
    "pm25": "PM2.5",
    "pm10": "PM10",
}
TIME = ("year", "month", "day", "hour")

# What weather can be on this planet, with room: a value outside is a sentinel or another unit, and no weather.
# https://wmo.asu.edu/content/world-meteorological-organization-global-weather-climate-extremes-archive
POSSIBLE: dict[str, tuple[float, float]] = {
    "TEMP": (-90, 60),
    "PRES": (500, 1100),
    "DEWP": (-100, 40),
    "RAIN": (0, 310),
    "WSPM": (0, 114),
}


def check_station(spark: SparkSession, files: Sequence[PublishedFile], params: IngestParams) -> Checked:
    """The lines of the station's files, bad ones marked. Plans only; no data but the headers is read.

    Raises:
        InvalidInput: a file that is no station file.
    """
    label = POLLUTANTS[params.pollutant]
    rows = read_csv(spark, files, [*TIME, label, *POSSIBLE, "station"], "inputs.readings")
    times = [F.expr(f"try_cast(`{name}` as int)") for name in TIME]
    date = F.try_to_date(F.format_string("%04d-%02d-%02d", *times[:3]), "yyyy-MM-dd")
    hour = times[3]
    rules = {
        "no date or hour": date.isNull() | hour.isNull() | ~hour.between(0, 23),
        "no station": F.col("station").isNull(),
        **{f"{name} is no number": no_number(name) for name in (label, *POSSIBLE)},
        f"{label} below 0": number(label) < 0,
        **{f"{name} impossible": ~number(name).between(*limits) for name, limits in POSSIBLE.items()},
    }
    marked = with_reason(rows, rules).select(
        "file",
        "line",
        "station",
        date.alias("date"),
        hour.alias("hour"),
        number(label).alias("label"),
        *[number(name).alias(name) for name in POSSIBLE],
        "reason",
    )
    return Checked("inputs.readings", first_counts(marked, ("station", "date", "hour"), "hour twice"))


def station_days(readings: Checked, params: IngestParams) -> DataFrame:
    """One row a day that the station has, with its weather; a value that too few hours stand behind is null.

    Raises:
        InvalidInput: no such station, several and none chosen, or one without any reading.
    """
    label, station = POLLUTANTS[params.pollutant], _station(readings, params)
    hours = readings.good.where(F.col("station") == station)
    if hours.where("label is not null").limit(1).count() == 0:
        raise InvalidInput("inputs.readings", f"no {label} of station {station}", f"at least one reading of {label}")

    def daily(function: Column, column: str) -> Column:
        return if_enough(function, F.col(column), params.min_hours)

    return hours.groupBy("date").agg(
        daily(steady_mean(F.col("label")), "label").alias(params.pollutant),
        F.count("label").cast("int").alias("hours"),
        daily(steady_mean(F.col("TEMP")), "TEMP").alias("temp_mean"),
        daily(F.max("TEMP"), "TEMP").alias("temp_max"),
        daily(F.min("TEMP"), "TEMP").alias("temp_min"),
        daily(steady_mean(F.col("WSPM")), "WSPM").alias("wind_mean"),
        daily(steady_mean(F.col("PRES")), "PRES").alias("pressure_mean"),
        daily(steady_mean(F.col("DEWP")), "DEWP").alias("dew_point_mean"),
        daily(steady_sum(F.col("RAIN")), "RAIN").alias("rain_sum"),
    )


def _station(readings: Checked, params: IngestParams) -> str:
    stations = sorted(str(row["station"]) for row in readings.good.select("station").distinct().collect())
    wanted = [name for name in stations if params.city is None or name.lower() == params.city.lower()]
    if not stations:
        raise InvalidInput("inputs.readings", "no usable row", "at least one row of a station")
    if not wanted:
        raise InvalidInput("params.city", params.city, f"a station of the file: {shown_names(stations)}")
    if len(wanted) > 1:
        raise InvalidInput(
            "params.city", f"none, and {len(wanted)} stations in the file", f"one of {shown_names(wanted)}"
        )
    return wanted[0]
