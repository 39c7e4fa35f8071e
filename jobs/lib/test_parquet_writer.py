import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.lib.parquet_writer import ParquetFileWriter, write_table

SCHEMA = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("name", pa.string())])


def batch(start, stop):
    ids = list(range(start, stop))
    return pa.record_batch([pa.array(ids, pa.int64()), pa.array([f"n{i % 3}" for i in ids])], schema=SCHEMA)


def write(path, batch_rows, rows=1000):
    with ParquetFileWriter(path, SCHEMA, row_group_rows=300) as writer:
        for start in range(0, rows, batch_rows):
            writer.write(batch(start, min(rows, start + batch_rows)))
    return path


def test_the_bytes_do_not_depend_on_the_size_of_the_batches(tmp_path):
    files = [write(tmp_path / str(size), size) for size in (1, 299, 300, 301, 1000)]
    assert len({hashlib.sha256(file.read_bytes()).digest() for file in files}) == 1


def test_row_groups_are_full_but_the_last(tmp_path):
    footer = pq.ParquetFile(write(tmp_path / "file", 77)).metadata
    assert [footer.row_group(i).num_rows for i in range(footer.num_row_groups)] == [300, 300, 300, 100]


def test_a_table_is_the_only_file_of_its_folder(tmp_path):
    table = pa.Table.from_batches([batch(0, 10)])
    write_table(table, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["part-00000.parquet"]
    assert pq.read_table(tmp_path).equals(table)


def test_a_table_without_rows_still_has_a_schema(tmp_path):
    write_table(SCHEMA.empty_table(), tmp_path)
    assert pq.read_schema(tmp_path / "part-00000.parquet").equals(SCHEMA)


def test_after_an_error_there_is_no_half_file(tmp_path, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(ParquetFileWriter, "write", fail)
    with pytest.raises(ZeroDivisionError):
        write_table(pa.Table.from_batches([batch(0, 10)]), tmp_path)
    assert list(tmp_path.glob("*.parquet")) == []
