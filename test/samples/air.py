"""Files in the formats of the air-quality sources, with their traps, for tests.

The weather and the air are made up from a seed: NO2 falls with wind and rises with cold, as it does.
"""

from __future__ import annotations

import csv
import json
import math
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

STATION_HEADER = (
    *("No", "year", "month", "day", "hour", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3"),
    *("TEMP", "PRES", "DEWP", "RAIN", "wd", "WSPM", "station"),
)
GSOD_HEADER = (
    *("STATION", "DATE", "LATITUDE", "LONGITUDE", "ELEVATION", "NAME", "TEMP", "TEMP_ATTRIBUTES"),
    *("DEWP", "DEWP_ATTRIBUTES", "SLP", "SLP_ATTRIBUTES", "STP", "STP_ATTRIBUTES", "VISIB", "VISIB_ATTRIBUTES"),
    *("WDSP", "WDSP_ATTRIBUTES", "MXSPD", "GUST", "MAX", "MAX_ATTRIBUTES", "MIN", "MIN_ATTRIBUTES"),
    *("PRCP", "PRCP_ATTRIBUTES", "SNDP", "FRSHTT"),
)
BOSTON_UTC_OFFSET = timedelta(hours=-5)
HOURS = 24


@dataclass(frozen=True, slots=True)
class Day:
    """The weather and the air of a made-up day, in metric units and ppm."""

    date: date
    temp: float
    wind: float
    pressure: float
    dew_point: float
    rain: float
    no2_ppm: float


def made_up_days(first: date, count: int, seed: int) -> list[Day]:
    """Days in a row."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    days = []
    for number in range(count):
        temp = 10 - 12 * math.cos(2 * math.pi * number / 365) + draw.gauss(0, 3)
        wind = max(0.5, draw.gauss(4, 1.5))
        no2 = max(0.001, 0.03 - 0.003 * wind - 0.0004 * temp + draw.gauss(0, 0.001))
        rain = max(0.0, draw.gauss(-2, 3))
        pressure = draw.gauss(1008, 8)
        days.append(Day(first + timedelta(days=number), temp, wind, pressure, temp - 5, rain, no2))
    return days


def station_row(moment: datetime, **fields: Any) -> dict[str, Any]:
    """An hour of a Beijing station."""
    usual = {
        "No": 1,
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "hour": moment.hour,
        "PM2.5": 4,
        "PM10": 5,
        "SO2": 6,
        "NO2": 40,
        "CO": 300,
        "O3": 77,
        "TEMP": 1.5,
        "PRES": 1020,
        "DEWP": -8,
        "RAIN": 0,
        "wd": "NW",
        "WSPM": 2.5,
        "station": "Here",
    }
    return {**usual, **fields}


def station_day(day: date, hours: int = HOURS, **fields: Any) -> list[dict[str, Any]]:
    """The first hours of a day, all alike."""
    return [station_row(datetime(day.year, day.month, day.day, hour, tzinfo=UTC), **fields) for hour in range(hours)]


def write_station(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A station file: header and text quoted, numbers bare, as R wrote the original."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(STATION_HEADER)
        writer.writerows([row[name] for name in STATION_HEADER] for row in rows)
    # A missing value is a bare NA.
    path.write_text(path.read_text(encoding="utf-8").replace('"NA"', "NA"), encoding="utf-8")
    return path


def openaq_reading(local: datetime, value: float | None, **fields: Any) -> dict[str, Any]:
    """One reading as the real-time fetches hold it. `local` is the clock of Boston in winter."""
    offset = BOSTON_UTC_OFFSET
    usual = {
        "date": {
            "utc": f"{local - offset:%Y-%m-%dT%H:%M:%S}.000Z",
            "local": f"{local:%Y-%m-%dT%H:%M:%S}-05:00",
        },
        "parameter": "no2",
        "value": value,
        "unit": "ppm",
        "averagingPeriod": {"value": 1, "unit": "hours"},
        "location": "Boston - Kenmore Sq",
        "city": "Boston-Cambridge-Newton",
        "country": "US",
        "coordinates": {"latitude": 42.3489, "longitude": -71.0977},
        "attribution": [{"name": "US EPA AirNow", "url": "http://www.airnow.gov/"}],
        "sourceName": "AirNow",
        "sourceType": "government",
        "mobile": False,
    }
    return {**usual, **fields}


def openaq_day(day: date, value: float, hours: int = HOURS, **fields: Any) -> list[dict[str, Any]]:
    """The first local hours of a day, all with the same value."""
    return [openaq_reading(_clock(day, hour), value, **fields) for hour in range(hours)]


def write_ndjson(path: Path, readings: Iterable[Mapping[str, Any] | str]) -> Path:
    """One JSON object a line; text stands as it is, for lines that are none."""
    lines = [one if isinstance(one, str) else json.dumps(one) for one in readings]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def gsod_row(day: date, **fields: Any) -> dict[str, Any]:
    """A day of Boston's airport, in Fahrenheit, knots, inches, miles and millibars."""
    usual = {
        **dict.fromkeys(GSOD_HEADER, ""),
        "STATION": "72509014739",
        "DATE": day.isoformat(),
        "LATITUDE": "42.3606",
        "LONGITUDE": "-71.0097",
        "ELEVATION": "3.7",
        "NAME": "BOSTON, MA US",
        "TEMP": "  50.0",
        "TEMP_ATTRIBUTES": "24",
        "DEWP": "  41.0",
        "SLP": "1009.4",
        "STP": "008.9",
        "VISIB": " 10.0",
        "WDSP": " 10.0",
        "MXSPD": " 15.0",
        "GUST": "999.9",
        "MAX": "  59.0",
        "MIN": "  41.0",
        "PRCP": " 0.10",
        "PRCP_ATTRIBUTES": "G",
        "SNDP": "999.9",
        "FRSHTT": "010000",
    }
    return {**usual, **fields}


def gsod_of(day: Day) -> dict[str, Any]:
    """A made-up day as the airport would have reported it, its station pressure cut as GSOD cuts it."""
    pressure = round(day.pressure, 1)
    return gsod_row(
        day.date,
        TEMP=f"{_fahrenheit(day.temp):6.1f}",
        MAX=f"{_fahrenheit(day.temp + 4):6.1f}",
        MIN=f"{_fahrenheit(day.temp - 4):6.1f}",
        DEWP=f"{_fahrenheit(day.dew_point):6.1f}",
        WDSP=f"{day.wind * 3600 / 1852:5.1f}",
        STP=f"{pressure - 1000 if pressure >= 1000 else pressure:05.1f}",  # noqa: PLR2004 - the digit that is lost
        PRCP=f"{day.rain / 25.4:5.2f}",
    )


def write_gsod(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A GSOD file: everything quoted, as NOAA writes it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(GSOD_HEADER)
        writer.writerows([row[name] for name in GSOD_HEADER] for row in rows)
    return path


def write_city(folder: Path, days: int, seed: int = 7) -> tuple[Path, Path]:
    """Readings and weather of a whole made-up city, for a pipeline from end to end."""
    made = made_up_days(date(2020, 1, 1), days, seed)
    readings = [reading for day in made for reading in openaq_day(day.date, round(day.no2_ppm, 5))]
    weather = [gsod_of(day) for day in made]
    return write_ndjson(folder / "openaq.ndjson", readings), write_gsod(folder / "gsod.csv", weather)


def _clock(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _fahrenheit(celsius: float) -> float:
    return celsius * 9 / 5 + 32
