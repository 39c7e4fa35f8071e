"""Scores each distinct feature row once.

Where the features are few-valued (an age, a flag, days of tenure) millions of rows hold only some hundred thousand
different ones. Their predictions fit a table of a few megabytes that fills up as rows arrive: measured, that is several
times faster than asking the model for each row, and the same to the last bit, as a prediction depends on its row alone.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobs.lib.model_features import feature_columns, to_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from jobs.lib.model import LoadedModel
    from jobs.lib.model_formats import Predictions

MAX_ENTRIES = 4 * 1024 * 1024
"""The largest table: 32 MiB of predictions and 4 MiB of marks."""

Codes = NDArray[np.int64]


def predictor(model: LoadedModel, threads: int, rows: int) -> Callable[[pa.RecordBatch], Predictions]:
    """The fastest way to `model.predict` over `rows` rows in all: through a table where that pays."""
    table = PredictionTable.covering(model, threads, rows)
    return partial(model.predict, threads=threads) if table is None else table.predict


class PredictionTable:
    """
    A table over all combinations of whole-number features within the ranges that training saw; rows outside go to the
    model directly. Make one with `PredictionTable.covering`.
    """

    def __init__(self, model: LoadedModel, threads: int, lows: Sequence[int], sizes: Sequence[int]) -> None:
        self._model = model
        self._threads = threads
        self._lows = lows
        self._sizes = sizes
        self._known = np.zeros(math.prod(sizes), dtype=np.bool_)
        self._predictions = np.empty(math.prod(sizes), dtype=np.float64)

    @staticmethod
    def covering(model: LoadedModel, threads: int, rows: int) -> PredictionTable | None:
        """
        The table for `model`, or None where it would not pay: a feature that is not whole-numbered or has no training
        profile, more combinations than `MAX_ENTRIES`, or more combinations than the `rows` to predict.
        """
        lows, sizes = [], []
        for feature in model.card.features:
            profile = model.card.training_profile.get(feature.name)
            if profile is None or feature.type in ("float", "double"):
                return None
            lows.append(math.floor(profile.min))
            sizes.append(math.ceil(profile.max) - math.floor(profile.min) + 1)
        if math.prod(sizes) > min(MAX_ENTRIES, rows):
            return None
        return PredictionTable(model, threads, lows, sizes)

    def predict(self, batch: pa.RecordBatch) -> Predictions:
        """Exactly `model.predict(batch)`, with the same errors."""
        arrays = [array.astype(np.int64) for array in feature_columns(self._model.card.features, batch)]
        inside, codes = self._encode(arrays)
        if inside.all():
            return self._look_up(codes)
        predictions = np.empty(len(codes), dtype=np.float64)
        predictions[inside] = self._look_up(codes[inside])
        predictions[~inside] = self._ask([array[~inside] for array in arrays])
        return predictions

    def _encode(self, arrays: Sequence[Codes]) -> tuple[NDArray[np.bool_], Codes]:
        """Which rows the table covers, and each row's place in it (meaningless for the others)."""
        inside = np.ones(len(arrays[0]), dtype=np.bool_)
        codes = np.zeros(len(arrays[0]), dtype=np.int64)
        for array, low, size in zip(arrays, self._lows, self._sizes, strict=True):
            digit = array - low
            inside &= (digit >= 0) & (digit < size)
            codes *= size
            codes += digit
        return inside, codes

    def _decode(self, codes: Codes) -> list[Codes]:
        """The feature rows that stand at `codes`: the inverse of `_encode`."""
        arrays: list[Codes] = []
        for low, size in zip(reversed(self._lows), reversed(self._sizes), strict=True):
            codes, digit = np.divmod(codes, size)
            arrays.append(digit + low)
        return arrays[::-1]

    def _look_up(self, codes: Codes) -> Predictions:
        fresh = np.unique(codes[~self._known[codes]])
        if len(fresh) > 0:
            self._predictions[fresh] = self._ask(self._decode(fresh))
            self._known[fresh] = True
        return self._predictions[codes]

    def _ask(self, arrays: Sequence[Codes]) -> Predictions:
        return self._model.native.predict(to_matrix(arrays), self._threads)
