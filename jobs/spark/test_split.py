import pytest

from jobs.spark.params import RandomSplit
from jobs.spark.split import dealt

pytestmark = pytest.mark.engine

SPLIT = RandomSplit("random", seed=42, holdout=0.1, unseen=0.2)


def parts(rows, split=SPLIT):
    return {row["id"]: row["split"] for row in rows.transform(dealt(split)).collect()}


def test_shares_are_kept_about(spark):
    drawn = list(parts(spark.range(20_000)).values())
    assert drawn.count("train") == pytest.approx(14_000, abs=300)
    assert drawn.count("holdout") == pytest.approx(2_000, abs=150)
    assert drawn.count("unseen") == pytest.approx(4_000, abs=200)


def test_a_row_keeps_its_part_however_the_data_is_cut(spark):
    assert parts(spark.range(0, 1000, numPartitions=1)) == parts(spark.range(0, 1000, numPartitions=7))
    assert parts(spark.range(500)).items() <= parts(spark.range(1000)).items()


def test_another_seed_deals_anew(spark):
    rows = spark.range(1000)
    assert parts(rows) != parts(rows, RandomSplit("random", seed=43, holdout=0.1, unseen=0.2))


def test_nothing_is_unseen_when_nothing_is_asked_for(spark):
    assert set(parts(spark.range(1000), RandomSplit("random", seed=1, holdout=0.5, unseen=0)).values()) == {
        "train",
        "holdout",
    }
