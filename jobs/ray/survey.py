"""One pass over the training data: refuses what cannot be trained on, and notes what model cards and trials need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jobs.lib.errors import InvalidInput
from jobs.lib.model_card import GOLDEN_ROWS, FeatureProfile
from jobs.ray.equal_rows import EqualRows
from jobs.ray.training_rows import TrainingRows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from jobs.lib.datasets import Dataset
    from jobs.ray.training_columns import TrainingColumns

BATCH_ROWS = 250_000  # not a lever: the order in which numbers are added must not change with the job's size
SAMPLE_ROWS = 100_000  # rows behind the quantiles, evenly spaced
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Survey:
    """What the pass found.

    Attributes:
        rows: all training rows.
        target_mean: the naive baseline.
        profile: of each feature, for drift.
        golden_rows: five rows spread over the data, by feature.
        training_rows: how to read the rows for training.
        training_count: how many rows a learner then holds: fewer than `rows` when equal ones were merged.
    """

    rows: int
    target_mean: float
    profile: dict[str, FeatureProfile]
    golden_rows: dict[str, list[float]]
    training_rows: TrainingRows
    training_count: int


def survey(train: Dataset, params: TrainingColumns, folder: Path, on_rows: Callable[[int], None]) -> Survey:
    """Reads `train` once.

    Args:
        train: opened, its columns checked.
        params: target, features and the seed of the validation split.
        folder: where merged rows are written; it exists.
        on_rows: told the rows read so far.

    Raises:
        InvalidInput: nulls, NaN or infinite values, or too few rows for a validation part.
    """
    equal_rows = EqualRows(params.features, params.target, params.seed)
    columns = (*params.features, params.target)
    totals = {name: _Totals() for name in columns}
    stride = max(1, train.rows // SAMPLE_ROWS)
    samples: dict[str, list[Any]] = {name: [] for name in columns}
    read = 0
    for batch in train.batches(columns, BATCH_ROWS):
        for name in columns:
            values = _values(batch, name, train.name)
            totals[name].add(values)
            samples[name].append(values[-read % stride :: stride])
        equal_rows.add(batch)
        read += batch.num_rows
        on_rows(read)
    merged = equal_rows.write(folder)
    files = tuple(file.path for file in train.files)
    rows = TrainingRows(
        features=params.features,
        target=params.target,
        seed=params.seed,
        fit_files=(merged.fit_file,) if merged else files,
        validation_files=(merged.validation_file,) if merged else files,
        weighted=merged is not None,
        merged_mse=merged.merged_mse if merged else 0.0,
    )
    counts = {part: sum(block.rows for block in rows.blocks(part)) for part in ("fit", "validation", "all")}
    if not counts["fit"] or not counts["validation"]:
        raise InvalidInput(train.name, f"{train.rows} rows", "enough rows for a part that fits and one that validates")
    sampled = {name: np.concatenate(samples[name]) for name in columns}
    return Survey(
        rows=read,
        target_mean=totals[params.target].mean,
        profile={name: totals[name].profile(sampled[name]) for name in params.features},
        golden_rows={name: _spread(sampled[name]) for name in params.features},
        training_rows=rows,
        training_count=counts["all"],
    )


class _Totals:
    def __init__(self) -> None:
        self._rows, self._sum, self._min, self._max = 0, 0.0, float("inf"), float("-inf")

    def add(self, values: NDArray[np.float64]) -> None:
        if len(values):
            self._rows += len(values)
            self._sum += float(values.sum())
            self._min = min(self._min, float(values.min()))
            self._max = max(self._max, float(values.max()))

    @property
    def mean(self) -> float:
        return self._sum / self._rows

    def profile(self, sample: NDArray[np.float64]) -> FeatureProfile:
        quantiles = {str(q): float(v) for q, v in zip(QUANTILES, np.quantile(sample, QUANTILES), strict=True)}
        return FeatureProfile(self._min, self._max, self.mean, quantiles)


def _values(batch: pa.RecordBatch, name: str, dataset: str) -> NDArray[np.float64]:
    column = batch.column(name)
    if column.null_count:
        raise InvalidInput(f"{dataset}#{name}", f"{column.null_count} nulls", "a value in every row")
    values: NDArray[np.float64] = column.to_numpy(zero_copy_only=False).astype(np.float64)
    if not np.isfinite(values).all():
        raise InvalidInput(f"{dataset}#{name}", "NaN or infinite values", "a finite number in every row")
    return values


def _spread(sample: NDArray[np.float64]) -> list[float]:
    places = np.linspace(0, len(sample) - 1, GOLDEN_ROWS).astype(int)
    return [float(value) for value in sample[places]]
