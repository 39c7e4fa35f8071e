"""Model folders: a native model file and its card, checked whenever they are loaded.

folder/
    model.json     the card: features and types, parameters, training snapshot, five golden predictions (`ModelCard`)
    model.txt      LightGBM text, or booster.json (XGBoost JSON), or model.skops (scikit-learn)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from jobs.lib.errors import InvalidInput
from jobs.lib.files import sha256_file
from jobs.lib.model_card import CARD_FILE, GoldenPrediction, ModelCard, ModelFile, read_card, write_card
from jobs.lib.model_features import feature_columns, to_matrix
from jobs.lib.model_formats import adapter_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jobs.lib.model_card import ModelFormat
    from jobs.lib.model_features import Columns, Values
    from jobs.lib.model_formats import NativeModel, Predictions


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model whose file, signature and golden predictions have been checked."""

    card: ModelCard
    native: NativeModel
    folder: Path

    def predict(self, columns: Columns, threads: int = 1) -> Predictions:
        """One prediction a row, in row order, as doubles.

        Args:
            columns: a record batch (types must be the card's) or arrays by name; other columns are ignored.
            threads: for speed only; they change no bit of the answer.

        Raises:
            InvalidInput: naming a column that is missing, of another type, or has nulls or NaNs.
        """
        return self.native.predict(to_matrix(feature_columns(self.card.features, columns)), threads)


def save_model(folder: Path, model: object, card: ModelCard) -> LoadedModel:
    """Writes a model folder and returns the model as re-read and re-checked from there.

    So a model that does not survive its own format is found now and not in production.

    Args:
        folder: created if absent.
        model: a `lightgbm.Booster`, an `xgboost.Booster`, or a scikit-learn pipeline or regressor.
        card: with `golden` made by `golden_predictions`; `file` is filled in here.

    Raises:
        InvalidInput: a model that `card.format` cannot hold, or that is not the one its card describes.
    """
    adapter = adapter_for(card.format)
    folder.mkdir(parents=True, exist_ok=True)
    adapter.save(model, folder / adapter.file_name)
    write_card(folder, replace(card, file=_describe(folder / adapter.file_name)))
    return load_model(folder)


def load_model(folder: Path) -> LoadedModel:
    """Reads and checks a model folder.

    Raises:
        InvalidInput: naming what differs: the model file is not the one the card vouches for, its signature is not the
            card's, or a golden prediction comes out differently.
    """
    card = read_card(folder)
    adapter = adapter_for(card.format)
    path = folder / adapter.file_name
    _check_file(path, card.file)
    model = LoadedModel(card, adapter.load(path), folder)
    _check_signature(model)
    _check_golden(model, adapter.relative_tolerance)
    return model


def golden_predictions(
    model: object, model_format: ModelFormat, rows: Mapping[str, Values], scratch: Path
) -> tuple[GoldenPrediction, ...]:
    """The card's golden predictions, as the model says them once it has been written and read back.

    Args:
        model: as for `save_model`.
        model_format: as in the card.
        rows: the features' values of the golden rows, in matrix order.
        scratch: a folder; the file written there is removed again.
    """
    adapter = adapter_for(model_format)
    path = scratch / f".golden-{adapter.file_name}"
    try:
        adapter.save(model, path)
        predictions = adapter.load(path).predict(to_matrix(list(rows.values())), 1)
    finally:
        path.unlink(missing_ok=True)
    return tuple(
        GoldenPrediction({name: float(values[row]) for name, values in rows.items()}, float(prediction))
        for row, prediction in enumerate(predictions)
    )


def _describe(path: Path) -> ModelFile:
    return ModelFile(path.name, path.stat().st_size, sha256_file(path))


def _check_file(path: Path, expected: ModelFile | None) -> None:
    if expected is None or expected.path != path.name:
        raise InvalidInput(f"{CARD_FILE}.file", expected and expected.path, f"{path.name}, by its format")
    if not path.is_file():
        raise InvalidInput(path.name, "no such file", f"the model file that {CARD_FILE} names")
    found = _describe(path)
    if found.bytes != expected.bytes:
        raise InvalidInput(path.name, f"{found.bytes} bytes", f"{expected.bytes} bytes, as {CARD_FILE} says")
    if found.sha256 != expected.sha256:
        raise InvalidInput(path.name, f"sha256 {found.sha256}", f"sha256 {expected.sha256}, as {CARD_FILE} says")


def _check_signature(model: LoadedModel) -> None:
    needed, count, names = model.card.feature_names, model.native.feature_count(), model.native.feature_names()
    if count != len(needed):
        raise InvalidInput(f"{CARD_FILE}.features", needed, f"{count} features, as the model file has")
    if names is not None and names != needed:
        raise InvalidInput(f"{CARD_FILE}.features", needed, f"{names}, as the model file has them")


def _check_golden(model: LoadedModel, relative_tolerance: float) -> None:
    golden = model.card.golden
    columns = {name: np.array([row.features[name] for row in golden]) for name in model.card.feature_names}
    for number, (expected, found) in enumerate(zip(golden, model.predict(columns), strict=True)):
        if not math.isclose(expected.prediction, found, rel_tol=relative_tolerance):
            field = f"{CARD_FILE}.golden[{number}].prediction"
            raise InvalidInput(field, expected.prediction, f"{float(found)!r}, as the model file predicts")
