import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.lib.parquet_writer import ParquetFolderWriter

SCHEMA = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("name", pa.string())])


def batch(start, stop):
    ids = list(range(start, stop))
    return pa.record_batch([pa.array(ids, pa.int64()), pa.array([f"n{i % 3}" for i in ids])], schema=SCHEMA)


def write(folder, batch_rows, rows=1000, **options):
    with ParquetFolderWriter(folder, SCHEMA, row_group_rows=300, **options) as writer:
        for start in range(0, rows, batch_rows):
            writer.write(batch(start, min(rows, start + batch_rows)))
    return writer


def test_the_bytes_do_not_depend_on_the_size_of_the_batches(tmp_path):
    hashes = {write(tmp_path / str(size), size).files[0].sha256 for size in (1, 299, 300, 301, 1000)}
    assert len(hashes) == 1


def test_row_groups_are_full_but_the_last(tmp_path):
    write(tmp_path, 77)
    footer = pq.ParquetFile(tmp_path / "part-00000.parquet").metadata
    assert [footer.row_group(i).num_rows for i in range(footer.num_row_groups)] == [300, 300, 300, 100]


def test_files_are_cut_at_the_row_asked_for(tmp_path):
    writer = write(tmp_path, 128, rows_per_file=400)
    assert [(file.path, file.rows) for file in writer.files] == [
        ("part-00000.parquet", 400),
        ("part-00001.parquet", 400),
        ("part-00002.parquet", 200),
    ]
    assert pq.read_table(tmp_path).column("id").to_pylist() == list(range(1000))


def test_a_data_set_without_rows_still_has_a_schema(tmp_path):
    writer = write(tmp_path, 1, rows=0)
    assert [(file.path, file.rows) for file in writer.files] == [("part-00000.parquet", 0)]
    assert pq.read_schema(tmp_path / "part-00000.parquet").equals(SCHEMA)


def test_after_an_error_there_is_no_half_file(tmp_path):
    writer = ParquetFolderWriter(tmp_path, SCHEMA)
    with pytest.raises(ZeroDivisionError), writer:
        writer.write(batch(0, 10))
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
