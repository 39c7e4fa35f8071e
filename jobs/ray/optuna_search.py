"""The default search: Optuna suggests, Ray Tune runs, ASHA stops the weak early; every trial sees all training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import WorkerCrashedError

from jobs.lib.contract import Salvaged
from jobs.lib.errors import describe_failure
from jobs.ray.candidate import Candidate
from jobs.ray.experiment import run_experiment
from jobs.ray.hosts import share
from jobs.ray.learners.learner import Workspace
from jobs.ray.learners.registry import learner_named
from jobs.ray.memory_plan import plan_memory
from jobs.ray.pulse import beating
from jobs.ray.ray_cluster import ray_cluster
from jobs.ray.sample import draw_sample, sample_of
from jobs.ray.search_outcome import SearchOutcome
from jobs.ray.trial import TrialPlan, split_params
from jobs.ray.trial_log import TrialLog, TrialRecord, params_key
from jobs.ray.tune_session import SESSION, Session

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.lib.job import Job
    from jobs.ray.survey import Survey
    from jobs.ray.training_rows import TrainingRows
    from jobs.ray.tune_params import LearnerName, TuneParams, TuneSettings

# Names of the work beside the trials.
BINNING = "binning the rows"
LAST_FIT = "the final model"


def search_with_optuna(job: Job, params: TuneParams, settings: TuneSettings, found: Survey) -> SearchOutcome:
    """Searches on a Ray of its own, then fits the best candidate on all rows, those that validated included.

    With one trial at a time the whole search is repeatable, also across crashes. With more, each trial is, but which
    ones Optuna suggests and ASHA stops depends on who finishes first.

    A trial that any attempt finished is never run again, whatever the levers were: fewer bins or a sample only change
    what is still to be done, the last fit included.

    Raises:
        JobMemoryExceeded: one trial cannot fit, or the kernel killed one at the job's memory limit.
        ray.exceptions.OutOfMemoryError: Ray's monitor killed the only trial that ran; the next attempt restores.
        TrialStalled: a process hung twice.
    """
    survey = draw_sample(found, settings.sample_share)
    plan = plan_memory(survey.training_count, len(params.features), job.resources, settings)
    folder = job.scratch / "search"
    rows_folder = folder / f"rows-{settings.histogram_bins}-{survey.training_rows.share:g}"
    workspace = Workspace(rows_folder, settings.histogram_bins, plan.threads, params.seed)
    session = Session(
        log=TrialLog(folder / "trials.jsonl"),
        progress=job.progress,
        trials=params.trials,
        concurrent_trials=plan.concurrent_trials,
        note=plan.because,
        histogram_bins=settings.histogram_bins,
        sample_share=survey.training_rows.share,
        pulse=folder / ".pulse",
    )
    with session.active():
        while True:
            session.begin("starting Ray")
            try:
                with ray_cluster(session.concurrent_trials, job.scratch):
                    return _search(folder, params, survey, workspace)
            except Exception as error:
                if session.verdict is not None:
                    raise session.verdict from None
                # Ray ends the whole experiment when its monitor kills one trial, though all that was finished is kept.
                # Its newest trial is killed, not its largest: with fewer at a time the same ones may well fit.
                if session.concurrent_trials == 1 or describe_failure(error)["errorClass"] != "OutOfMemoryError":
                    raise
                session.concurrent_trials //= 2
                session.curves.clear()  # of trials that now begin anew
                session.note = f"{session.concurrent_trials} at a time since Ray's memory monitor killed one"


def _search(folder: Path, params: TuneParams, survey: Survey, workspace: Workspace) -> SearchOutcome:
    session = SESSION.get()
    log, rows = session.log, survey.training_rows
    before = log.finished
    share({*rows.fit_files, *rows.validation_files}, folder.parent)
    if len(before) < params.trials:
        session.begin("binning the training rows")
        _wait(BINNING, [_prepare.remote(name, rows, workspace, session.pulse) for name in params.learners])
    session.begin("searching")
    curves = {params_key(record.params): record.curve for record in before}
    errors = run_experiment(folder, params, TrialPlan(rows, workspace, session.pulse, curves))
    best = _best(log, errors)
    session.begin("fitting the best on all rows" if rows.share == 1 else "fitting the best on a sample")
    learner, own_params = split_params(best.params)
    rounds, score = best.best
    [content] = _wait(LAST_FIT, [_refit.remote(learner, rows, workspace, session.pulse, own_params, rounds)])
    return SearchOutcome(
        Candidate(
            model=learner_named(learner).from_bytes(content),
            model_format=learner_named(learner).model_format,
            learner=learner,
            params={**own_params, "rounds": rounds, "histogramBins": workspace.max_bin},
            seed=params.seed,
            sampled=sample_of(rows),
        ),
        score=score,
        trials=[_row(record) for record in log.records],
        salvaged=Salvaged(session.found_finished, len(log.finished) - session.found_finished, "trials"),
    )


def _wait(work: str, tasks: list[Any]) -> list[Any]:
    try:
        return list(ray.get(tasks))
    except WorkerCrashedError as error:  # Tune sees to the processes of trials, nobody to those of tasks
        SESSION.get().judge(work, error, for_good=True)
        raise


# Each in a process of its own that ends with it: binning and the last fit must not stay in memory beside the trials.
@ray.remote(num_cpus=1, max_calls=1, max_retries=1)
def _prepare(learner: LearnerName, rows: TrainingRows, workspace: Workspace, pulse: Path) -> None:
    with beating(pulse, BINNING, 0):
        learner_named(learner).prepare(rows, workspace)


@ray.remote(num_cpus=1, max_calls=1, max_retries=1)
def _refit(
    learner: LearnerName, rows: TrainingRows, workspace: Workspace, pulse: Path, params: dict[str, Any], rounds: int
) -> bytes:
    with beating(pulse, LAST_FIT, rounds) as on_round:
        learner_named(learner).prepare(rows, workspace)  # with other bins than the trials had, perhaps
        fit = learner_named(learner).load_all(rows, workspace).start(params)
        fit.advance(rounds, on_round)
        return fit.to_bytes()


def _best(log: TrialLog, errors: list[Exception]) -> TrialRecord:
    scored = [record for record in log.finished if record.curve]
    if not scored:
        raise RuntimeError("no trial finished") from (errors[0] if errors else None)
    return min(scored, key=lambda record: (record.best[1], params_key(record.params)))


def _row(record: TrialRecord) -> dict[str, Any]:
    rounds, score = record.best if record.curve else (0, None)
    return {
        "params": dict(record.params),
        "score": score,
        "rounds": rounds,
        "state": record.state,
        "histogramBins": record.histogram_bins,
        "sampleShare": record.sample_share,
    }
