from dataclasses import replace

import pytest

from jobs.spark.counts import Counts

GOOD = Counts(
    read=100,
    nulls=1,
    out_of_range=2,
    future_dates=9,
    future_dropped=3,
    duplicate_ids=4,
    exact_copies=10,
    rejected=20,
    kept=80,
    train=60,
    holdout=15,
    unseen=5,
)


def test_counts_are_written_in_camel_case():
    assert GOOD.to_json()["outOfRange"] == 2


@pytest.mark.parametrize("field", ["read", "nulls", "exact_copies", "rejected", "kept", "train", "unseen"])
def test_a_lost_row_is_noticed(field):
    with pytest.raises(AssertionError, match="do not add up"):
        replace(GOOD, **{field: getattr(GOOD, field) + 1})
