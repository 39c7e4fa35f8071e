"""Training rows in LightGBM's binned form: streamed from Parquet once, kept as binary files, loaded by every trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lightgbm as lgb
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from jobs.ray.learners.learner import Workspace
    from jobs.ray.training_rows import Part, RowBlock, TrainingRows

PUSH_ROWS = 131_072  # rows handed to LightGBM at a time


def dataset_params(workspace: Workspace) -> dict[str, Any]:
    """Parameters of the binned data; every booster on it must repeat them."""
    return {
        "max_bin": workspace.max_bin,
        "feature_pre_filter": False,  # which splits are worth considering differs from trial to trial
        "data_random_seed": workspace.seed,
        "num_threads": workspace.threads,
        # Same model whatever the number of threads; without force_* LightGBM would choose by a stopwatch.
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def prepare_binned(rows: TrainingRows, workspace: Workspace) -> None:
    """Writes `fit.bin` and `validation.bin` into the workspace's folder unless both are there."""
    folder = workspace.folder
    folder.mkdir(parents=True, exist_ok=True)
    fit_file, validation_file = folder / "fit.bin", folder / "validation.bin"
    if fit_file.is_file() and validation_file.is_file():
        return
    fit = _stream(rows, "fit", workspace, None)
    _save(fit, fit_file)
    _save(_stream(rows, "validation", workspace, fit), validation_file)


def load_binned(workspace: Workspace) -> tuple[lgb.Dataset, lgb.Dataset]:
    """What `prepare_binned` wrote: the rows to fit on and those to validate on."""
    params = dataset_params(workspace)
    fit = lgb.Dataset(workspace.folder / "fit.bin", params=params).construct()
    validation = lgb.Dataset(workspace.folder / "validation.bin", reference=fit, params=params).construct()
    return fit, validation


def bin_all(rows: TrainingRows, workspace: Workspace) -> lgb.Dataset:
    """All rows, streamed, in bins of their own."""
    return _stream(rows, "all", workspace, None)


def stream_all(rows: TrainingRows, workspace: Workspace) -> lgb.Dataset:
    """All rows, streamed, in the same bins as the trials had."""
    fit = lgb.Dataset(workspace.folder / "fit.bin", params=dataset_params(workspace)).construct()
    return _stream(rows, "all", workspace, fit)


def _stream(rows: TrainingRows, part: Part, workspace: Workspace, reference: lgb.Dataset | None) -> lgb.Dataset:
    blocks = rows.blocks(part)
    target, weight = rows.targets(blocks)
    reader = _BlockReader()
    return lgb.Dataset(
        [_BlockSequence(block, reader) for block in blocks],
        label=target,
        weight=weight,
        reference=reference,
        feature_name=list(rows.features),
        params=dataset_params(workspace),
    ).construct()


def _save(dataset: lgb.Dataset, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)  # LightGBM does not overwrite
    dataset.save_binary(temporary)
    temporary.replace(path)


class _BlockReader:
    """Holds the block read last: LightGBM goes through the rows in order, so there is never need for a second one."""

    def __init__(self) -> None:
        self._block: RowBlock | None = None
        self._matrix: NDArray[np.float64] = np.empty((0, 0))

    def matrix(self, block: RowBlock) -> NDArray[np.float64]:
        if self._block is not block:
            self._matrix = np.empty((0, 0))  # gone before the next one comes
            self._matrix = block.load().matrix
            self._block = block
        return self._matrix


class _BlockSequence(lgb.Sequence):
    """One block as LightGBM wants it: single rows while it chooses bins, then slices of `batch_size`."""

    batch_size = PUSH_ROWS

    def __init__(self, block: RowBlock, reader: _BlockReader) -> None:
        self._block = block
        self._reader = reader

    def __len__(self) -> int:
        return self._block.rows

    def __getitem__(self, index: int | slice | list[int]) -> NDArray[np.float64]:
        return self._reader.matrix(self._block)[index]
