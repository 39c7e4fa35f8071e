"""A whole table in, its predictions out: what a batch transform job asks for, one file of a data set at a time."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.lib.errors import InvalidInput
from jobs.lib.memory import own_rss_bytes
from jobs.lib.parquet_writer import ParquetFileWriter
from jobs.lib.prediction_columns import ID, NAME, prediction_schema, with_predictions
from jobs.lib.prediction_table import predictor

if TYPE_CHECKING:
    import threading

    from jobs.lib.model import LoadedModel

PARQUET = "application/x-parquet"
GIB = 1 << 30


class TableInference:
    """A loaded model that predicts one table at a time, as the job `predict` would.

    Args:
        model: to ask.
        lock: held while the model works.
        batch_rows: rows predicted at once.
        threads: of the model's library.
    """

    def __init__(self, model: LoadedModel, lock: threading.Lock, *, batch_rows: int, threads: int) -> None:
        self._model = model
        self._lock = lock
        self._batch_rows = batch_rows
        self._threads = threads

    def answer(self, body: bytes) -> bytes:
        """The predictions of a Parquet file as a Parquet file: its rows, in their order. Says in the log what it did.

        Raises:
            InvalidInput: no Parquet file, or a column that is missing, of another type, or has nulls.
        """
        with self._lock, tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            target = Path(folder) / "predictions.parquet"
            rows = self._predict(_open(body), target)
            speed = rows / max(time.perf_counter() - started, 1e-9)
            print(f"{rows:,} rows, {speed:,.0f} rows/s, rss {own_rss_bytes() / GIB:.2f} GiB", flush=True)
            return target.read_bytes()

    def _predict(self, source: pq.ParquetFile, target: Path) -> int:
        _check(source.schema_arrow)
        schema = prediction_schema(source.schema_arrow)
        columns = list(dict.fromkeys([*schema.names[:-1], *self._model.card.feature_names]))
        missing = [name for name in columns if name not in source.schema_arrow.names]
        if missing:
            raise InvalidInput(f"body#{missing[0]}", "no such column", ", ".join(columns))
        predict = predictor(self._model, self._threads, source.metadata.num_rows)
        with ParquetFileWriter(target, schema, dictionary_columns=[NAME]) as writer:
            for batch in source.iter_batches(self._batch_rows, columns=columns, use_threads=False):
                ids = batch.column(batch.schema.get_field_index(ID))
                if ids.null_count > 0:
                    raise InvalidInput(f"body#{ID}", f"{ids.null_count} nulls", "no nulls")
                writer.write(with_predictions(batch, predict(batch), schema))
            return writer.rows


def _open(body: bytes) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(pa.BufferReader(body))
    except pa.ArrowInvalid as error:
        raise InvalidInput("body", str(error), "a whole Parquet file") from error


def _check(schema: pa.Schema) -> None:
    types = {ID: "int64", NAME: "string"}
    for name, allowed in types.items():
        if name in schema.names and str(schema.field(name).type) != allowed:
            raise InvalidInput(f"body#{name}", str(schema.field(name).type), allowed)
