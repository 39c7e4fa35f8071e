import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.spark.parquet_footer import ENCODINGS, _Walk, sort_encodings

TABLE = pa.table({f"c{number}": [number, None, 7, 7] for number in range(20)} | {"text": ["a", "b", "a", None]})


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "part.parquet"
    pq.write_table(TABLE, path, row_group_size=2, store_schema=False)
    return path


def encodings(path):
    """Of each column chunk, in the order of the file."""
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return [group.column(number).encodings for group in groups for number in range(metadata.num_columns)]


def reverse_encodings(path):
    content = bytearray(path.read_bytes())
    length = int.from_bytes(content[-8:-4], "little")
    footer = content[-8 - length : -8]
    for start, end in list(_Walk(footer).spans_of(ENCODINGS)):
        footer[start:end] = bytes(reversed(footer[start:end]))
    content[-8 - length : -8] = footer
    path.write_bytes(content)


def test_files_that_differ_in_the_order_of_encodings_become_equal(file):
    sort_encodings(file)
    sorted_bytes, sorted_encodings = file.read_bytes(), encodings(file)
    reverse_encodings(file)
    assert file.read_bytes() != sorted_bytes
    assert [set(names) for names in encodings(file)] == [set(names) for names in sorted_encodings]
    sort_encodings(file)
    assert file.read_bytes() == sorted_bytes
    assert pq.read_table(file) == TABLE


def test_every_column_chunk_is_found(file):
    content = file.read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    spans = list(_Walk(bytearray(content[-8 - length : -8])).spans_of(ENCODINGS))
    assert [end - start for start, end in spans] == [len(names) for names in encodings(file)]


def test_a_file_of_another_format_is_left_alone(tmp_path):
    path = tmp_path / "part.csv"
    path.write_bytes(b"id,name\n1,Ann\n")
    with pytest.raises(ValueError, match="is no Parquet file"):
        sort_encodings(path)
    assert path.read_bytes() == b"id,name\n1,Ann\n"
