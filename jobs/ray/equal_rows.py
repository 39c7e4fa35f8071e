"""Merges rows with equal features into one weighted row, in one pass and bounded memory.

For a squared error this loses nothing: n equal rows pull on a tree exactly as one row of weight n at their mean does.
Millions of rows over a few hundred thousand different ones then train as fast as those few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jobs.ray.training_rows import WEIGHT_COLUMN, validation_mask

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST_DISTINCT_ROWS = 2_000_000  # about 300 MB while merging; beyond that the rows are streamed as they are
LEAST_ROWS_A_DISTINCT_ROW = 4  # below that merging saves less than it costs
PENDING_ROWS = 1_000_000  # partial sums collected before they are merged

COUNT, SUM, SQUARES, VALIDATION = "__count__", "__sum__", "__squares__", "__validation__"


@dataclass(frozen=True, slots=True)
class MergedRows:
    """The two files written, and `TrainingRows.merged_mse`."""

    fit_file: str
    validation_file: str
    merged_mse: float


class EqualRows:
    """Collects batches; `write` gives the merged rows if merging is worth it.

    Args:
        features: the columns that make rows equal.
        target: the column to average.
        seed: of the validation split, which merging respects.
    """

    def __init__(self, features: tuple[str, ...], target: str, seed: int) -> None:
        self._keys = [*features, VALIDATION]
        self._features = features
        self._target = target
        self._seed = seed
        self._rows = 0
        self._centre: float | None = None
        self._parts: list[pa.Table] = []
        self._merged_rows = 0
        self._too_many = False

    def add(self, batch: pa.RecordBatch) -> None:
        """Adds the next rows of the data set, in its order."""
        first_row, self._rows = self._rows, self._rows + batch.num_rows
        if self._too_many or batch.num_rows == 0:
            return
        target = batch.column(self._target).to_numpy(zero_copy_only=False).astype(np.float64)
        if self._centre is None:
            self._centre = float(target.mean())  # sums of squares far from zero would cancel each other's digits
        target -= self._centre
        chosen = validation_mask(first_row, batch.num_rows, self._seed)
        rows = pa.table(
            [
                *(batch.column(name) for name in self._features),
                pa.array(chosen),
                *(pa.array(numbers) for numbers in (np.ones(batch.num_rows), target, target * target)),
            ],
            names=[*self._keys, COUNT, SUM, SQUARES],
        )
        self._parts.append(self._merge(rows))
        if sum(part.num_rows for part in self._parts) > self._merged_rows + PENDING_ROWS:
            self._compact()

    def write(self, folder: Path) -> MergedRows | None:
        """Writes the merged rows below `folder`; None if there are too many different ones for merging to help."""
        self._compact()
        if self._too_many or self._merged_rows * LEAST_ROWS_A_DISTINCT_ROW > self._rows or self._centre is None:
            return None
        merged = self._parts[0]
        fit = merged.filter(pc.invert(merged[VALIDATION]))
        validation = merged.filter(merged[VALIDATION])
        fit_file, validation_file = folder / "rows-fit.parquet", folder / "rows-validation.parquet"
        self._write(fit, fit_file, self._centre)
        self._write(validation, validation_file, self._centre)
        count, total, squares = (_numbers(validation, name) for name in (COUNT, SUM, SQUARES))
        merged_mse = float(np.sum(squares - total * total / count) / np.sum(count))
        return MergedRows(str(fit_file), str(validation_file), merged_mse)

    def _compact(self) -> None:
        if not self._parts:
            return
        self._parts = [self._merge(pa.concat_tables(self._parts))]
        self._merged_rows = self._parts[0].num_rows
        if self._merged_rows > MOST_DISTINCT_ROWS:
            self._too_many, self._parts = True, []

    def _merge(self, table: pa.Table) -> pa.Table:
        # One thread: the order of the additions, and so the last digit, must not depend on the machine.
        grouped = table.group_by(self._keys, use_threads=False)
        summed = grouped.aggregate([(COUNT, "sum"), (SUM, "sum"), (SQUARES, "sum")])
        names = {f"{name}_sum": name for name in (COUNT, SUM, SQUARES)}
        return summed.rename_columns([names.get(name, name) for name in summed.column_names])

    def _write(self, rows: pa.Table, path: Path, centre: float) -> None:
        count = _numbers(rows, COUNT)
        mean = centre + _numbers(rows, SUM) / count
        columns = [*(rows[name].combine_chunks() for name in self._features), pa.array(mean), pa.array(count)]
        pq.write_table(pa.table(columns, names=[*self._features, self._target, WEIGHT_COLUMN]), path)


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)
