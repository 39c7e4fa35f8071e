"""Stage `features` of the air-quality pipeline: what a model is told of each day, and the split by time.

Training is everything before the test period, so that nothing of it is known: a lag looks back only, and a lag over a
gap is missing. A row with anything missing is left out and counted; no label and no weather is ever made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from jobs.lib.contract import InvalidInput, Job, Result, run_job
from jobs.lib.datasets import Dataset, dataset_output
from jobs.lib.params import parse_params, require
from jobs.lib.parquet_writer import write_table
from jobs.python.calendar_days import Calendar, calendar_features
from jobs.python.naive_forecasts import climatology, persistence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

BATCH_ROWS = 100_000
FIRST_ROWS = 5
FEWEST_TRAIN_ROWS = 50
SCARCEST_SHOWN = 3
PARTS = ("train", "test", "firstRows", "days")


@dataclass(frozen=True, slots=True)
class FeaturesParams:
    """Parameters of the stage; part of its key.

    Attributes:
        target: the column to forecast.
        weather: the columns to forecast it from, beside the calendar.
        lags: how many days ago the target is looked at too; none by default.
        test_days: so many calendar days at the end are for the test.
    """

    target: str
    weather: tuple[str, ...]
    lags: tuple[int, ...]
    test_days: int

    def __post_init__(self) -> None:
        require(len(set(self.lags)) == len(self.lags), "lags", list(self.lags), "each lag once")
        require(all(lag >= 1 for lag in self.lags), "lags", list(self.lags), "1 day or more")
        require(self.test_days >= 1, "test_days", self.test_days, "1 or more")


def main(job: Job) -> Result:
    """Makes the features of each calendar day from the first to the last, and deals the days to training and test."""
    params = parse_params(FeaturesParams, job.params)
    days = Dataset.open(job.dataset("days"), "inputs.days").require_rows()
    numbers = (params.target, *params.weather)
    days.require({"date": "date32[day]", **dict.fromkeys(numbers, "double")})
    calendar, columns = _by_calendar(days, numbers)
    if len(calendar) <= FEWEST_TRAIN_ROWS:
        allowed = f"{FEWEST_TRAIN_ROWS + 1} days or more: {FEWEST_TRAIN_ROWS} to train on, and one to measure on"
        raise InvalidInput("inputs.days", f"{len(calendar)} days, {calendar.span}", allowed)
    train_days = len(calendar) - params.test_days
    if train_days < FEWEST_TRAIN_ROWS:
        allowed = f"1 to {len(calendar) - FEWEST_TRAIN_ROWS}: {calendar.span} are {len(calendar)} days, and "
        raise InvalidInput("params.testDays", params.test_days, f"{allowed}{FEWEST_TRAIN_ROWS} are needed to train on")

    label = columns[params.target]
    features = {name: columns[name] for name in params.weather} | calendar_features(calendar)
    features |= {f"{params.target}_lag_{lag}": _lagged(label, lag) for lag in params.lags}
    naive = {"persistence": persistence(label), "climatology": climatology(calendar, label, train_days)}
    table = _table(calendar, {params.target: label} | features | naive)

    in_training = np.arange(len(calendar)) < train_days
    told = ~np.isnan(np.column_stack(list(features.values()))).any(axis=1)
    usable = told & ~np.isnan(label)
    parts = {
        "train": table.filter(pa.array(usable & in_training)).drop_columns(list(naive)),
        "test": table.filter(pa.array(usable & ~in_training)),
        "days": table,
    }
    if parts["train"].num_rows < FEWEST_TRAIN_ROWS:
        whole = f"{parts['train'].num_rows} whole days of {train_days} before the test period"
        found = f"{whole}{_scarcest(columns, train_days)}"
        raise InvalidInput("inputs.days", found, f"{FEWEST_TRAIN_ROWS} days or more with {', '.join(numbers)}")
    if parts["test"].num_rows == 0:
        raise InvalidInput("inputs.days", "no whole day in the test period", "at least one to measure the model on")
    parts["firstRows"] = parts["test"].slice(0, FIRST_ROWS)
    for name in PARTS:
        write_table(parts[name], job.output_path(name))
    counts = {
        "days": len(calendar),
        "withoutLabel": int(np.isnan(label).sum()),
        "withoutFeature": int((~told & ~np.isnan(label)).sum()),
        "train": parts["train"].num_rows,
        "test": parts["test"].num_rows,
    }
    print(f"{calendar.span}: {counts}")
    return Result(
        outputs={name: dataset_output(job, name) for name in PARTS},
        values={"features": list(features), "counts": counts, "testFrom": calendar.iso(train_days)},
        rows_in=days.rows,
        rows_out=days.rows,
    )


def _scarcest(columns: Mapping[str, NDArray[np.float64]], days: int) -> str:
    """The columns that most of the days lack, for people."""
    known = {name: int((~np.isnan(values[:days])).sum()) for name, values in columns.items()}
    lacking = sorted((count, name) for name, count in known.items() if count < days)[:SCARCEST_SHOWN]
    return "".join([" (", ", ".join(f"{name} on {count}" for count, name in lacking), ")"]) if lacking else ""


def _by_calendar(days: Dataset, columns: tuple[str, ...]) -> tuple[Calendar, dict[str, NDArray[np.float64]]]:
    """Every day from the first to the last; one that the data lacks is NaN in each column."""
    rows = pa.Table.from_batches(list(days.batches(["date", *columns], BATCH_ROWS)))
    numbers = rows["date"].cast(pa.int32()).to_numpy()
    if len(np.unique(numbers)) != len(numbers):
        raise InvalidInput("inputs.days#date", "a day twice", "each day once")
    calendar = Calendar(int(numbers.min()), int(numbers.max()))
    places = numbers - calendar.first
    spread: dict[str, NDArray[np.float64]] = {}
    for name in columns:
        spread[name] = np.full(len(calendar), np.nan)
        spread[name][places] = rows[name].to_numpy().astype(np.float64)
    return calendar, spread


def _lagged(values: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    lagged = np.full_like(values, np.nan)
    lagged[days:] = values[:-days] if days < len(values) else []
    return lagged


def _table(calendar: Calendar, columns: Mapping[str, NDArray[np.float64]]) -> pa.Table:
    """The days as rows: `id` is the date as a number, 20170228. What is missing is null."""
    numbers: dict[str, pa.Array[Any]] = {
        name: pa.array(values, pa.float64(), from_pandas=True) for name, values in columns.items()
    }
    dates = pa.array(calendar.numbers.astype(np.int32), pa.int32()).cast(pa.date32())
    return pa.table({"id": pa.array(calendar.ids), "date": dates, **numbers})


if __name__ == "__main__":
    run_job(main, engine="python")
