"""The published report's split, row for row: the first rows by id, through scikit-learn's `train_test_split`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

TEST_SHARE, RANDOM_STATE = 0.2, 42  # as in the report's train_test_split(test_size=0.2, random_state=42)


def first_by_id(rows: DataFrame, sample_rows: int) -> pa.Table:
    """The `sample_rows` rows with the smallest ids, in their order; held in memory."""
    return rows.orderBy("id").limit(sample_rows).toArrow()


def shuffled(sample: pa.Table) -> tuple[pa.Table, pa.Table]:
    """(train, holdout) of the sample, both in the order in which scikit-learn's `ShuffleSplit` draws them."""
    # The legacy generator, since that is the stream scikit-learn draws from.
    drawn = np.random.RandomState(RANDOM_STATE).permutation(sample.num_rows)
    test_rows = math.ceil(TEST_SHARE * sample.num_rows)
    return sample.take(drawn[test_rows:]), sample.take(drawn[:test_rows])
