"""Chunks of a data set: rows that belong together as one unit of work, which is finished or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from jobs.lib.datasets import DataFile


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole row groups of one file."""

    path: str
    row_groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of a data set."""

    index: int
    pieces: tuple[Piece, ...]
    rows: int

    @property
    def name(self) -> str:
        """Of its record and its files."""
        return f"part-{self.index:05d}"

    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Streams `columns` in the order given, at most `batch_rows` rows at a time."""
        for piece in self.pieces:
            # Buffered, not pre-buffered: pages are read as they are needed, never a whole row group at once.
            with pq.ParquetFile(piece.path, buffer_size=1 << 20, pre_buffer=False) as file:
                for batch in file.iter_batches(
                    batch_rows, row_groups=list(piece.row_groups), columns=list(columns), use_threads=False
                ):
                    yield batch.select(list(columns))


def plan_chunks(files: Sequence[DataFile], chunk_rows: int) -> list[Chunk]:
    """Cuts a data set at row groups into chunks of `chunk_rows` or a little more; small files go together.

    The cut depends on the files alone, so every attempt finds the chunks of the one before.
    """
    chunks: list[Chunk] = []
    pieces: dict[str, list[int]] = {}
    rows = 0
    for file in files:
        footer = pq.read_metadata(file.path)
        sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
        for group, size in enumerate(sizes):
            if size == 0:
                continue
            pieces.setdefault(file.path, []).append(group)
            rows += size
            if rows >= chunk_rows:
                chunks.append(_chunk(len(chunks), pieces, rows))
                pieces, rows = {}, 0
    return [*chunks, _chunk(len(chunks), pieces, rows)] if rows > 0 else chunks


def _chunk(index: int, pieces: dict[str, list[int]], rows: int) -> Chunk:
    return Chunk(index, tuple(Piece(path, tuple(groups)) for path, groups in pieces.items()), rows)
