"""From columns to the matrix a model takes, refusing whatever the model was not trained for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jobs.lib.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.lib.model_card import Feature

Values = NDArray[Any]  # bool, whole or floating-point numbers
Columns = pa.RecordBatch | Mapping[str, Values]


def feature_columns(features: Sequence[Feature], columns: Columns) -> list[Values]:
    """The features' values in model order, one array each, not copied where Arrow allows it.

    Raises:
        InvalidInput: naming a feature that is missing or of another type, or that has a null or NaN: for those, a
            model would silently guess.
    """
    arrays = [
        _of_batch(feature, columns) if isinstance(columns, pa.RecordBatch) else _of_mapping(feature, columns)
        for feature in features
    ]
    for feature, array in zip(features, arrays, strict=True):
        if array.dtype.kind == "f" and np.isnan(array).any():
            raise InvalidInput(_field(feature), "NaN", "a number in every row")
    return arrays


def to_matrix(arrays: Sequence[Values]) -> NDArray[np.float64]:
    """The columns side by side as doubles, row after row."""
    matrix = np.empty((len(arrays[0]), len(arrays)), dtype=np.float64)
    for index, array in enumerate(arrays):
        matrix[:, index] = array
    return matrix


def _of_batch(feature: Feature, batch: pa.RecordBatch) -> Values:
    index = batch.schema.get_field_index(feature.name)
    found = "no such column" if index < 0 else str(batch.schema.field(index).type)
    if found != feature.type:
        raise InvalidInput(_field(feature), found, feature.type)
    column = batch.column(index)
    if column.null_count > 0:
        raise InvalidInput(_field(feature), f"{column.null_count} nulls in {len(column)} rows", "a number in every row")
    return column.to_numpy(zero_copy_only=False)


def _of_mapping(feature: Feature, columns: Mapping[str, Values]) -> Values:
    if feature.name not in columns:
        raise InvalidInput(_field(feature), "no such column", feature.type)
    array = np.asarray(columns[feature.name])
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise InvalidInput(_field(feature), f"{array.ndim}-d {array.dtype}", "a one-dimensional array of numbers")
    return array


def _field(feature: Feature) -> str:
    return f"batch#{feature.name}"
