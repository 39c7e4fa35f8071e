from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import (
    explained_variance_score,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)

from jobs.lib.metrics import regression_metrics


@pytest.mark.parametrize("rows", [2, 3, 999, 2_000, 65_537, 300_000])
def test_metrics_equal_scikit_learns_to_the_last_digit(rows: int) -> None:
    draws = np.random.default_rng(rows)
    labels = np.round(draws.uniform(30_000, 120_000, rows), 2)
    predictions = draws.normal(75_000, 3_000, rows)
    found = regression_metrics(labels, predictions)
    assert found.mse == mean_squared_error(labels, predictions)
    assert found.rmse == root_mean_squared_error(labels, predictions)
    assert found.mae == mean_absolute_error(labels, predictions)
    assert found.r2 == r2_score(labels, predictions)
    assert found.explained_variance == explained_variance_score(labels, predictions)


def test_bias_is_above_zero_when_the_model_guesses_too_high() -> None:
    assert regression_metrics(np.array([1.0, 2.0]), np.array([2.0, 4.0])).bias == 1.5


def test_smape_is_a_fraction_up_to_two_and_zero_for_two_zeros() -> None:
    assert regression_metrics(np.array([0.0, 1.0]), np.array([0.0, 1.0])).smape == 0.0
    assert regression_metrics(np.array([0.0]), np.array([5.0])).smape == 2.0
    assert math.isclose(regression_metrics(np.array([100.0]), np.array([150.0])).smape, 0.4)


@pytest.mark.parametrize(("prediction", "r2"), [(5.0, 1.0), (4.0, 0.0)])
def test_labels_that_are_all_equal_leave_nothing_to_explain(prediction: float, r2: float) -> None:
    labels, predictions = np.full(4, 5.0), np.full(4, prediction)
    assert regression_metrics(labels, predictions).r2 == r2 == r2_score(labels, predictions)


@pytest.mark.parametrize("label", [0.1, 1 / 3, 1e-7, 73_000.01, 1e15 + 0.3])
@pytest.mark.parametrize("rows", [3, 10, 1_001])
def test_equal_labels_are_seen_as_equal_though_their_mean_is_rounded(label: float, rows: int) -> None:
    labels = np.full(rows, label)
    assert (regression_metrics(labels, labels).r2, regression_metrics(labels, labels).explained_variance) == (1.0, 1.0)
    missed = regression_metrics(labels, labels * np.linspace(0.5, 1.5, rows))
    assert (missed.r2, missed.explained_variance) == (0.0, 0.0)
    shifted = regression_metrics(labels, labels * 2)
    assert (shifted.r2, shifted.explained_variance) == (0.0, 1.0)


@pytest.mark.parametrize(("labels", "predictions"), [([], []), ([1.0], [1.0, 2.0])])
def test_arrays_that_do_not_match_are_refused(labels: list[float], predictions: list[float]) -> None:
    with pytest.raises(ValueError, match="equally long"):
        regression_metrics(np.array(labels), np.array(predictions))
