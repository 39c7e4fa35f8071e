"""The training data of a job: opened and checked, and surveyed once over all of its attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.lib.datasets import Dataset
from jobs.lib.model_card import FEATURE_TYPES
from jobs.ray.survey import Survey, survey
from jobs.ray.survey_file import remembered_survey

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.lib.job import Job
    from jobs.ray.training_columns import TrainingColumns

TARGET_TYPES = tuple(one for one in FEATURE_TYPES if one != "bool")


def open_training(job: Job, params: TrainingColumns) -> Dataset:
    """The input `train`.

    Raises:
        InvalidInput: it has no rows, or a column is missing or of a type that is no number.
    """
    train = Dataset.open(job.dataset("train"), "inputs.train").require_rows()
    return train.require({**dict.fromkeys(params.features, FEATURE_TYPES), params.target: TARGET_TYPES})


def surveyed(job: Job, train: Dataset, params: TrainingColumns) -> Survey:
    """What one pass over `train` finds; an attempt that follows does not read it again."""

    def read(folder: Path) -> Survey:
        return survey(
            train,
            params,
            folder,
            lambda rows: job.progress.update(rows, train.rows, "rows", "reading the training rows"),
        )

    return remembered_survey(job.scratch / "survey", read)
