"""LightGBM boosters as LightGBM's own text format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lightgbm as lgb
import numpy as np

from jobs.lib.model_formats import damaged, wrong_model

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.lib.model_formats import Matrix, NativeModel, Predictions

SIZES_FIELD = "\ntree_sizes="
END_OF_TREES = "end of trees\n"


class LightGbmFormat:
    """`model.txt`, written by `Booster.save_model`."""

    file_name = "model.txt"
    relative_tolerance = 1e-9

    def save(self, model: object, path: Path) -> None:
        """Takes a `lightgbm.Booster` or a fitted scikit-learn wrapper of one."""
        booster = model.booster_ if isinstance(model, lgb.LGBMModel) else model
        if not isinstance(booster, lgb.Booster):
            raise wrong_model(model, "a lightgbm.Booster")
        booster.save_model(path)

    def load(self, path: Path) -> NativeModel:
        """Reads the text, after a look whether all its trees are there."""
        try:
            text = path.read_text(encoding="utf-8")
            _require_all_trees(path, text)
            return LightGbmModel(lgb.Booster(model_str=text))
        except (lgb.basic.LightGBMError, ValueError) as error:
            raise damaged(path, error) from error


class LightGbmModel:
    """A loaded booster."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._booster = booster

    def predict(self, matrix: Matrix, threads: int) -> Predictions:
        """Each row's trees are summed in order by one thread, so `threads` does not change a bit."""
        return np.asarray(self._booster.predict(matrix, num_threads=threads), dtype=np.float64)

    def feature_count(self) -> int:
        """How many columns the booster was trained on."""
        return int(self._booster.num_feature())

    def feature_names(self) -> list[str] | None:
        """The names the booster was trained with."""
        return list(self._booster.feature_name())


def _require_all_trees(path: Path, text: str) -> None:
    """LightGBM 4.7 does not check: it reads past the end of a text that was cut off, and the process dies."""
    _, _, rest = text.partition(SIZES_FIELD)
    sizes, _, trees = rest.partition("\n\n")
    expected = sum(int(size) for size in sizes.split())
    if expected == 0 or trees.encode().find(END_OF_TREES.encode()) != expected:
        raise damaged(path, f"not the {expected} bytes of trees that its header announces")
