"""Against the published generator, written here as it was: column by column, with its loop over the dates."""
# ruff: noqa: NPY002 - the legacy stream is what is compared with

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from jobs.python.generate_published import PUBLISHED_CHUNK_ROWS, published_batches, published_chunk

ROWS = 20_000


def original_chunk(rows):
    np.random.seed(42)
    frame = {
        "id": np.arange(rows),
        "name": np.random.choice(["Alice", "Bob", "Charlie", "David", "Eve"], size=rows),
        "age": np.random.randint(18, 65, size=rows),
        "salary": np.round(np.random.uniform(30000, 120000, size=rows), 2),
        "signup_date": [date(2020, 1, 1) + timedelta(days=int(np.random.randint(0, 3650))) for _ in range(rows)],
        "is_active": np.random.choice([True, False], size=rows),
    }
    return pd.DataFrame(frame).astype({"signup_date": "datetime64[us]"})


def frame_of(batches):
    return pa.Table.from_batches(batches).to_pandas()


def test_every_value_is_the_loops():
    made = frame_of([published_chunk.__wrapped__(ROWS).to_batch(0)])
    pd.testing.assert_frame_equal(made, original_chunk(ROWS))


@pytest.fixture(scope="module")
def chunk():
    return published_chunk()


def test_the_published_chunk_has_its_known_first_row(chunk):
    first = chunk.slice(0, 1).to_batch(0).to_pylist()[0]
    assert (first["id"], first["name"], first["age"], first["salary"], first["is_active"]) == (
        0,
        "David",
        38,
        62862.67,
        False,
    )
    assert first["signup_date"].date() == date(2020, 6, 30)


def test_the_published_chunk_has_its_known_top_salary(chunk):
    top = int(np.argmax(chunk.salaries))
    assert (top, chunk.salaries[top]) == (1_084_844, 119_999.99)
    assert chunk.slice(top, top + 1).to_batch(top).to_pylist()[0]["name"] == "Alice"


def test_the_published_chunk_has_its_known_moments(chunk):
    assert round(float(chunk.salaries.var(ddof=1))) == 675_166_731
    assert round(float(np.corrcoef(chunk.ages, chunk.salaries)[0, 1]), 5) == 0.00036
    assert round(float(np.corrcoef(chunk.are_active, chunk.salaries)[0, 1]), 5) == -0.00036
    last = int(chunk.signup_days.max())
    assert date(1970, 1, 1) + timedelta(days=last) == date(2029, 12, 28)


def test_the_second_chunk_is_the_first_one_again():
    around = frame_of(published_batches(PUBLISHED_CHUNK_ROWS - 3, PUBLISHED_CHUNK_ROWS + 3, 2))
    again = frame_of(published_batches(2 * PUBLISHED_CHUNK_ROWS - 3, 2 * PUBLISHED_CHUNK_ROWS + 3, 100))
    pd.testing.assert_frame_equal(around, again)
    assert around["id"].tolist() == [4_999_997, 4_999_998, 4_999_999, 0, 1, 2]
