"""What the tune job is asked to do, and the levers that change how it does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jobs.lib.params import require
from jobs.ray.training_columns import require_columns

LearnerName = Literal["lightgbm", "xgboost", "random-forest"]

MAX_TRIALS = 10_000
MIN_BINS, MAX_BINS = 15, 255  # above 255 LightGBM needs two bytes a value: twice the memory for nothing here


def require_coarseness(histogram_bins: int, sample_share: float) -> None:
    """Refuses, from within `__post_init__`, levers that would leave nothing to learn from."""
    require(MIN_BINS <= histogram_bins <= MAX_BINS, "histogram_bins", histogram_bins, f"{MIN_BINS} to {MAX_BINS}")
    require(0 < sample_share <= 1, "sample_share", sample_share, "more than 0, at most 1")


@dataclass(frozen=True, slots=True)
class TuneParams:
    """Stage parameters: part of the stage key.

    Attributes:
        search: `report-grid` is the published 8 candidates x 3 folds; `optuna` is Optuna's sampler with ASHA.
        learners: what `optuna` may choose from; `report-grid` is a random forest whatever stands here.
        trials: candidates that `optuna` tries.
        seed: of the sampler, the validation split and the learners. `report-grid` has its own, published one.
        target: the column to predict.
        features: the columns to predict it from, in model order.
    """

    search: Literal["report-grid", "optuna"] = "optuna"
    learners: tuple[LearnerName, ...] = ("lightgbm",)
    trials: int = 20
    seed: int = 42
    target: str = "salary"
    features: tuple[str, ...] = ("age", "is_active", "tenure_days")

    def __post_init__(self) -> None:
        require(bool(self.learners), "learners", [], "at least one learner")
        require(len(set(self.learners)) == len(self.learners), "learners", self.learners, "each learner once")
        require(1 <= self.trials <= MAX_TRIALS, "trials", self.trials, f"1 to {MAX_TRIALS}")
        require_columns(self)


@dataclass(frozen=True, slots=True)
class TuneSettings:
    """Levers. 0 leaves the choice to the memory plan.

    Attributes:
        concurrency: trials that run at the same time, at most; the plan may allow fewer.
        threads: of one trial.
        histogram_bins: histogram bins a feature. Fewer make a coarser model, so it is pulled late.
        sample_share: of the training rows that models are fitted on; said in the result when it is not all of them.
    """

    concurrency: int = 0
    threads: int = 0
    histogram_bins: int = MAX_BINS
    sample_share: float = 1.0

    def __post_init__(self) -> None:
        require(self.concurrency >= 0, "concurrency", self.concurrency, "0 or more")
        require(self.threads >= 0, "threads", self.threads, "0 or more")
        require_coarseness(self.histogram_bins, self.sample_share)
