import pyarrow as pa
import pytest
from sklearn.model_selection import train_test_split

from jobs.spark.report_split import first_by_id, shuffled


@pytest.mark.parametrize("rows", [10, 13, 1000])
def test_rows_are_drawn_as_scikit_learn_draws_them(rows):
    sample = pa.table({"id": list(range(rows))})
    train, holdout = (part.column("id").to_pylist() for part in shuffled(sample))
    assert [train, holdout] == train_test_split(list(range(rows)), test_size=0.2, random_state=42)


def test_an_empty_sample_is_dealt_as_well():
    train, holdout = shuffled(pa.table({"id": pa.array([], pa.int64())}))
    assert (train.num_rows, holdout.num_rows) == (0, 0)


@pytest.mark.engine
def test_the_sample_is_the_first_rows_by_id(spark):
    rows = spark.range(0, 100, numPartitions=3).orderBy("id", ascending=False)
    assert first_by_id(rows, 5).column("id").to_pylist() == [0, 1, 2, 3, 4]
