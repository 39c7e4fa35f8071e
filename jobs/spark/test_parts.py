import pyarrow.parquet as pq
import pytest

from jobs.lib.files import data_files, sha256_file
from jobs.spark.parts import write_by_column, write_folder

pytestmark = pytest.mark.engine


def hashes(folder):
    return {name: sha256_file(folder / name) for name in data_files(folder)}


def test_the_same_rows_give_the_same_files(spark, tmp_path):
    for name in ("a", "b"):
        write_folder(spark.range(0, 1000, numPartitions=3), str(tmp_path / name))
    assert list(hashes(tmp_path / "a")) == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert len(list((tmp_path / "a").iterdir())) == 3


def test_parts_are_numbered_as_the_rows_are_ordered(spark, tmp_path):
    write_folder(spark.range(0, 300, numPartitions=3), str(tmp_path / "a"))
    ids = [pq.read_table(tmp_path / "a" / name).column("id")[0].as_py() for name in data_files(tmp_path / "a")]
    assert ids == [0, 100, 200]


def test_a_value_without_rows_gets_a_file_with_the_columns(spark, tmp_path):
    rows = spark.range(0, 10, numPartitions=2).selectExpr("id", "'x' as kind")
    write_by_column(rows, str(tmp_path / "a"), "kind", ("x", "y"))
    assert data_files(tmp_path / "a") == [
        "kind=x/part-00000.parquet",
        "kind=x/part-00001.parquet",
        "kind=y/part-00000.parquet",
    ]
    empty = pq.ParquetFile(tmp_path / "a/kind=y/part-00000.parquet")
    assert (empty.metadata.num_rows, empty.schema_arrow) == (
        0,
        pq.ParquetFile(tmp_path / "a/kind=x/part-00000.parquet").schema_arrow,
    )
