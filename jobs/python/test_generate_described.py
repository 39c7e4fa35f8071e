from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from jobs.python import generate_described as described
from jobs.python.generate_columns import SCHEMA
from jobs.python.generate_described import described_batches, noise_floor, variance_noise, variance_signal

DATA_DATE = date(2026, 11, 20)
FIRST_ROWS = [
    {
        "id": 0,
        "name": "Bob",
        "age": 32,
        "salary": 68977.15,
        "signup_date": datetime(2017, 9, 10),  # noqa: DTZ001 - a day has no zone
        "is_active": True,
    },
    {
        "id": 1,
        "name": "Eve",
        "age": 61,
        "salary": 70808.23,
        "signup_date": datetime(2021, 11, 3),  # noqa: DTZ001 - a day has no zone
        "is_active": False,
    },
]


def table(start, stop, batch_rows=1_000_000, seed=42, data_date=DATA_DATE):
    return pa.Table.from_batches(described_batches(start, stop, batch_rows, seed=seed, data_date=data_date), SCHEMA)


@pytest.fixture(scope="module")
def sample():
    """Half a million rows: the standard error of a variance is 0.2 %."""
    columns = table(0, 500_000)
    return {name: columns.column(name).to_numpy() for name in columns.column_names}


def tenure_days(sample):
    return (np.datetime64(DATA_DATE) - sample["signup_date"].astype("datetime64[D]")).astype(int)


def test_rows_depend_on_their_id_alone():
    whole = table(0, 130_000)
    pieces = pa.concat_tables([table(0, 7), table(7, 60_001, 33), table(60_001, 130_000, 49_999)])
    assert pieces.equals(whole)
    assert table(0, 120_000).equals(whole.slice(0, 120_000))


def test_another_seed_gives_other_rows_and_another_date_only_other_dates():
    rows = table(0, 1000)
    assert not table(0, 1000, seed=43).column("salary").equals(rows.column("salary"))
    later = table(0, 1000, data_date=DATA_DATE + timedelta(days=1))
    assert later.drop_columns(["signup_date"]).equals(rows.drop_columns(["signup_date"]))
    assert later.column("signup_date")[0].as_py() - rows.column("signup_date")[0].as_py() == timedelta(days=1)


def test_the_first_rows_stay_as_they_were_released():
    assert table(0, 2).to_pylist() == FIRST_ROWS


def test_the_ranges_are_those_described(sample):
    assert (sample["age"].min(), sample["age"].max()) == (18, 80)
    tenure = tenure_days(sample)
    assert (tenure.min(), tenure.max()) == (0, 3651)
    assert sample["signup_date"].max() == np.datetime64(DATA_DATE)
    assert 1_000 <= sample["salary"].min() < sample["salary"].max() <= 136_681.20
    assert abs(sample["is_active"].mean() - 0.8) < 0.003
    assert np.array_equal(sample["id"], np.arange(500_000))
    assert len(np.unique(sample["name"])) == 5


def test_salaries_are_whole_cents(sample):
    cents = sample["salary"] * 100
    assert np.abs(cents - np.rint(cents)).max() < 1e-6


def test_the_noise_floor_is_what_the_true_formula_leaves(sample):
    formula = (
        45_000 + 650 * (sample["age"] - 18) + 1.2 * tenure_days(sample) + 3_000 * sample["is_active"].astype(float)
    )
    noise = sample["salary"] - formula
    assert abs(noise.mean()) < 60  # four standard errors
    assert abs(noise.var() / variance_noise() - 1) < 0.01
    assert abs(formula.var() / variance_signal() - 1) < 0.01
    best_r2 = 1 - noise.var() / sample["salary"].var()
    assert abs(best_r2 - noise_floor()["bestR2"]) < 0.005
    assert np.abs(noise).max() <= 44_000.01


def test_the_noise_floor_is_known():
    assert noise_floor() == {
        "varianceNoise": pytest.approx(120_870_444.135),
        "bestR2": pytest.approx(0.541493, abs=1e-6),
    }


def test_the_cut_matters():
    # Without the cut the variance would be the square of the deviation; the difference is the cut's.
    assert variance_noise() < described.NOISE_DEVIATION**2
