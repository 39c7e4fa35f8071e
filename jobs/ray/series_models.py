"""Models of a short series that fits into memory: a linear one and gradient boosting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from jobs.ray.learners.learner import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from jobs.lib.model_card import ModelFormat

MAX_BINS = 255
MOST_ROUNDS = 2000
PATIENCE_ROUNDS = 50
# Threads of LightGBM wait for one another by spinning: with so few rows a second one costs more than it does.
THREADS = 1

# Small trees, slowly: with some thousand days anything larger learns the weather of single days by heart.
BOOSTING = {
    "objective": "regression",
    "metric": "l2",
    "learning_rate": 0.03,
    "num_leaves": 7,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Features and labels, oldest first."""

    matrix: NDArray[np.float64]
    labels: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    def slice(self, start: int, end: int) -> Rows:
        """The rows from `start` up to `end`."""
        return Rows(self.matrix[start:end], self.labels[start:end])


class SeriesLearner(Protocol):
    """A family of models."""

    name: str
    model_format: ModelFormat

    def choose(self, fit: Rows, validation: Rows) -> tuple[dict[str, Any], float]:
        """Parameters fitted on one part and chosen on the other, and the mean squared error there."""

    def fit(self, rows: Rows, params: Mapping[str, Any]) -> object:
        """The model with these parameters, as `jobs.lib.model.save_model` takes it."""


class SeriesLearnerMaker(Protocol):
    """Makes a learner for a job."""

    def __call__(self, features: Sequence[str], seed: int) -> SeriesLearner:
        """A learner of these columns."""


class Linear:
    """Ordinary least squares on standardised features: what a simple model reaches."""

    name = "linear"
    model_format: ModelFormat = "sklearn-skops"

    def __init__(self, features: Sequence[str], seed: int) -> None:
        del features, seed  # nothing is drawn, and scikit-learn takes the columns by their place

    def choose(self, fit: Rows, validation: Rows) -> tuple[dict[str, Any], float]:
        """There is nothing to choose."""
        model: Any = self.fit(fit, {})
        return {}, _mse(validation.labels, model.predict(validation.matrix))

    def fit(self, rows: Rows, params: Mapping[str, Any]) -> object:
        """A scikit-learn pipeline."""
        from sklearn.linear_model import LinearRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(StandardScaler(), LinearRegression(**params)).fit(rows.matrix, rows.labels)


class Boosting:
    """LightGBM's gradient boosting."""

    name = "lightgbm"
    model_format: ModelFormat = "lightgbm-text"

    def __init__(self, features: Sequence[str], seed: int) -> None:
        from jobs.ray.learners.lightgbm_rows import dataset_params

        self._features = list(features)
        fixed = dataset_params(Workspace(Path(), MAX_BINS, THREADS, seed))
        self._fixed: dict[str, Any] = {**fixed, **BOOSTING, "seed": seed}

    def choose(self, fit: Rows, validation: Rows) -> tuple[dict[str, Any], float]:
        """How many rounds: until the validation part has not improved for a while."""
        import lightgbm as lgb

        data = self._dataset(fit)
        booster = lgb.train(
            self._fixed,
            data,
            MOST_ROUNDS,
            valid_sets=[lgb.Dataset(validation.matrix, validation.labels, reference=data)],
            callbacks=[lgb.early_stopping(PATIENCE_ROUNDS, verbose=False)],
        )
        rounds = int(booster.best_iteration)
        predictions = np.asarray(booster.predict(validation.matrix, num_iteration=rounds), dtype=np.float64)
        return {**BOOSTING, "rounds": rounds}, _mse(validation.labels, predictions)

    def fit(self, rows: Rows, params: Mapping[str, Any]) -> object:
        """A booster of so many rounds."""
        import lightgbm as lgb

        return lgb.train(self._fixed, self._dataset(rows), int(params["rounds"]))

    def _dataset(self, rows: Rows) -> Any:
        import lightgbm as lgb

        return lgb.Dataset(rows.matrix, rows.labels, feature_name=self._features, params=self._fixed)


LEARNERS: dict[str, SeriesLearnerMaker] = {"linear": Linear, "lightgbm": Boosting}


def _mse(labels: NDArray[np.float64], predictions: NDArray[np.float64]) -> float:
    return float(np.mean((labels - predictions) ** 2))
