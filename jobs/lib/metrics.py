"""Regression metrics over whole arrays, in the definitions of scikit-learn and to its last digit."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Metrics:
    """
    How far predictions are from labels.

    `mse`, `rmse`, `mae` and `bias` are in the label's unit (`mse` squared). `bias` is mean(prediction - label): above
    zero, the model guesses too high. `smape` is the mean of |label - prediction| / ((|label| + |prediction|) / 2), a
    fraction from 0 to 2, and 0 where both are 0. `r2` and `explained_variance` are 1 for a perfect model and 0 for the
    labels' own mean; where all labels are equal, 1 if nothing is left to explain, else 0 (as in scikit-learn).
    """

    mse: float
    rmse: float
    mae: float
    r2: float
    explained_variance: float
    bias: float
    smape: float
    rows: int

    def to_json(self) -> dict[str, float | int]:
        """The metrics under their camelCase names."""
        return {
            ("explainedVariance" if name == "explained_variance" else name): value
            for name, value in asdict(self).items()
        }


def regression_metrics(labels: Values, predictions: Values) -> Metrics:
    """
    The metrics of `predictions` against `labels`, both in holdout order: the order decides the last digit of a sum.

    Raises:
        ValueError: arrays of different lengths, or without rows.
    """
    if labels.shape != predictions.shape or labels.ndim != 1 or len(labels) == 0:
        raise ValueError(
            f"labels {labels.shape} and predictions {predictions.shape} must be equally long and not empty"
        )
    errors = labels - predictions
    squared_errors = errors**2
    squared_deviations = _squared_deviations(labels)
    mse = float(np.mean(squared_errors))
    return Metrics(
        mse=mse,
        rmse=math.sqrt(mse),
        mae=float(np.mean(np.abs(errors))),
        r2=_share_explained(float(np.sum(squared_errors)), float(np.sum(squared_deviations))),
        explained_variance=_share_explained(
            float(np.mean(_squared_deviations(errors))), float(np.mean(squared_deviations))
        ),
        bias=float(np.mean(predictions - labels)),
        smape=float(np.mean(_relative_errors(labels, predictions))),
        rows=len(labels),
    )


def _squared_deviations(values: Values) -> Values:
    # The mean of equal values can come out one digit beside them: that of three times 0.1 is 0.10000000000000002. Such
    # a deviation would make r2 a huge negative number, so equality is looked at before anything is averaged.
    if np.all(values == values[0]):
        return np.zeros_like(values)
    return (values - np.mean(values)) ** 2


def _share_explained(unexplained: float, total: float) -> float:
    if total == 0.0:
        return 1.0 if unexplained == 0.0 else 0.0
    return 1.0 - unexplained / total


def _relative_errors(labels: Values, predictions: Values) -> Values:
    scale = (np.abs(labels) + np.abs(predictions)) / 2
    return np.divide(np.abs(labels - predictions), scale, out=np.zeros_like(scale), where=scale > 0)
