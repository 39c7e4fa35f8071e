"""The data set that the report describes, with a known best possible model.

    id         0, 1, 2, ... unique
    name       one of NAMES, uniform
    age        whole years 18 to 80, uniform
    sign-up    dataDate - tenure; tenure is 0 to 3,651 days, uniform: in the ten years before dataDate, never after it
    is_active  true for 80 %
    salary     45,000 + 650 (age - 18) + 1.20 tenure_days + 3,000 is_active + noise, rounded to cents

The noise is normal, mean 0, standard deviation 11,000, cut off at four standard deviations (values beyond are drawn
again), so that a salary lies between 1,000.00 and 136,681.20. All variables are independent of each other. So the
variances of signal and noise are sums of textbook terms, and R2 of the best possible model is known: `noise_floor`.

Rows come in blocks of 50,000. Each block has a random stream of its own, made of the seed and the block's number: a row
depends on seed, dataDate and its id alone, not on chunks, workers, batches or the number of rows asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from jobs.lib.arrow_arrays import Array
from jobs.python.generate_columns import NAMES, Employees, days_since_epoch

BLOCK_ROWS = 50_000  # a column of a block (400 kB) stays in the processor's cache while it is worked on
AGE_LOW, AGE_HIGH = 18, 80
TENURE_DAYS = 3_652  # ten years
ACTIVE_SHARE = 0.8
BASE_SALARY = 45_000.0
SALARY_PER_YEAR_OF_AGE = 650.0
SALARY_PER_DAY_OF_TENURE = 1.2
SALARY_IF_ACTIVE = 3_000.0
NOISE_DEVIATION = 11_000.0
NOISE_CUT = 4.0  # in standard deviations


def described_block(seed: int, block: int, data_date: date) -> Employees:
    """The 50,000 rows of one block."""
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block,))))
    names = stream.integers(0, len(NAMES), BLOCK_ROWS, dtype=np.int8)
    ages = stream.integers(AGE_LOW, AGE_HIGH, BLOCK_ROWS, dtype=np.int8, endpoint=True)
    tenures = stream.integers(0, TENURE_DAYS, BLOCK_ROWS, dtype=np.int16)
    are_active = stream.random(BLOCK_ROWS) < ACTIVE_SHARE
    salaries = (
        BASE_SALARY
        + SALARY_PER_YEAR_OF_AGE * (ages - np.float64(AGE_LOW))
        + SALARY_PER_DAY_OF_TENURE * tenures
        + SALARY_IF_ACTIVE * are_active
        + NOISE_DEVIATION * _cut_normal(stream, BLOCK_ROWS)
    )
    signup_days = np.int16(days_since_epoch(data_date)) - tenures
    return Employees(names, ages, np.round(salaries, 2), signup_days, are_active)


def described_batches(
    start: int, stop: int, batch_rows: int, *, seed: int, data_date: date
) -> Iterator[pa.RecordBatch]:
    """Rows `start` to before `stop`, at most `batch_rows` at a time."""
    while start < stop:
        block, first = divmod(start, BLOCK_ROWS)
        rows = described_block(seed, block, data_date)
        last = min(BLOCK_ROWS, first + stop - start)
        for begin in range(first, last, batch_rows):
            end = min(last, begin + batch_rows)
            yield rows.slice(begin, end).to_batch(block * BLOCK_ROWS + begin)
        start += last - first


def noise_floor() -> dict[str, float]:
    """What no model can explain: the noise's variance (salary squared) and R2 of the true formula, both exact."""
    return {"varianceNoise": variance_noise(), "bestR2": variance_signal() / (variance_signal() + variance_noise())}


def variance_signal() -> float:
    """Of the salary's mean given age, tenure and activity."""
    return (
        SALARY_PER_YEAR_OF_AGE**2 * _variance_of_uniform(AGE_HIGH - AGE_LOW + 1)
        + SALARY_PER_DAY_OF_TENURE**2 * _variance_of_uniform(TENURE_DAYS)
        + SALARY_IF_ACTIVE**2 * ACTIVE_SHARE * (1 - ACTIVE_SHARE)
    )


def variance_noise() -> float:
    """Of the cut normal, plus the rounding to cents (uniform over one cent)."""
    density = math.exp(-(NOISE_CUT**2) / 2) / math.sqrt(2 * math.pi)
    kept = math.erf(NOISE_CUT / math.sqrt(2))
    return NOISE_DEVIATION**2 * (1 - 2 * NOISE_CUT * density / kept) + 0.01**2 / 12


def _variance_of_uniform(values: int) -> float:
    return (values**2 - 1) / 12


def _cut_normal(stream: np.random.Generator, rows: int) -> Array:
    values = stream.standard_normal(rows)
    while len(beyond := np.flatnonzero(np.abs(values) > NOISE_CUT)):
        values[beyond] = stream.standard_normal(len(beyond))
    return values
