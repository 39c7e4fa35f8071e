"""Gradient boosting by XGBoost, on rows that it quantises while they stream by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost as xgb

from jobs.ray.learners.learner import unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import optuna

    from jobs.lib.model_card import ModelFormat
    from jobs.ray.learners.learner import Workspace
    from jobs.ray.training_rows import RowBlock, TrainingRows
    from jobs.ray.tune_params import LearnerName


class XgboostTrees:
    """Gradient boosting, trees grown by the best leaf as LightGBM does."""

    name: LearnerName = "xgboost"
    model_format: ModelFormat = "xgboost-json"

    def suggest(self, trial: optuna.Trial, name: str) -> None:
        """The same ranges as LightGBM's under XGBoost's names."""
        trial.suggest_float(f"{name}.eta", 0.05, 0.5, log=True)
        trial.suggest_int(f"{name}.max_leaves", 7, 63, log=True)
        trial.suggest_float(f"{name}.min_child_weight", 20, 2000, log=True)
        trial.suggest_float(f"{name}.lambda", 1e-3, 100, log=True)

    def prepare(self, rows: TrainingRows, workspace: Workspace) -> None:
        """Nothing: a quantised matrix has no file form. Each trial process streams the rows once and keeps them."""

    def load(self, rows: TrainingRows, workspace: Workspace) -> XgboostFits:
        """Streams the rows."""
        fit = _quantised(rows.blocks("fit"), workspace, None)
        validation = _quantised(rows.blocks("validation"), workspace, fit)
        return XgboostFits(_booster_params(workspace), fit, validation, rows.merged_mse)

    def load_all(self, rows: TrainingRows, workspace: Workspace) -> XgboostFits:
        """Streams all rows."""
        return XgboostFits(_booster_params(workspace), _quantised(rows.blocks("all"), workspace, None), None, 0.0)

    def from_bytes(self, content: bytes) -> xgb.Booster:
        """A booster from its JSON."""
        return xgb.Booster(model_file=bytearray(content))


def _booster_params(workspace: Workspace) -> dict[str, Any]:
    return {
        "objective": "reg:squarederror",
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_depth": 0,  # leaves are the bound
        "max_bin": workspace.max_bin,
        "nthread": workspace.threads,
        "seed": workspace.seed,
        "verbosity": 0,
    }


def _quantised(
    blocks: list[RowBlock], workspace: Workspace, reference: xgb.QuantileDMatrix | None
) -> xgb.QuantileDMatrix:
    return xgb.QuantileDMatrix(
        _BlockIterator(blocks), max_bin=workspace.max_bin, nthread=workspace.threads, ref=reference
    )


class _BlockIterator(xgb.DataIter):
    """Feeds XGBoost block by block; it goes through all of them several times."""

    def __init__(self, blocks: list[RowBlock]) -> None:
        super().__init__()
        self._blocks = blocks
        self._next = 0

    def next(self, input_data: Callable[..., Any]) -> bool:
        if self._next == len(self._blocks):
            return False
        block = self._blocks[self._next]
        rows = block.load()
        input_data(data=rows.matrix, label=rows.target, weight=rows.weight, feature_names=list(block.source.features))
        self._next += 1
        return True

    def reset(self) -> None:
        self._next = 0


@dataclass(frozen=True, slots=True)
class XgboostFits:
    """Quantised rows in memory."""

    fixed: Mapping[str, Any]
    rows: xgb.QuantileDMatrix
    validation: xgb.QuantileDMatrix | None
    merged_mse: float

    def start(self, params: Mapping[str, Any]) -> XgboostFit:
        """A booster without trees."""
        return XgboostFit(self, {**self.fixed, **params})


class XgboostFit:
    """One booster."""

    def __init__(self, fits: XgboostFits, params: Mapping[str, Any]) -> None:
        self._fits = fits
        matrices = [fits.rows] if fits.validation is None else [fits.rows, fits.validation]
        self._booster = xgb.Booster(dict(params), matrices)

    def advance(self, rounds: int, on_round: Callable[[int], None] = unheard) -> None:
        """Adds trees."""
        for number in range(self._booster.num_boosted_rounds(), rounds):
            self._booster.update(self._fits.rows, number)
            on_round(number + 1)

    def validation_mse(self) -> float:
        """Computed here: XGBoost's own evaluation prints too few digits to compare trials by."""
        validation = self._fits.validation
        if validation is None:
            raise ValueError("a fit on all rows has none left to validate on")
        weight = validation.get_weight()
        error = self._booster.predict(validation).astype(np.float64) - validation.get_label()
        return float(np.average(error * error, weights=weight if len(weight) else None)) + self._fits.merged_mse

    def to_bytes(self) -> bytes:
        """XGBoost's JSON."""
        return bytes(self._booster.save_raw("json"))
