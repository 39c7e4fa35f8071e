import hashlib
import json
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.lib.datasets import Dataset, dataset_output
from jobs.lib.errors import InvalidInput
from jobs.lib.files import file_uri
from jobs.lib.job import DatasetInput

TABLE = pa.table({"id": pa.array(range(10)), "age": pa.array([30] * 9 + [None]), "salary": pa.array([1.5] * 10)})


TWO_TABLES = (TABLE, TABLE.slice(0, 4))


def publish(folder, tables=TWO_TABLES):
    """Writes tables as files, and the manifest that the publisher would write."""
    folder.mkdir(exist_ok=True)
    files = []
    for index, table in enumerate(tables):
        path = folder / f"part-{index}.parquet"
        pq.write_table(table, path, row_group_size=4)
        files.append({"path": path.name, "bytes": path.stat().st_size, "sha256": "0" * 64, "rows": table.num_rows})
    return reference(folder, files)


def reference(folder, files):
    content = json.dumps({"version": 1, "kind": "dataset", "files": files}).encode()
    (folder / "_manifest.json").write_bytes(content)
    return DatasetInput(
        "dataset",
        file_uri(folder),
        hashlib.sha256(content).hexdigest(),
        sum(file["rows"] for file in files),
        sum(file["bytes"] for file in files),
        "0" * 64,
    )


def test_rows_come_in_the_manifests_order_in_the_columns_asked_for(tmp_path):
    dataset = Dataset.open(publish(tmp_path))
    batches = list(dataset.batches(["salary", "id"], 3))
    assert all(batch.num_rows <= 3 and batch.schema.names == ["salary", "id"] for batch in batches)
    assert [i for batch in batches for i in batch.column("id").to_pylist()] == [*range(10), *range(4)]
    assert (dataset.rows, [file.row_groups for file in dataset.files]) == (14, [3, 1])


def test_some_files_can_be_read_alone(tmp_path):
    dataset = Dataset.open(publish(tmp_path))
    assert sum(batch.num_rows for batch in dataset.batches(["id"], 100, dataset.files[1:])) == 4


def test_columns_of_the_right_types_pass(tmp_path):
    dataset = Dataset.open(publish(tmp_path))
    assert dataset.require({"age": ("int32", "int64"), "salary": "double"}).require_rows() is dataset
    assert dataset.require_no_nulls(["id", "salary"]) is dataset


def test_a_missing_or_wrong_column_is_named(tmp_path):
    dataset = Dataset.open(publish(tmp_path), "inputs.train")
    with pytest.raises(
        InvalidInput, match=r"inputs\.train#tenure: found 'no such column', allowed: int64 \(columns: id"
    ):
        dataset.require({"tenure": "int64"})
    with pytest.raises(InvalidInput, match=r"inputs\.train#salary: found 'double', allowed: int32 or int64"):
        dataset.require({"salary": ("int32", "int64")})


@pytest.mark.parametrize("statistics", [True, False])
def test_nulls_are_found_with_and_without_statistics(tmp_path, statistics):
    pq.write_table(TABLE, tmp_path / "part-0.parquet", write_statistics=statistics)
    size = (tmp_path / "part-0.parquet").stat().st_size
    entry = {"path": "part-0.parquet", "bytes": size, "sha256": "0" * 64, "rows": 10}
    dataset = Dataset.open(reference(tmp_path, [entry]))
    with pytest.raises(InvalidInput, match=r"dataset/part-0\.parquet#age: found '1 nulls'"):
        dataset.require_no_nulls(["age"])


def test_a_data_set_without_rows_is_refused_where_rows_are_needed(tmp_path):
    with pytest.raises(InvalidInput, match="no rows"):
        Dataset.open(publish(tmp_path, [TABLE.slice(0, 0)])).require_rows()


def test_a_changed_manifest_is_refused(tmp_path):
    source = publish(tmp_path)
    (tmp_path / "_manifest.json").write_text("{}")
    with pytest.raises(InvalidInput, match=r"_manifest\.json: found 'sha256"):
        Dataset.open(source)


def test_a_folder_without_manifest_is_not_published(tmp_path):
    source = publish(tmp_path)
    (tmp_path / "_manifest.json").unlink()
    with pytest.raises(InvalidInput, match="No such file"):
        Dataset.open(source)


def test_a_truncated_file_is_named(tmp_path):
    source = publish(tmp_path)
    path = tmp_path / "part-1.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InvalidInput, match=r"part-1\.parquet: found '\d+ bytes', allowed: \d+ bytes"):
        Dataset.open(source)


def test_a_missing_file_is_named(tmp_path):
    source = publish(tmp_path)
    (tmp_path / "part-0.parquet").unlink()
    with pytest.raises(InvalidInput, match=r"part-0\.parquet: found 'no such file'"):
        Dataset.open(source)


def test_a_file_that_is_no_parquet_is_named(tmp_path):
    (tmp_path / "part-0.parquet").write_text("id,age\n")
    entry = {"path": "part-0.parquet", "bytes": 7, "sha256": "0" * 64, "rows": 1}
    with pytest.raises(InvalidInput, match="a whole Parquet file"):
        Dataset.open(reference(tmp_path, [entry]))


def test_files_of_different_schemas_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"part-1\.parquet: found .*the schema of part-0\.parquet"):
        Dataset.open(publish(tmp_path, [TABLE, TABLE.drop_columns(["age"])]))


def test_a_finished_folder_is_described_with_rows_schema_and_hashes(tmp_path):
    publish(tmp_path / "train")
    (tmp_path / "train" / "_SUCCESS").touch()
    described = dataset_output(SimpleNamespace(output=tmp_path), "train")
    assert (described.rows, [file.path for file in described.files]) == (14, ["part-0.parquet", "part-1.parquet"])
    assert [(column.name, column.type) for column in described.schema] == [
        ("id", "int64"),
        ("age", "int64"),
        ("salary", "double"),
    ]
    content = (tmp_path / "train" / "part-0.parquet").read_bytes()
    assert described.files[0].sha256 == hashlib.sha256(content).hexdigest()


def test_a_folder_of_mixed_schemas_is_a_mistake_of_the_job(tmp_path):
    publish(tmp_path / "train", [TABLE, TABLE.drop_columns(["age"])])
    with pytest.raises(ValueError, match=r"train/part-1\.parquet has another schema"):
        dataset_output(SimpleNamespace(output=tmp_path), "train")
