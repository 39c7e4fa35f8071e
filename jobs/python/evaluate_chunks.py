"""How one chunk of a holdout is forecast by every contestant and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from jobs.lib.arrow_arrays import arrow_array
from jobs.lib.parquet_writer import ParquetFileWriter
from jobs.lib.prediction_table import predictor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobs.lib.model import LoadedModel
    from jobs.lib.model_formats import Predictions
    from jobs.lib.row_chunks import Chunk
    from jobs.lib.salvage import FinishedChunk, FinishedChunks

FIXED_COLUMNS = ("id", "label", "prediction", "champion_prediction")


@dataclass(frozen=True, slots=True)
class ChunkWork:
    """What is the same for all chunks.

    Attributes:
        rows: of all chunks; decides whether a table of predictions pays.
        models: the candidate and, if there is one, the champion.
        columns: to read.
        schema: of the result; see `predictions_schema`.
        target: the column that is predicted.
        batch_rows: rows predicted at once; changes no byte of the result.
        threads: of the models' libraries.
    """

    rows: int
    models: Sequence[LoadedModel]
    columns: Sequence[str]
    schema: pa.Schema
    target: str
    batch_rows: int
    threads: int
    predictors: list[Callable[[pa.RecordBatch], Predictions]] = field(init=False)

    def __post_init__(self) -> None:
        # One for all chunks, so that a table of predictions serves them all.
        object.__setattr__(self, "predictors", [predictor(model, self.threads, self.rows) for model in self.models])


def predictions_schema(holdout: pa.Schema, keep: Sequence[str], baselines: Sequence[str]) -> pa.Schema:
    """Columns of the predictions: the row's id, what is kept of the holdout, the label and what each one forecast."""
    kept: list[pa.Field[Any]] = [pa.field(name, holdout.field(name).type, nullable=False) for name in keep]
    naive: list[pa.Field[Any]] = [pa.field(name, pa.float64(), nullable=False) for name in baselines]
    identity, label, prediction, champion = FIXED_COLUMNS
    fixed: list[pa.Field[Any]] = [
        pa.field(label, pa.float64(), nullable=False),
        pa.field(prediction, pa.float64(), nullable=False),
        pa.field(champion, pa.float64()),
    ]
    return pa.schema([pa.field(identity, pa.int64(), nullable=False), *kept, *fixed, *naive])


def forecast_chunk(chunk: Chunk, work: ChunkWork, kept: FinishedChunks) -> FinishedChunk:
    """Predicts one chunk batch by batch and keeps it."""
    file = f"{chunk.name}.parquet"
    with ParquetFileWriter(kept.temporary_path(file), work.schema, dictionary_columns=[]) as writer:
        for batch in chunk.batches(work.columns, work.batch_rows):
            writer.write(_forecast(work, batch))
    if writer.rows != chunk.rows:
        raise AssertionError(f"{chunk.name}: {chunk.rows} rows in, {writer.rows} out")
    return kept.keep(chunk.name, {file: writer.rows})


def _forecast(work: ChunkWork, batch: pa.RecordBatch) -> pa.RecordBatch:
    _, label, prediction, champion = FIXED_COLUMNS
    forecasts = [arrow_array(predict(batch), pa.float64()) for predict in work.predictors]
    known: dict[str, pa.Array[Any]] = dict(zip((prediction, champion), forecasts, strict=False))
    known.setdefault(champion, pa.nulls(batch.num_rows, pa.float64()))
    known[label] = batch.column(work.target).cast(pa.float64())
    return pa.RecordBatch.from_arrays(
        [known[name] if name in known else batch.column(name) for name in work.schema.names], schema=work.schema
    )
