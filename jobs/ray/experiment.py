"""The Ray Tune experiment of a search: made anew, or restored where an earlier attempt left it."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import optuna
from ray import tune
from ray.tune.schedulers import ASHAScheduler

from jobs.ray.learners.registry import learner_named
from jobs.ray.trial import RUNGS, Trial, TrialPlan
from jobs.ray.tune_session import PatientOptunaSearch, TrialReporter

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.ray.tune_params import LearnerName, TuneParams

METRIC, MODE = "mse", "min"
ASHA_REDUCTION = 4  # a quarter of the trials goes on from a rung
CRASHES_A_TRIAL_SURVIVES = 1
EXPERIMENT = "experiment"


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """What Optuna draws from. A class and not a closure, because Tune pickles it with the experiment."""

    learners: tuple[LearnerName, ...]

    def __call__(self, trial: optuna.Trial) -> dict[str, str]:
        """Draws a learner, then its hyperparameters."""
        by_name = {str(learner): learner for learner in self.learners}
        name = by_name[trial.suggest_categorical("learner", list(by_name))]
        learner_named(name).suggest(trial, name)
        return {"learner": name}


def run_experiment(folder: Path, params: TuneParams, plan: TrialPlan) -> list[Exception]:
    """Runs all trials that are not finished yet; the session's log has their results.

    Args:
        folder: in scratch, the same for all attempts; the experiment is kept below it.
        params: learners, number of trials, seed.
        plan: given to the trials of a restored experiment too, so that levers act on it.

    Returns:
        The errors of trials that failed for good.
    """
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)  # it warns of result files that we do not want
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # On an own Ray the session decides how many trials run. On a shared one a trial takes the CPUs of its threads.
    cpus = plan.workspace.threads if os.environ.get("RAY_ADDRESS") else 1
    trainable = tune.with_resources(tune.with_parameters(Trial, plan=plan), {"cpu": cpus})
    path = folder / EXPERIMENT
    if tune.Tuner.can_restore(str(path)):
        tuner = tune.Tuner.restore(str(path), trainable=trainable, resume_unfinished=True, restart_errored=True)
    else:
        tuner = _new(folder, params, trainable)
    results = tuner.fit()
    return list(results.errors)


def _new(folder: Path, params: TuneParams, trainable: type[tune.Trainable]) -> tune.Tuner:
    return tune.Tuner(
        trainable,
        tune_config=tune.TuneConfig(
            metric=METRIC,
            mode=MODE,
            num_samples=params.trials,
            search_alg=PatientOptunaSearch(
                space=SearchSpace(params.learners), metric=METRIC, mode=MODE, seed=params.seed
            ),
            scheduler=ASHAScheduler(
                time_attr="rounds", grace_period=RUNGS[0], reduction_factor=ASHA_REDUCTION, max_t=RUNGS[-1]
            ),
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(
            name=EXPERIMENT,
            storage_path=str(folder),
            callbacks=[TrialReporter()],
            # Trials are short: a killed one starts again, and a finished one is in the log.
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            failure_config=tune.FailureConfig(max_failures=CRASHES_A_TRIAL_SURVIVES),
            verbose=0,
        ),
    )
