"""XGBoost boosters as XGBoost's own JSON format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xgboost as xgb

from jobs.lib.model_formats import damaged, wrong_model

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.lib.model_formats import Matrix, NativeModel, Predictions


class XgboostFormat:
    """`booster.json`, written by `Booster.save_model`."""

    file_name = "booster.json"
    relative_tolerance = 1e-6  # XGBoost adds leaves up in 32-bit floats

    def save(self, model: object, path: Path) -> None:
        """Takes an `xgboost.Booster` or a fitted scikit-learn wrapper of one."""
        booster = model.get_booster() if isinstance(model, xgb.XGBModel) else model
        if not isinstance(booster, xgb.Booster):
            raise wrong_model(model, "an xgboost.Booster")
        booster.save_model(path)

    def load(self, path: Path) -> NativeModel:
        """Reads the JSON; XGBoost reports a damaged file as its own error or as a ValueError."""
        try:
            return XgboostModel(xgb.Booster(model_file=path))
        except (xgb.core.XGBoostError, ValueError) as error:
            raise damaged(path, error) from error


class XgboostModel:
    """A loaded booster."""

    def __init__(self, booster: xgb.Booster) -> None:
        self._booster = booster

    def predict(self, matrix: Matrix, threads: int) -> Predictions:
        """Predicts in place, without the copy that a DMatrix makes."""
        self._booster.set_param({"nthread": threads})
        return np.asarray(self._booster.inplace_predict(matrix, validate_features=False), dtype=np.float64)

    def feature_count(self) -> int:
        """How many columns the booster was trained on."""
        return int(self._booster.num_features())

    def feature_names(self) -> list[str] | None:
        """The names the booster was trained with; a booster trained on a bare matrix has none."""
        names = self._booster.feature_names
        return None if names is None else list(names)
