from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
import optuna
import pytest

from jobs.lib.datasets import Dataset
from jobs.lib.model_features import to_matrix
from jobs.lib.model_formats import adapter_for
from jobs.ray.experiment import SearchSpace
from jobs.ray.learners.learner import Workspace
from jobs.ray.learners.registry import learner_named
from jobs.ray.survey import Survey, survey
from jobs.ray.training_rows import validation_mask
from jobs.ray.trial import split_params
from jobs.ray.tune_params import LearnerName, TuneParams
from test.samples.tuning import NOISE, employees, publish

if TYPE_CHECKING:
    from pathlib import Path

LEARNER_NAMES: tuple[LearnerName, ...] = get_args(LearnerName)
TABLE = employees(20_000, 1, tenure_values=5)
GOOD_PARAMS: dict[LearnerName, dict[str, float]] = {
    "lightgbm": {"learning_rate": 0.3, "num_leaves": 15, "min_sum_hessian_in_leaf": 20},
    "xgboost": {"eta": 0.3, "max_leaves": 15, "min_child_weight": 20},
    "random-forest": {"num_leaves": 63, "min_sum_hessian_in_leaf": 5, "bagging_fraction": 0.8},
}


def surveyed(folder: Path) -> Survey:
    train = Dataset.open(publish(folder / "train", [TABLE]), "inputs.train")
    return survey(train, TuneParams(), folder, lambda _: None)


@pytest.mark.parametrize("name", LEARNER_NAMES)
def test_a_fit_reaches_the_noise_and_its_own_validation_error_is_right(tmp_path: Path, name: LearnerName) -> None:
    rows = surveyed(tmp_path).training_rows
    learner = learner_named(name)
    workspace = Workspace(tmp_path / "rows", 255, 1, 42)
    learner.prepare(rows, workspace)
    fit = learner.load(rows, workspace).start(GOOD_PARAMS[name])
    fit.advance(4)
    early = fit.validation_mse()
    fit.advance(32)
    assert fit.validation_mse() < early * 1.01
    assert NOISE**2 * 0.9 < fit.validation_mse() < NOISE**2 * 1.2
    # Against the plain rows, by the model as it would be loaded in production.
    path = tmp_path / adapter_for(learner.model_format).file_name
    path.write_bytes(fit.to_bytes())
    columns = [TABLE[name].to_numpy() for name in rows.features]
    predictions = adapter_for(learner.model_format).load(path).predict(to_matrix(columns), 1)
    mask = validation_mask(0, TABLE.num_rows, 42)
    error = (predictions - TABLE["salary"].to_numpy())[mask]
    assert fit.validation_mse() == pytest.approx(np.mean(error**2), rel=1e-5)


@pytest.mark.parametrize("name", LEARNER_NAMES)
def test_threads_change_nothing_and_all_rows_fit(tmp_path: Path, name: LearnerName) -> None:
    rows = surveyed(tmp_path).training_rows
    models = []
    for threads in (1, 2):
        workspace = Workspace(tmp_path / "rows", 255, threads, 42)
        learner_named(name).prepare(rows, workspace)
        fit = learner_named(name).load_all(rows, workspace).start(GOOD_PARAMS[name])
        fit.advance(8)
        models.append(fit.to_bytes().replace(b"[num_threads: 2]", b"[num_threads: 1]"))
    assert models[0] == models[1]


@pytest.mark.parametrize("name", LEARNER_NAMES)
def test_every_learner_takes_what_it_suggests(tmp_path: Path, name: LearnerName) -> None:
    rows = surveyed(tmp_path).training_rows
    learner = learner_named(name)
    workspace = Workspace(tmp_path / "rows", 63, 1, 42)
    learner.prepare(rows, workspace)
    fits = learner.load(rows, workspace)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for _ in range(3):
        trial = study.ask()
        config = {**SearchSpace((name,))(trial), **trial.params}
        chosen, params = split_params(config)
        assert chosen == name
        fit = fits.start(params)
        fit.advance(2)
        assert np.isfinite(fit.validation_mse())
