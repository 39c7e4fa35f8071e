"""One chunk of rows, written as Parquet (and CSV) and kept in scratch. Runs in a pool process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pyarrow as pa

from jobs.lib.parquet_writer import ParquetFileWriter
from jobs.lib.salvage import FinishedChunk, FinishedChunks
from jobs.python.generate_columns import SCHEMA
from jobs.python.generate_csv import CsvWriter
from jobs.python.generate_described import described_batches
from jobs.python.generate_published import published_batches

# Columns with few distinct values. Salaries are nearly all different, and ids are counted up: differences of 1.
DICTIONARY_COLUMNS = ["name", "age", "signup_date"]
ENCODINGS = {"id": "DELTA_BINARY_PACKED"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """What to make: rows `start` to before `stop` of a data set, as files of `index`."""

    index: int
    start: int
    stop: int
    dataset: Literal["described", "published"]
    seed: int
    data_date: date
    csv: bool
    batch_rows: int
    scratch: str

    @property
    def rows(self) -> int:
        """Rows of this chunk."""
        return self.stop - self.start

    @property
    def name(self) -> str:
        """The chunk's name in scratch."""
        return f"chunk-{self.index:05d}"

    @property
    def parquet_name(self) -> str:
        """The chunk's Parquet file."""
        return f"part-{self.index:05d}.parquet"

    @property
    def csv_name(self) -> str:
        """The chunk's CSV file, if it has one."""
        return f"part-{self.index:05d}.csv"

    @property
    def store(self) -> FinishedChunks:
        """Where finished chunks are kept."""
        return FinishedChunks(Path(self.scratch))


def make_chunk(chunk: Chunk) -> FinishedChunk:
    """Writes the chunk's files and keeps them; a failed one leaves nothing behind, so that a full disk gets room."""
    names = [chunk.parquet_name, *([chunk.csv_name] if chunk.csv else [])]
    try:
        _write(chunk)
    except BaseException:
        for name in names:
            chunk.store.temporary_path(name).unlink(missing_ok=True)
        raise
    return chunk.store.keep(chunk.name, dict.fromkeys(names, chunk.rows))


def _write(chunk: Chunk) -> None:
    parquet = ParquetFileWriter(
        chunk.store.temporary_path(chunk.parquet_name),
        SCHEMA,
        dictionary_columns=DICTIONARY_COLUMNS,
        encodings=ENCODINGS,
    )
    with ExitStack() as stack:
        csv = stack.enter_context(CsvWriter(chunk.store.temporary_path(chunk.csv_name))) if chunk.csv else None
        stack.enter_context(parquet)
        for batch in _batches(chunk):
            parquet.write(batch)
            if csv is not None:
                csv.write(batch)


def _batches(chunk: Chunk) -> Iterator[pa.RecordBatch]:
    if chunk.dataset == "published":
        return published_batches(chunk.start, chunk.stop, chunk.batch_rows)
    return described_batches(chunk.start, chunk.stop, chunk.batch_rows, seed=chunk.seed, data_date=chunk.data_date)
