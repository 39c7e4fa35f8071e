"""Days in a row, and what the calendar says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Calendar:
    """All days from `first` to `last`, both as days since 1970-01-01."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The days since 1970-01-01."""
        return np.arange(self.first, self.last + 1, dtype=np.int64)

    @property
    def dates(self) -> list[date]:
        """The days as dates."""
        return [EPOCH + timedelta(days=int(number)) for number in self.numbers]

    @property
    def ids(self) -> NDArray[np.int64]:
        """The days as numbers that people read: 20170228."""
        return np.array([day.year * 10_000 + day.month * 100 + day.day for day in self.dates], dtype=np.int64)

    @property
    def days_of_year(self) -> NDArray[np.int64]:
        """1 to 366."""
        return np.array([day.timetuple().tm_yday for day in self.dates], dtype=np.int64)

    def iso(self, place: int) -> str:
        """The day at a place, as 2017-02-28."""
        return (EPOCH + timedelta(days=self.first + place)).isoformat()

    @property
    def span(self) -> str:
        """First and last day, for people."""
        return f"{self.iso(0)} to {self.iso(len(self) - 1)}"


def calendar_features(calendar: Calendar) -> dict[str, NDArray[np.float64]]:
    """Where the day stands in the year, as a point on a circle so that December meets January, and in the week."""
    angle = 2 * np.pi * calendar.days_of_year / DAYS_A_YEAR
    weekday = np.array([day.weekday() for day in calendar.dates], dtype=np.float64)
    return {"season_sin": np.sin(angle), "season_cos": np.cos(angle), "weekday": weekday}
