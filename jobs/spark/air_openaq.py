"""OpenAQ readings as the real-time fetches publish them: one JSON object a line, many places and pollutants mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F
from pyspark.sql import types as T

from jobs.lib.errors import InvalidInput
from jobs.spark.air_daily import if_enough, steady_mean
from jobs.spark.air_lines import Checked, read_ndjson, shown_names, with_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column, DataFrame, SparkSession

    from jobs.lib.published_files import PublishedFile
    from jobs.spark.air_params import IngestParams

# Of the thirteen fields those that count; attribution, coordinates, sourceName and so on are left in the file.
READING = T.StructType(
    [
        T.StructField("city", T.StringType()),
        T.StructField("location", T.StringType()),
        T.StructField("parameter", T.StringType()),
        T.StructField("unit", T.StringType()),
        T.StructField("value", T.DoubleType()),
        T.StructField("date", T.StructType([T.StructField("local", T.StringType())])),
    ]
)


def check_openaq(spark: SparkSession, files: Sequence[PublishedFile], params: IngestParams) -> Checked:
    """The readings of the city and the pollutant, bad lines marked. A line that is no JSON could have been one of them.

    Raises:
        InvalidInput: no reading of the pollutant, an unknown city, several cities or units and none chosen.
    """
    read = read_ndjson(spark, files, READING)
    local = F.col("date.local")
    # The local day and hour stand in the text: 2016-03-10T23:00:00-05:00 is the 10th, whatever day it is in UTC.
    day = F.try_to_date(F.substring(local, 1, 10), "yyyy-MM-dd")
    hour = F.expr("try_cast(substring(date.local, 12, 2) as int)")
    rules = {
        "no local date": day.isNull() | hour.isNull() | ~hour.between(0, 23),
        "no value": F.col("value").isNull(),
        "value below 0": F.col("value") < 0,
    }
    marked = with_reason(read, rules)
    of_pollutant = marked.where(F.col("reason").eqNullSafe("malformed") | (F.col("parameter") == params.pollutant))
    chosen = _of_city(Checked("inputs.readings", of_pollutant), params)
    rows = chosen.select("file", "line", "city", "location", day.alias("date"), hour.alias("hour"), "value", "reason")
    return Checked("inputs.readings", rows)


def openaq_days(readings: Checked, params: IngestParams) -> DataFrame:
    """One row a local day: the mean of the hours' means over the city's places, so that no place counts more hours.

    Raises:
        InvalidInput: no usable reading.
    """
    good = readings.good
    if good.limit(1).count() == 0:
        raise InvalidInput("inputs.readings", f"no usable reading of {params.pollutant}", "at least one reading")
    value = F.col("value")
    places = good.groupBy("date", "hour", "location").agg(steady_mean(value).alias("value"))
    hours = places.groupBy("date", "hour").agg(steady_mean(value).alias("value"))
    return hours.groupBy("date").agg(
        if_enough(steady_mean(value), value, params.min_hours).alias(params.pollutant),
        F.count(value).cast("int").alias("hours"),
    )


def _of_city(readings: Checked, params: IngestParams) -> DataFrame:
    found = readings.good.select("city", "unit").distinct().collect()
    cities = sorted({str(row["city"]) for row in found})
    wanted = [city for city in cities if params.city is None or params.city.lower() in city.lower()]
    if not cities:
        raise InvalidInput("inputs.readings", f"no usable reading of {params.pollutant}", "at least one reading")
    if not wanted:
        raise InvalidInput("params.city", params.city, f"part of a city's name: {shown_names(cities)}")
    if params.city is None and len(wanted) > 1:
        raise InvalidInput("params.city", f"none, and {len(wanted)} cities", f"one of {shown_names(wanted)}")
    units = sorted({str(row["unit"]) for row in found if str(row["city"]) in wanted})
    if params.unit is None and len(units) > 1:
        raise InvalidInput("params.unit", f"none, and {len(units)} units", f"one of {shown_names(units)}")
    if params.unit is not None and params.unit not in units:
        raise InvalidInput("params.unit", params.unit, f"one of {shown_names(units)}")
    of_city: Column = F.col("city").isin(wanted)
    unit = params.unit or units[0]
    return readings.rows.where(F.col("reason").eqNullSafe("malformed") | (of_city & (F.col("unit") == unit)))
