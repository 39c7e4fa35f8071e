"""Forecasts that need no model: what a model must beat to be worth anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jobs.python.calendar_days import Calendar


def persistence(label: NDArray[np.float64]) -> NDArray[np.float64]:
    """The newest value known before each day; NaN until there is one."""
    known = np.where(np.isnan(label), -1, np.arange(len(label)))
    newest = np.concatenate([[-1], np.maximum.accumulate(known)[:-1]])
    return np.where(newest >= 0, label[newest], np.nan)


def climatology(calendar: Calendar, label: NDArray[np.float64], train_days: int) -> NDArray[np.float64]:
    """The mean of the same day of the year in training; the mean of all of training where it has none."""
    known = ~np.isnan(label) & (np.arange(len(label)) < train_days)
    days = calendar.days_of_year
    overall = float(np.mean(label[known])) if known.any() else np.nan
    sums = np.bincount(days[known], label[known], minlength=367)
    counts = np.bincount(days[known], minlength=367)
    by_day: NDArray[np.float64] = np.divide(sums, counts, out=np.full(367, overall), where=counts > 0)
    forecast: NDArray[np.float64] = by_day[days]
    return forecast
