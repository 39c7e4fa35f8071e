"""The model that a search hands on: a model folder with its card."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from jobs.lib.model import golden_predictions, save_model
from jobs.lib.model_card import Feature, ModelCard, ModelFormat, TrainingSnapshot

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.lib.datasets import Dataset
    from jobs.lib.model_card import Sample
    from jobs.ray.survey import Survey
    from jobs.ray.training_columns import TrainingColumns

# Distributions whose version decides what a model file of each format says.
TRAINED_BY: dict[ModelFormat, tuple[str, ...]] = {
    "lightgbm-text": ("lightgbm",),
    "xgboost-json": ("xgboost-cpu",),
    "sklearn-skops": ("scikit-learn", "skops"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted model and how it came about.

    Attributes:
        model: as `jobs.lib.model.save_model` takes it.
        sampled: the part of the rows that the model was fitted on; None if on all.
    """

    model: object
    model_format: ModelFormat
    learner: str
    params: dict[str, Any]
    seed: int
    sampled: Sample | None = None


def write_candidate(
    candidate: Candidate, folder: Path, *, train: Dataset, manifest_sha256: str, params: TrainingColumns, survey: Survey
) -> None:
    """Writes the model folder and reads it back, golden predictions and all.

    Args:
        candidate: what was found.
        folder: to be created.
        train: the training data, for the features' types.
        manifest_sha256: of the training data.
        params: of the stage.
        survey: of the training data.
    """
    features = tuple(Feature(name, str(train.schema.field(name).type)) for name in params.features)
    golden_rows = {name: np.asarray(values) for name, values in survey.golden_rows.items()}
    folder.mkdir(parents=True, exist_ok=True)
    card = ModelCard(
        format=candidate.model_format,
        learner=candidate.learner,
        features=features,
        target=params.target,
        params=candidate.params,
        seed=candidate.seed,
        training_snapshot=TrainingSnapshot(
            manifest_sha256, survey.rows if candidate.sampled is None else candidate.sampled.rows
        ),
        versions={"python": platform.python_version(), "numpy": np.__version__}
        | {name: version(name) for name in TRAINED_BY[candidate.model_format]},
        target_mean=survey.target_mean,
        golden=golden_predictions(candidate.model, candidate.model_format, golden_rows, folder),
        training_profile=survey.profile,
        sampled=candidate.sampled,
    )
    save_model(folder, candidate.model, card)
