"""What the ingest job is asked to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jobs.lib.params import require

Pollutant = Literal["no2", "so2", "co", "o3", "pm25", "pm10"]


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A part of the map, in degrees; weather stations on its edges are inside."""

    longitude_min: float
    longitude_max: float
    latitude_min: float
    latitude_max: float

    def __post_init__(self) -> None:
        west, south = self.longitude_min, self.latitude_min
        require(west <= self.longitude_max, "longitude_max", self.longitude_max, f"{west} (longitudeMin) or more")
        require(south <= self.latitude_max, "latitude_max", self.latitude_max, f"{south} (latitudeMin) or more")


@dataclass(frozen=True, slots=True)
class IngestParams:
    """Parameters of the stage; part of its key.

    Attributes:
        format: `station`: hourly rows of a Beijing station, its weather beside them; `openaq`: NDJSON readings, and
            GSOD files for the weather.
        pollutant: what is to be forecast.
        city: the station of a station file, or part of a city's name in OpenAQ readings; None where there is one.
        unit: of the OpenAQ readings to take; may be None where there is one.
        bounding_box: of the GSOD stations to take; None: all.
        min_hours: a day with readings in fewer hours has no value; the same for each column of hourly weather.
        max_rejected_share: largest share of bad lines of a source before the job stops.
    """

    format: Literal["station", "openaq"]
    pollutant: Pollutant
    city: str | None
    unit: str | None
    bounding_box: BoundingBox | None
    min_hours: int
    max_rejected_share: float

    def __post_init__(self) -> None:
        require(1 <= self.min_hours <= 24, "min_hours", self.min_hours, "1 to 24")  # noqa: PLR2004 - hours of a day
        share = self.max_rejected_share
        require(0 <= share <= 1, "max_rejected_share", share, "0 to 1")
