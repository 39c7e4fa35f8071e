"""One fit of the published grid search: a candidate on one fold, or the winner on all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold, ParameterGrid

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

FOREST_SEED = 42
FOLDS = 3
CANDIDATES: tuple[dict[str, Any], ...] = tuple(
    ParameterGrid({"n_estimators": [50, 100], "max_depth": [10, None], "min_samples_split": [2, 5]})
)
"""In scikit-learn's own order, which decides between equals."""


def fold_mse(
    matrix: NDArray[np.float64], target: NDArray[np.float64], params: Mapping[str, Any], fold: int, threads: int = 1
) -> float:
    """Mean squared error on fold `fold` (0 to 2) of a forest fitted on the others, as `GridSearchCV(cv=3)` has it."""
    fit_rows, test_rows = list(KFold(FOLDS).split(matrix))[fold]
    forest = fit_forest(matrix[fit_rows], target[fit_rows], params, threads)
    return float(mean_squared_error(target[test_rows], forest.predict(matrix[test_rows])))


def fit_forest(
    matrix: NDArray[np.float64], target: NDArray[np.float64], params: Mapping[str, Any], threads: int
) -> RandomForestRegressor:
    """A fitted forest, the same for any number of threads.

    It predicts on one: with more, the sum over the trees depends on which thread is first.
    """
    forest = RandomForestRegressor(random_state=FOREST_SEED, n_jobs=threads, **params).fit(matrix, target)
    return forest.set_params(n_jobs=None)
