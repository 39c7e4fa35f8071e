"""The published report's search, really distributed: 8 random forests x 3 folds = 24 fits, each a Ray task.

A Ray Tune trial a fit would take thirteen times as long as the fit; plain tasks cost next to nothing.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import ray
from ray.exceptions import WorkerCrashedError
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from jobs.lib.contract import Salvaged
from jobs.lib.files import atomic_write_json
from jobs.ray.candidate import Candidate
from jobs.ray.grid_fits import CANDIDATES, FOLDS, FOREST_SEED, fit_forest, fold_mse
from jobs.ray.kernel_kills import JobMemoryExceeded, KernelKills
from jobs.ray.pulse import beating
from jobs.ray.ray_cluster import ray_cluster
from jobs.ray.search_outcome import SearchOutcome
from jobs.ray.trial_watch import TrialWatch

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from jobs.lib.datasets import Dataset
    from jobs.lib.job import Job
    from jobs.lib.progress import Progress
    from jobs.ray.tune_params import TuneParams, TuneSettings

BATCH_ROWS = 65_536

Fit = tuple[int, int]
"""Candidate and fold, both counted from 0."""


def search_report_grid(job: Job, params: TuneParams, settings: TuneSettings, train: Dataset) -> SearchOutcome:
    """Runs the grid on a Ray of its own and fits the best candidate on the whole of `train`.

    Raises:
        JobMemoryExceeded: the kernel killed a fit at the job's memory limit.
    """
    matrix, target = _arrays(train, params)
    scaler = StandardScaler().fit(matrix)
    scaled = scaler.transform(matrix)
    folder = job.scratch / "fits"
    known = _known_fits(folder)
    job.progress.update(len(known), len(CANDIDATES) * FOLDS, "trials", "starting Ray")
    concurrency = settings.concurrency or job.resources.whole_cpus
    threads = settings.threads or 1
    with ray_cluster(concurrency, job.scratch):
        grid = GridFits(folder, concurrency, threads, job.progress)
        scores = grid.run(scaled, target, known)
    means = [float(np.mean([scores[candidate, fold] for fold in range(FOLDS)])) for candidate in range(len(CANDIDATES))]
    best = int(np.argmin(means))
    job.progress.update(len(scores), len(scores), "trials", "fitting the best on all rows")
    forest = fit_forest(scaled, target, CANDIDATES[best], threads)
    return SearchOutcome(
        Candidate(
            model=Pipeline([("scaler", scaler), ("forest", forest)]),
            model_format="sklearn-skops",
            learner="random-forest",
            params=dict(CANDIDATES[best]),
            seed=FOREST_SEED,
        ),
        score=means[best],
        trials=[
            {
                "params": {"learner": "random-forest", **one},
                "score": mean,
                "rounds": one["n_estimators"],
                "state": "completed",
            }
            for one, mean in zip(CANDIDATES, means, strict=True)
        ],
        salvaged=Salvaged(len(known), len(scores) - len(known), "trials"),
    )


def _arrays(train: Dataset, params: TuneParams) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    columns = (*params.features, params.target)
    batches = list(train.batches(columns, BATCH_ROWS))
    values = [
        np.concatenate([batch.column(name).to_numpy(zero_copy_only=False) for batch in batches]).astype(np.float64)
        for name in columns
    ]
    return np.column_stack(values[:-1]), values[-1]


@dataclass(frozen=True, slots=True)
class GridFits:
    """The fits as Ray tasks.

    Attributes:
        folder: where each finished one is kept.
        concurrency: fits at a time.
        threads: of one fit.
        progress: told after each.
    """

    folder: Path
    concurrency: int
    threads: int
    progress: Progress

    def run(
        self, matrix: NDArray[np.float64], target: NDArray[np.float64], known: dict[Fit, float]
    ) -> dict[Fit, float]:
        """All 24 mean squared errors: the `known` ones, and those fitted now.

        Each new one is in the folder before the next is waited for.
        """
        scores = dict(known)
        missing = [fit for fit in itertools.product(range(len(CANDIDATES)), range(FOLDS)) if fit not in known]
        missing.sort(key=lambda fit: CANDIDATES[fit[0]]["n_estimators"])  # taken from the end: long ones first
        data = ray.put((matrix, target))  # once, for all tasks
        pending: dict[Any, Fit] = {}
        kills = KernelKills()
        with TrialWatch(self._pulse, lambda _, quiet: self._tell(len(scores), quiet)) as watch:
            while missing or pending:
                while missing and len(pending) < self.concurrency:
                    fit = missing.pop()
                    pending[_fit_fold.remote(data, fit, self.threads, self._pulse)] = fit
                self._tell(len(scores))
                [finished], _ = ray.wait(list(pending))
                fit = pending.pop(finished)
                try:
                    mse = ray.get(finished)
                except WorkerCrashedError as error:
                    if kills.count():
                        raise JobMemoryExceeded("the kernel killed a fit at the job's memory limit") from error
                    watch.require_alive(_name(fit), error)
                    raise
                record = {"params": CANDIDATES[fit[0]], "fold": fit[1], "mse": mse}
                atomic_write_json(_file(self.folder, *fit), record)
                scores[fit] = mse
        return scores

    @property
    def _pulse(self) -> Path:
        return self.folder / ".pulse"

    def _tell(self, done: int, quiet: str | None = None) -> None:
        message = "; ".join(filter(None, ["cross-validating 8 forests on 3 folds", quiet]))
        self.progress.update(done, len(CANDIDATES) * FOLDS, "trials", message)


@ray.remote(num_cpus=1, max_retries=1)
def _fit_fold(data: tuple[NDArray[np.float64], NDArray[np.float64]], fit: Fit, threads: int, pulse: Path) -> float:
    candidate, fold = fit
    with beating(pulse, _name(fit), 0):
        return fold_mse(*data, CANDIDATES[candidate], fold, threads)


def _name(fit: Fit) -> str:
    return f"candidate-{fit[0]}-fold-{fit[1]}"


def _known_fits(folder: Path) -> dict[Fit, float]:
    folder.mkdir(parents=True, exist_ok=True)
    files = {fit: _file(folder, *fit) for fit in itertools.product(range(len(CANDIDATES)), range(FOLDS))}
    return {fit: float(json.loads(file.read_bytes())["mse"]) for fit, file in files.items() if file.is_file()}


def _file(folder: Path, candidate: int, fold: int) -> Path:
    return folder / f"{_name((candidate, fold))}.json"
