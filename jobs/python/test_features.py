from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from test.samples.stages import Finished, publish_dataset, run_stage

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(2019, 1, 1)
PARAMS: dict[str, Any] = {"target": "no2", "weather": ["temp"], "lags": [], "testDays": 20}


def days(count: int, **changes: dict[int, float | None]) -> pa.Table:
    """`count` days whose NO2 is their number and whose temperature is ten times that; `changes` by column and day."""
    columns = {"no2": [float(day) for day in range(count)], "temp": [10.0 * day for day in range(count)]}
    for name, by_day in changes.items():
        for day, value in by_day.items():
            columns[name][day] = value  # type: ignore[call-overload]  # None is a gap
    dates = [FIRST + timedelta(days=day) for day in range(count)]
    return pa.table({"date": pa.array(dates, pa.date32()), **columns})


def features(folder: Path, table: pa.Table, **changes: Any) -> Finished:
    inputs = {"days": publish_dataset(folder / "days", [table])}
    return run_stage("features", folder, inputs, {**PARAMS, **changes})


def rows(done: Finished, name: str) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.error
    read: list[dict[str, Any]] = pq.read_table(done.folder / "output" / name).to_pylist()
    return read


def test_the_test_period_is_the_end_and_nothing_of_it_is_in_the_training(tmp_path: Path) -> None:
    done = features(tmp_path, days(120), lags=[1, 7])
    train, test = rows(done, "train"), rows(done, "test")
    assert [row["no2"] for row in train] == [float(day) for day in range(7, 100)]
    assert [row["no2"] for row in test] == [float(day) for day in range(100, 120)]
    assert max(row["date"] for row in train) < min(row["date"] for row in test) == date(2019, 4, 11)
    assert all(row["no2_lag_1"] == row["no2"] - 1 and row["no2_lag_7"] == row["no2"] - 7 for row in train + test)
    assert "persistence" not in train[0]
    assert done.result["values"]["testFrom"] == "2019-04-11"
    assert done.result["values"]["features"] == [
        "temp",
        "season_sin",
        "season_cos",
        "weekday",
        "no2_lag_1",
        "no2_lag_7",
    ]
    # Every test label changed: the training must not have noticed.
    changed = features(tmp_path / "changed", days(120, no2=dict.fromkeys(range(100, 120), 9e9)), lags=[1, 7])
    assert rows(changed, "train") == train


def test_a_gap_stays_a_gap_and_a_lag_over_it_is_missing(tmp_path: Path) -> None:
    table = days(120, no2={50: None}, temp={60: None})
    whole = pa.concat_tables([table.slice(0, 70), table.slice(72)])  # days 70 and 71 are not even rows
    done = features(tmp_path, whole, lags=[1])
    kept = [int(row["no2"]) for row in rows(done, "train")]
    assert sorted(set(range(100)) - set(kept)) == [0, 50, 51, 60, 70, 71, 72]
    by_id = {row["id"]: row for row in rows(done, "days")}
    assert len(by_id) == 120
    assert (by_id[20190220]["no2"], by_id[20190221]["no2_lag_1"]) == (None, None)
    assert done.result["values"]["counts"] == {
        "days": 120,
        "withoutLabel": 3,
        "withoutFeature": 4,
        "train": 93,
        "test": 20,
    }


def test_persistence_is_the_newest_known_value_and_climatology_the_trainings_mean(tmp_path: Path) -> None:
    done = features(tmp_path, days(800, no2={790: None, 791: None}), testDays=20)
    test = {row["no2"]: row for row in rows(done, "test")}
    assert (test[785.0]["persistence"], test[792.0]["persistence"]) == (784.0, 789.0)
    # Day 785 is 2021-02-24: the 24th of February was day 54 and day 419 of the training.
    assert test[785.0]["climatology"] == (54 + 419) / 2


@pytest.mark.parametrize(
    ("table", "changes", "message"),
    [
        (days(120), {"testDays": 90}, "params.testDays: found 90, allowed: 1 to 70: 2019-01-01 to 2019-04-30 are 120"),
        (days(120), {"testDays": 4000}, "params.testDays: found 4000, allowed: 1 to 70"),
        (days(120), {"lags": [0]}, "params.lags: found [0], allowed: 1 day or more"),
        (days(120), {"weather": ["fog"]}, "inputs.days#fog: found 'no such column'"),
        (days(50), {}, "inputs.days: found '50 days, 2019-01-01 to 2019-02-19', allowed: 51 days or more"),
        (
            days(120, no2=dict.fromkeys(range(80)), temp={3: None}),
            {},
            "inputs.days: found '20 whole days of 100 before the test period (no2 on 20, temp on 99)', allowed: 50",
        ),
        (days(120, no2=dict.fromkeys(range(100, 120))), {}, "no whole day in the test period"),
        (pa.concat_tables([days(120), days(1)]), {}, "inputs.days#date: found 'a day twice'"),
    ],
)
def test_what_cannot_be_split_is_refused(
    table: pa.Table, changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    done = features(tmp_path, table, **changes)
    assert done.exit_code == 2
    assert message in done.error["message"]
