"""The default search: Optuna suggests, Ray Tune runs, ASHA stops the weak early; every trial sees all training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import RayActorError, WorkerCrashedError

from jobs.lib.contract import Salvaged
from jobs.ray.candidate import Candidate
from jobs.ray.experiment import run_experiment
from jobs.ray.learners.learner import Workspace
from jobs.ray.learners.registry import learner_named
from jobs.ray.memory_plan import plan_memory
from jobs.ray.trial import TrialPlan, split_params
from jobs.ray.trial_log import TrialLog, TrialRecord, params_key
from jobs.ray.tune_session import Session

if TYPE_CHECKING:
    from jobs.lib.job import Job
    from jobs.ray.survey import Survey
    from jobs.ray.training_rows import TrainingRows
    from jobs.ray.tune_params import LearnerName, TuneParams, TuneSettings


def search_with_optuna(job: Job, params: TuneParams, settings: TuneSettings, survey: Survey) -> Candidate:
    """Searches on the Ray that is up, then fits the best candidate on all rows, those that validated included.

    With one trial at a time the whole search is repeatable, also across crashes. With more, each trial is, but which
    ones Optuna suggests and ASHA stops depends on who finishes first.

    Raises:
        JobMemoryExceeded: one trial cannot fit, or the kernel killed one at the job's memory limit.
        ray.exceptions.OutOfMemoryError: Ray's monitor killed one; Tune gives up, the next attempt restores.
    """
    folder = job.scratch / f"search-{settings.histogram_bins}"  # other bins, other models: not the same trials
    plan = plan_memory(survey.training_count, len(params.features), job.resources, settings)
    workspace = Workspace(folder / "rows", settings.histogram_bins, plan.threads, params.seed)
    log = TrialLog(folder / "trials.jsonl")
    session = Session(log, job.progress, params.trials, plan.concurrent_trials, plan.because)
    before = log.finished
    try:
        if len(before) < params.trials:
            session.report("binning the training rows")
            ray.get([_prepare.remote(name, survey.training_rows, workspace) for name in params.learners])
        session.report()
        curves = {params_key(record.params): record.curve for record in before}
        with session.active():
            errors = run_experiment(folder, params, TrialPlan(survey.training_rows, workspace, curves))
        best = _best(log, errors)
        session.report("fitting the best on all rows")
        learner, own_params = split_params(best.params)
        rounds, score = best.best
        content = ray.get(_refit.remote(learner, survey.training_rows, workspace, own_params, rounds))
    except (RayActorError, WorkerCrashedError) as error:  # of a task; the session sees to the trials'
        session.require_memory(error)
        raise
    return Candidate(
        model=learner_named(learner).from_bytes(content),
        model_format=learner_named(learner).model_format,
        learner=learner,
        params={**own_params, "rounds": rounds, "histogramBins": settings.histogram_bins},
        seed=params.seed,
        score=score,
        trials=[_row(record) for record in log.records],
        salvaged=Salvaged(len(before), len(log.finished) - len(before), "trials"),
    )


# Each in a process of its own that ends with it: binning and the last fit must not stay in memory beside the trials.
@ray.remote(num_cpus=1, max_calls=1, max_retries=1)
def _prepare(learner: LearnerName, rows: TrainingRows, workspace: Workspace) -> None:
    learner_named(learner).prepare(rows, workspace)


@ray.remote(num_cpus=1, max_calls=1, max_retries=1)
def _refit(
    learner: LearnerName, rows: TrainingRows, workspace: Workspace, params: dict[str, Any], rounds: int
) -> bytes:
    fit = learner_named(learner).load_all(rows, workspace).start(params)
    fit.advance(rounds)
    return fit.to_bytes()


def _best(log: TrialLog, errors: list[Exception]) -> TrialRecord:
    scored = [record for record in log.finished if record.curve]
    if not scored:
        raise RuntimeError("no trial finished") from (errors[0] if errors else None)
    return min(scored, key=lambda record: (record.best[1], params_key(record.params)))


def _row(record: TrialRecord) -> dict[str, Any]:
    rounds, score = record.best if record.curve else (0, None)
    return {"params": dict(record.params), "score": score, "rounds": rounds, "state": record.state}
