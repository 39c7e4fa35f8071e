"""Parquet written as a stream: fixed row groups, whole files or none, the same bytes however the rows arrive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

# Rows that a reader must hold at once at the least: small enough to stream, large enough to compress and to skip.
ROW_GROUP_ROWS = 250_000


class ParquetFileWriter:
    """One Parquet file in row groups of exactly `row_group_rows` (the last one may be shorter).

    Rows are collected until a group is full, so the file's bytes do not depend on the size of the batches written.

    Args:
        path: the final name; nothing is renamed here, so give a temporary one and move the closed file.
        schema: of every batch.
        row_group_rows: rows a row group; what the writer holds in memory at most, besides the batch at hand.
        dictionary_columns: columns with few distinct values; a dictionary of the others costs time and saves nothing.
            None leaves the choice to pyarrow (all columns).
        encodings: of columns without dictionary, e.g. `{"id": "DELTA_BINARY_PACKED"}`.

    As a context manager it closes the file, and after an error abandons it.
    """

    def __init__(
        self,
        path: Path,
        schema: pa.Schema,
        *,
        row_group_rows: int = ROW_GROUP_ROWS,
        dictionary_columns: list[str] | None = None,
        encodings: Mapping[str, str] | None = None,
    ) -> None:
        dictionary: Any = True if dictionary_columns is None else dictionary_columns  # the stubs know the bool only
        self.rows = 0
        self._row_group_rows = row_group_rows
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0
        self._schema = schema
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="snappy",
            use_dictionary=dictionary,
            column_encoding=None if encodings is None else dict(encodings),
        )

    def write(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Adds rows."""
        batches = rows.to_batches() if isinstance(rows, pa.Table) else [rows]
        for batch in batches:
            self._add(batch)

    def close(self) -> None:
        """Writes the last row group and the footer."""
        if self._pending:
            self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Closes the file without its last rows: for a file that will be thrown away."""
        self._pending = []
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def _add(self, batch: pa.RecordBatch) -> None:
        start = 0
        while start < batch.num_rows:
            piece = batch.slice(start, self._row_group_rows - self._pending_rows)
            self._pending.append(piece)
            self._pending_rows += piece.num_rows
            self.rows += piece.num_rows
            start += piece.num_rows
            if self._pending_rows == self._row_group_rows:
                self._flush()

    def _flush(self) -> None:
        group = pa.Table.from_batches(self._pending, self._schema).combine_chunks()
        self._pending, self._pending_rows = [], 0
        self._writer.write_table(group, row_group_size=self._row_group_rows)


def write_table(table: pa.Table, folder: str | Path) -> None:
    """Writes a table as the only file of a folder, `part-00000.parquet`, under a temporary name until it is whole.

    A table without rows makes a file too, so that a data set without rows still has a schema.
    """
    target = Path(folder) / "part-00000.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    with ParquetFileWriter(temporary, table.schema) as writer:
        writer.write(table)
    temporary.replace(target)
