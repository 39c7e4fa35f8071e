from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.lib.datasets import DataFile
from jobs.lib.row_chunks import plan_chunks

if TYPE_CHECKING:
    from pathlib import Path


def test_small_files_go_together_and_large_ones_are_cut(tmp_path: Path) -> None:
    files, start = [], 0
    for number, rows in enumerate((30, 30, 30, 250, 0, 10)):
        path = tmp_path / f"{number}.parquet"
        table = pa.table({"other": ["x"] * rows, "id": range(start, start + rows)})
        pq.write_table(table, path, row_group_size=50)
        files.append(DataFile(str(path), path.name, rows, 1, 1))
        start += rows
    chunks = plan_chunks(files, 100)
    assert [chunk.rows for chunk in chunks] == [140, 100, 100, 10]
    assert [len(chunk.pieces) for chunk in chunks] == [4, 1, 1, 1]
    assert plan_chunks([], 100) == []
    read = [batch for chunk in chunks for batch in chunk.batches(["id", "other"], 60)]
    assert max(batch.num_rows for batch in read) <= 60
    assert all(batch.schema.names == ["id", "other"] for batch in read)
    assert [row for batch in read for row in batch.column(0).to_pylist()] == list(range(350))
