"""The columns of predictions: which rows they are of, and what the model says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from jobs.lib.arrow_arrays import arrow_array

if TYPE_CHECKING:
    from jobs.lib.model_formats import Predictions

ID, NAME, PREDICTION = "id", "full_name", "prediction"


def prediction_schema(source: pa.Schema) -> pa.Schema:
    """The schema of the predictions of a table: its `id`, its `full_name` when it has one, and `prediction`."""
    fields: list[pa.Field[Any]] = [pa.field(ID, pa.int64(), nullable=False)]
    if NAME in source.names:
        fields.append(pa.field(NAME, pa.string()))
    return pa.schema([*fields, pa.field(PREDICTION, pa.float64(), nullable=False)])


def with_predictions(batch: pa.RecordBatch, predictions: Predictions, schema: pa.Schema) -> pa.RecordBatch:
    """The rows of a batch in a `prediction_schema`, with a prediction each."""
    kept = [batch.column(name) for name in schema.names[:-1]]
    return pa.RecordBatch.from_arrays([*kept, arrow_array(predictions, pa.float64())], schema=schema)
