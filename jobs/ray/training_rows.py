"""Training rows as blocks that are read from Parquet one at a time, so that memory does not grow with the data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow.parquet as pq

from jobs.ray.hosts import here

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

Part = Literal["fit", "validation", "all"]
VALIDATION_ONE_IN = 10  # rows that choose among the trials; the final model is fitted on all
SAMPLE_SALT = (
    0x53414D50  # so that drawing a sample and choosing the rows that validate have nothing to do with each other
)

WEIGHT_COLUMN = "__weight__"


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows in memory. `weight` is how many equal rows each stands for, None where each is one."""

    matrix: NDArray[np.float64]
    target: NDArray[np.float64]
    weight: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class RowBlock:
    """One row group, or those of its rows that belong to a part. `rows` is how many that is."""

    path: str
    row_group: int
    rows: int
    source: TrainingRows
    first_row: int
    part: Part

    def load(self) -> Rows:
        """Reads the block."""
        source = self.source
        weight = [WEIGHT_COLUMN] if source.weighted else []
        with pq.ParquetFile(here(self.path)) as file:
            table = file.read_row_group(self.row_group, columns=[*source.features, source.target, *weight])
        keep = source.mask(self.part, self.first_row, table.num_rows)
        columns = [_doubles(table.column(name), keep) for name in source.features]
        return Rows(
            np.column_stack(columns),
            _doubles(table.column(source.target), keep),
            _doubles(table.column(WEIGHT_COLUMN), keep) if source.weighted else None,
        )


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Where the rows are. Small: it travels to the processes that train.

    Attributes:
        fit_files, validation_files: the same files, divided row by row, or one of each if `weighted`.
        weighted: equal rows have been merged; a weight column says how many.
        merged_mse: mean squared distance of the merged validation targets from their merged row's target. It belongs to
            every model's validation error, since no model can tell equal rows apart.
        share: of the stored rows that are fitted on. The rows that validate are never sampled, so that trials on
            different samples are judged by the same rows. A smaller sample is part of a larger one.
    """

    features: tuple[str, ...]
    target: str
    seed: int
    fit_files: tuple[str, ...]
    validation_files: tuple[str, ...]
    weighted: bool
    merged_mse: float
    share: float = 1.0

    def blocks(self, part: Part) -> list[RowBlock]:
        """The blocks of a part, in the order of the files; reads footers only."""
        files = {"fit": self.fit_files, "validation": self.validation_files, "all": self._all_files()}[part]
        found = []
        first_row = 0
        for path in files:
            metadata = pq.read_metadata(here(path))
            for group in range(metadata.num_row_groups):
                rows = metadata.row_group(group).num_rows
                mask = self.mask(part, first_row, rows)
                kept = rows if mask is None else int(mask.sum())
                if kept:
                    found.append(RowBlock(path, group, kept, self, first_row, part))
                first_row += rows
        return found

    def targets(self, blocks: Sequence[RowBlock]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Targets and weights of all `blocks`, in single precision as the learners keep them: 4 bytes a row each."""
        count = sum(block.rows for block in blocks)
        target = np.empty(count, dtype=np.float32)
        weight = np.empty(count, dtype=np.float32) if self.weighted else None
        start = 0
        for block in blocks:
            rows = block.load()
            target[start : start + block.rows] = rows.target
            if weight is not None and rows.weight is not None:
                weight[start : start + block.rows] = rows.weight
            start += block.rows
        return target, weight

    def mask(self, part: Part, first_row: int, rows: int) -> NDArray[np.bool_] | None:
        """Which of `rows` stored rows, counted from `first_row` of the part's files, belong to it; None if all do."""
        mask: NDArray[np.bool_] | None = None
        if part != "all" and not self.weighted:
            chosen = validation_mask(first_row, rows, self.seed)
            mask = chosen if part == "validation" else ~chosen
        if part != "validation" and self.share < 1:
            limit = np.uint64(self.share * 2**64)
            drawn: NDArray[np.bool_] = np.less(_mixed(first_row, rows, self.seed ^ SAMPLE_SALT), limit)
            mask = drawn if mask is None else np.logical_and(mask, drawn)
        return mask

    def _all_files(self) -> tuple[str, ...]:
        return self.fit_files + self.validation_files if self.weighted else self.fit_files


def validation_mask(first_row: int, rows: int, seed: int) -> NDArray[np.bool_]:
    """Which of `rows` rows, counted from `first_row` of the data set, validate; the others are fitted on.

    That depends on a row's number and the seed only, not on how the rows are cut into blocks.
    """
    chosen: NDArray[np.bool_] = np.equal(_mixed(first_row, rows, seed) % np.uint64(VALIDATION_ONE_IN), 0)
    return chosen


def _mixed(first_row: int, rows: int, seed: int) -> NDArray[np.uint64]:
    # splitmix64 (Steele, Lea, Flood 2014): neighbouring numbers become unrelated ones. Arithmetic wraps at 64 bits.
    offset = np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)
    mixed = np.arange(first_row, first_row + rows, dtype=np.uint64) + offset
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _doubles(column: pa.ChunkedArray[Any], keep: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    values = column.to_numpy()
    return (values if keep is None else values[keep]).astype(np.float64)
