"""The native formats a model is kept in, one small adapter each. Never pickle: a model file is data, it runs no code.

Libraries are imported on first use: predicting with LightGBM must not pay memory and start-up time of scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobs.lib.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from jobs.lib.model_card import ModelFormat

    Matrix = NDArray[np.float64]
    Predictions = NDArray[np.float64]


class NativeModel(Protocol):
    """A model of one library behind the three things we ask of it."""

    def predict(self, matrix: Matrix, threads: int) -> Predictions:
        """One prediction a row; a row's prediction depends on that row alone, and not on `threads`."""

    def feature_count(self) -> int:
        """How many columns the matrix must have."""

    def feature_names(self) -> list[str] | None:
        """The columns' names in order, or None where the format does not keep them."""


class FormatAdapter(Protocol):
    """How one library's models become a file and come back.

    Attributes:
        file_name: of the model file.
        relative_tolerance: how far a golden prediction may move between two machines: the library's own rounding.
    """

    file_name: str
    relative_tolerance: float

    def save(self, model: object, path: Path) -> None:
        """Writes `model`; the same model gives the same bytes. InvalidInput for a model of another library."""

    def load(self, path: Path) -> NativeModel:
        """Reads a model. InvalidInput for a file that is damaged or holds anything but a model."""


def adapter_for(model_format: ModelFormat) -> FormatAdapter:
    """The adapter of a format; imports its library."""
    match model_format:
        case "lightgbm-text":
            from jobs.lib.model_lightgbm import LightGbmFormat

            return LightGbmFormat()
        case "xgboost-json":
            from jobs.lib.model_xgboost import XgboostFormat

            return XgboostFormat()
        case "sklearn-skops":
            from jobs.lib.model_sklearn import SklearnFormat

            return SklearnFormat()


def wrong_model(model: object, needed: str) -> InvalidInput:
    """The error for a model object that the format cannot hold."""
    return InvalidInput("model", f"{type(model).__module__}.{type(model).__qualname__}", needed)


def damaged(path: Path, reason: object) -> InvalidInput:
    """The error for a model file that its library cannot read."""
    return InvalidInput(path.name, f"unreadable: {reason}", "a whole model file")
