"""Gradient boosting and random forest, both by LightGBM, on the same binned rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import lightgbm as lgb

from jobs.ray.learners.learner import unheard
from jobs.ray.learners.lightgbm_rows import dataset_params, load_binned, prepare_binned, stream_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import optuna

    from jobs.lib.model_card import ModelFormat
    from jobs.ray.learners.learner import Workspace
    from jobs.ray.training_rows import TrainingRows
    from jobs.ray.tune_params import LearnerName


class LightgbmTrees:
    """What both have in common."""

    model_format: ModelFormat = "lightgbm-text"
    fixed: Mapping[str, Any]

    def prepare(self, rows: TrainingRows, workspace: Workspace) -> None:
        """Bins the rows."""
        prepare_binned(rows, workspace)

    def load(self, rows: TrainingRows, workspace: Workspace) -> LightgbmFits:
        """The binned rows that `prepare` left."""
        fit, validation = load_binned(workspace)
        return LightgbmFits(self._booster_params(workspace), fit, validation, rows.merged_mse)

    def load_all(self, rows: TrainingRows, workspace: Workspace) -> LightgbmFits:
        """All rows."""
        return self.fits_on(stream_all(rows, workspace), workspace)

    def fits_on(self, rows: lgb.Dataset, workspace: Workspace) -> LightgbmFits:
        """Binned rows, none of them kept for validation."""
        return LightgbmFits(self._booster_params(workspace), rows, None, 0.0)

    def from_bytes(self, content: bytes) -> lgb.Booster:
        """A booster from its text."""
        return lgb.Booster(model_str=content.decode())

    def _booster_params(self, workspace: Workspace) -> dict[str, Any]:
        return {
            **dataset_params(workspace),
            "seed": workspace.seed,
            "objective": "regression",
            "metric": "l2",
            # Rows in a leaf are bounded by their weight instead (the hessian of a squared error), so that a merged row
            # counts as the rows it stands for.
            "min_data_in_leaf": 1,
            **self.fixed,
        }


class GradientBoosting(LightgbmTrees):
    """Gradient boosting."""

    name: LearnerName = "lightgbm"
    fixed: Mapping[str, Any] = {"boosting": "gbdt"}

    def suggest(self, trial: optuna.Trial, name: str) -> None:
        """Rates that can converge within the rounds there are; leaves from a few steps to a fine staircase."""
        trial.suggest_float(f"{name}.learning_rate", 0.05, 0.5, log=True)
        trial.suggest_int(f"{name}.num_leaves", 7, 63, log=True)
        trial.suggest_float(f"{name}.min_sum_hessian_in_leaf", 20, 2000, log=True)
        trial.suggest_float(f"{name}.lambda_l2", 1e-3, 100, log=True)


class RandomForest(LightgbmTrees):
    """Random forest. Where equal rows were merged, bags are drawn from the different ones."""

    name: LearnerName = "random-forest"
    fixed: Mapping[str, Any] = {"boosting": "rf", "bagging_freq": 1}

    def suggest(self, trial: optuna.Trial, name: str) -> None:
        """Deep trees on bags of rows and columns."""
        trial.suggest_int(f"{name}.num_leaves", 31, 255, log=True)
        trial.suggest_float(f"{name}.min_sum_hessian_in_leaf", 5, 500, log=True)
        trial.suggest_float(f"{name}.bagging_fraction", 0.3, 0.9)
        trial.suggest_float(f"{name}.feature_fraction", 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class LightgbmFits:
    """Binned rows in memory."""

    fixed: Mapping[str, Any]
    rows: lgb.Dataset
    validation: lgb.Dataset | None
    merged_mse: float

    def start(self, params: Mapping[str, Any]) -> LightgbmFit:
        """A booster without trees."""
        booster = lgb.Booster({**self.fixed, **params}, self.rows)
        if self.validation is not None:
            booster.add_valid(self.validation, "validation")
        return LightgbmFit(booster, self.merged_mse)


class LightgbmFit:
    """One booster."""

    def __init__(self, booster: lgb.Booster, merged_mse: float) -> None:
        self._booster = booster
        self._merged_mse = merged_mse

    def advance(self, rounds: int, on_round: Callable[[int], None] = unheard) -> None:
        """Adds trees. LightGBM stops by itself where no split helps any more; the model then stays as it is."""
        while self._booster.current_iteration() < rounds and not self._booster.update():
            on_round(self._booster.current_iteration())

    def validation_mse(self) -> float:
        """LightGBM's l2 on the validation rows."""
        [result] = self._booster.eval_valid()
        return float(result[2]) + self._merged_mse

    def to_bytes(self) -> bytes:
        """LightGBM's text."""
        return self._booster.model_to_string().encode()
