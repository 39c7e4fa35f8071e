"""How one chunk of a prediction is predicted and kept."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.lib.memory import own_rss_bytes
from jobs.lib.model_input import open_model
from jobs.lib.parquet_writer import ParquetFileWriter
from jobs.lib.prediction_columns import NAME, PREDICTION, with_predictions
from jobs.lib.prediction_table import predictor
from jobs.lib.salvage import FinishedChunk, FinishedChunks
from jobs.python.predict_csv import csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobs.lib.job import ModelInput
    from jobs.lib.model import LoadedModel
    from jobs.lib.model_formats import Predictions
    from jobs.lib.row_chunks import Chunk

# A killed attempt loses at most the running chunks: one to three seconds of work each.
CHUNK_ROWS = 1_000_000
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class ChunkWork:
    """One chunk and all that a process needs to predict it.

    Attributes:
        chunk: what to predict.
        chunks: how many there are in all.
        total_rows: of all chunks; decides whether a table of predictions pays.
        model: loaded once a process.
        columns: to read.
        schema: of the result.
        batch_rows: rows predicted at once.
        threads: of the model's library.
        csv: whether to write `NAME.csv` beside `NAME.parquet`.
        folder: where finished chunks are kept.
    """

    chunk: Chunk
    chunks: int
    total_rows: int
    model: ModelInput
    columns: tuple[str, ...]
    schema: pa.Schema
    batch_rows: int
    threads: int
    csv: bool
    folder: Path


def predict_chunk(work: ChunkWork) -> FinishedChunk:
    """Predicts one chunk batch by batch, with a log line each, and keeps it."""
    predict = _predictor(work.model, work.threads, work.total_rows)
    chunk, finished = work.chunk, FinishedChunks(work.folder)
    parquet, csv = f"{chunk.name}.parquet", f"{chunk.name}.csv"
    writer = ParquetFileWriter(finished.temporary_path(parquet), work.schema, dictionary_columns=[NAME])
    with finished.temporary_path(csv).open("wb") as lines:
        for number, batch in enumerate(chunk.batches(work.columns, work.batch_rows), 1):
            started = time.perf_counter()
            predicted = with_predictions(batch, predict(batch), work.schema)
            writer.write(predicted)
            if work.csv:
                lines.write(csv_lines(predicted.column(NAME), predicted.column(PREDICTION)))
            _log(work, number, writer.rows, batch.num_rows / (time.perf_counter() - started))
    writer.close()
    if writer.rows != chunk.rows:
        raise AssertionError(f"{chunk.name}: {chunk.rows} rows in, {writer.rows} out")
    if not work.csv:
        finished.temporary_path(csv).unlink()
    return finished.keep(chunk.name, {parquet: writer.rows, csv: None} if work.csv else {parquet: writer.rows})


@cache
def load_once(source: ModelInput) -> LoadedModel:
    """The model, loaded and checked once a process."""
    return open_model(source, "inputs.model")


@cache
def _predictor(source: ModelInput, threads: int, rows: int) -> Callable[[pa.RecordBatch], Predictions]:
    """One a process, so that its table of predictions serves all chunks."""
    return predictor(load_once(source), threads, rows)


def _log(work: ChunkWork, batch: int, done: int, rows_per_second: float) -> None:
    where = f"chunk {work.chunk.index + 1}/{work.chunks} batch {batch}"
    speed = f"{rows_per_second:,.0f} rows/s, rss {own_rss_bytes() / GIB:.2f} GiB"
    print(f"{where}: {done:,} of {work.chunk.rows:,} rows, {speed}", flush=True)
