"""What a model folder says about itself: the card, kept as `model.json` beside the native model file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from jobs.lib.errors import InvalidInput
from jobs.lib.files import atomic_write_json
from jobs.lib.params import parse_params, require

CARD_FILE = "model.json"
CARD_VERSION = 1
GOLDEN_ROWS = 5

ModelFormat = Literal["lightgbm-text", "xgboost-json", "sklearn-skops"]
FORMATS: tuple[ModelFormat, ...] = get_args(ModelFormat)

FEATURE_TYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float", "double")
"""Column types (as `str(pyarrow type)`) that a feature may have: numbers, which become doubles for the model."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One input column of a model; the order of the features is the order of the matrix columns."""

    name: str
    type: str

    def __post_init__(self) -> None:
        require(self.type in FEATURE_TYPES, "type", self.type, " or ".join(FEATURE_TYPES))


@dataclass(frozen=True, slots=True)
class GoldenPrediction:
    """One row and what the model said about it when it was saved; computed again at every load."""

    features: dict[str, float]
    prediction: float


@dataclass(frozen=True, slots=True)
class TrainingSnapshot:
    """The data set the model was trained on: its manifest's sha256 and the rows used."""

    manifest_sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class FeatureProfile:
    """How one feature looked in training: the reference for drift. `quantiles` maps "0.25" and the like to values."""

    min: float
    max: float
    mean: float
    quantiles: dict[str, float]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The native model file that the card vouches for."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The part of the training data that a model was fitted on: the share asked for and the rows that it came to."""

    share: float
    rows: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything about a model but its numbers. No clock and no machine: the same training gives the same card.

    Attributes:
        format: of the native model file.
        learner: the algorithm, e.g. `lightgbm` or `random-forest`.
        features: in matrix order.
        target: the column that is predicted.
        params: the learner's parameters.
        seed: of the training.
        training_snapshot: what the model was trained on.
        versions: of the libraries that trained it.
        target_mean: training mean of the target: the naive baseline that every model is held against.
        golden: five rows with their predictions, made by `jobs.lib.model.golden_predictions`.
        training_profile: by feature; a feature may be left out.
        sampled: if memory forced the training to leave rows out; None when it saw all of its snapshot's.
        file: filled in by `jobs.lib.model.save_model`.
        metrics: the evaluation beside its baselines; filled in by the store job.
        candidate_sha256: manifest of the candidate that a stored model was made from; filled in by the store job.
        version: of this format.
    """

    format: ModelFormat
    learner: str
    features: tuple[Feature, ...]
    target: str
    params: dict[str, Any]
    seed: int
    training_snapshot: TrainingSnapshot
    versions: dict[str, str]
    target_mean: float
    golden: tuple[GoldenPrediction, ...]
    training_profile: dict[str, FeatureProfile] = field(default_factory=dict)
    sampled: Sample | None = None
    file: ModelFile | None = None
    metrics: dict[str, Any] | None = None
    candidate_sha256: str | None = None
    version: int = CARD_VERSION

    def __post_init__(self) -> None:
        names = self.feature_names
        require(self.version == CARD_VERSION, "version", self.version, str(CARD_VERSION))
        require(0 < len(names) == len(set(names)), "features", names, "one feature or more, each name once")
        require(len(self.golden) == GOLDEN_ROWS, "golden", f"{len(self.golden)} predictions", f"{GOLDEN_ROWS}")
        for number, row in enumerate(self.golden):
            require(set(row.features) == set(names), f"golden[{number}].features", row.features, f"exactly {names}")

    @property
    def feature_names(self) -> list[str]:
        """The features' names in matrix order."""
        return [feature.name for feature in self.features]

    def to_json(self) -> dict[str, Any]:
        """The card as it stands in `model.json`."""
        return {
            "version": self.version,
            "format": self.format,
            "learner": self.learner,
            "features": [{"name": feature.name, "type": feature.type} for feature in self.features],
            "target": self.target,
            "params": self.params,
            "seed": self.seed,
            "trainingSnapshot": {
                "manifestSha256": self.training_snapshot.manifest_sha256,
                "rows": self.training_snapshot.rows,
            },
            "versions": self.versions,
            "targetMean": self.target_mean,
            "trainingProfile": {
                name: {"min": one.min, "max": one.max, "mean": one.mean, "quantiles": one.quantiles}
                for name, one in self.training_profile.items()
            },
            "sampled": self.sampled and {"share": self.sampled.share, "rows": self.sampled.rows},
            "golden": [{"features": row.features, "prediction": row.prediction} for row in self.golden],
            "file": self.file and {"path": self.file.path, "bytes": self.file.bytes, "sha256": self.file.sha256},
            "metrics": self.metrics,
            "candidateSha256": self.candidate_sha256,
        }


def write_card(folder: Path, card: ModelCard) -> None:
    """Writes `model.json` into `folder`."""
    atomic_write_json(folder / CARD_FILE, card.to_json())


def read_card(folder: Path) -> ModelCard:
    """The card in `folder`.

    Raises:
        InvalidInput: no card, not JSON, or a field that is missing, unknown, of the wrong type or out of range.
    """
    try:
        document = json.loads((folder / CARD_FILE).read_bytes())
    except FileNotFoundError as error:
        raise InvalidInput(CARD_FILE, "no such file", f"the card of the model in {folder}") from error
    except ValueError as error:
        raise InvalidInput(CARD_FILE, f"not JSON: {error}", "a JSON object") from error
    return parse_params(ModelCard, document, CARD_FILE)
