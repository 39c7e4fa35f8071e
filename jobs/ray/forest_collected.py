"""A forest on all rows, gathered as one frame in one process: right for small data, and how the report's run died."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from jobs.lib.errors import InvalidInput
from jobs.ray.candidate import Candidate

if TYPE_CHECKING:
    from jobs.lib.datasets import Dataset
    from jobs.lib.job import Job
    from jobs.ray.train_forest import ForestParams

BATCH_ROWS = 1_000_000


def fit_collected(job: Job, params: ForestParams, train: Dataset, threads: int) -> Candidate:
    """Gathers every row and every column, as `toPandas()` does, then fits.

    Raises:
        InvalidInput: a null, NaN or infinite value in a column that is needed.
    """
    frames: list[pd.DataFrame] = []
    rows = 0
    for batch in train.batches(train.schema.names, BATCH_ROWS):
        frames.append(batch.to_pandas())
        rows += batch.num_rows
        job.progress.update(rows, train.rows, "rows", "gathering all rows in one process")
    frame = pd.concat(frames, ignore_index=True)
    for name in (*params.features, params.target):
        if not np.isfinite(frame[name].to_numpy(dtype=np.float64)).all():
            raise InvalidInput(f"{train.name}#{name}", "null, NaN or infinite values", "a finite number in every row")
    job.progress.update(rows, rows, "rows", f"fitting {params.trees} trees on one frame of all rows")
    forest = RandomForestRegressor(
        n_estimators=params.trees, max_leaf_nodes=params.leaves, random_state=params.seed, n_jobs=threads
    )
    forest.fit(frame[list(params.features)].to_numpy(dtype=np.float64), frame[params.target].to_numpy())
    return Candidate(
        # On one thread from here on: with more, the sum over the trees depends on which thread is first.
        model=forest.set_params(n_jobs=None),
        model_format="sklearn-skops",
        learner="random-forest",
        params={"trees": params.trees, "leaves": params.leaves},
        seed=params.seed,
    )
