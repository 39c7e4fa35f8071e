"""The published generator, value by value.

The original makes chunks of five million rows and sets numpy's global seed to 42 *inside* the function that makes one,
so every chunk is the same: five million distinct rows, however many are asked for, and every id once in each chunk.
Its columns come one after the other from numpy's legacy stream, five million draws each, in this order:

    name       choice of NAMES
    age        randint[18, 65)
    salary     uniform(30000, 120000), rounded to cents
    sign-up    2020-01-01 + randint[0, 3650) days; a Python loop with one draw a row, which a single call repeats
    is_active  choice of [True, False]

`choice(list, n)` of the legacy stream is `randint(0, len(list), n)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from jobs.python.generate_columns import NAMES, Employees, days_since_epoch

PUBLISHED_SEED = 42
PUBLISHED_CHUNK_ROWS = 5_000_000
FIRST_SIGNUP = date(2020, 1, 1)


@lru_cache(maxsize=1)
def published_chunk(rows: int = PUBLISHED_CHUNK_ROWS) -> Employees:
    """One whole chunk; drawn once a process, as all are equal. `rows` other than the default is for tests.

    Peak about 32 bytes a row (160 MB), 13 bytes a row kept (65 MB).
    """
    # The legacy stream, not a Generator: it is what is reproduced.
    stream = np.random.RandomState(PUBLISHED_SEED)
    names = stream.randint(0, len(NAMES), rows).astype(np.int8)
    ages = stream.randint(18, 65, rows).astype(np.int8)
    salaries = np.round(stream.uniform(30_000, 120_000, rows), 2)
    signup_days = (stream.randint(0, 3650, rows) + days_since_epoch(FIRST_SIGNUP)).astype(np.int16)
    are_active = stream.randint(0, 2, rows) == 0  # choice of [True, False]: index 0 is True
    return Employees(names, ages, salaries, signup_days, are_active)


def published_batches(start: int, stop: int, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Rows `start` to before `stop` of the endless repetition of the chunk, at most `batch_rows` at a time."""
    chunk = published_chunk()
    while start < stop:
        first = start % PUBLISHED_CHUNK_ROWS
        rows = min(batch_rows, stop - start, PUBLISHED_CHUNK_ROWS - first)
        yield chunk.slice(first, first + rows).to_batch(first)
        start += rows
