"""scikit-learn pipelines as skops files: a zip of JSON and arrays, able to build no other types than those listed."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import skops.io
from sklearn.base import RegressorMixin
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import Pipeline

from jobs.lib.errors import InvalidInput
from jobs.lib.model_formats import damaged, wrong_model
from jobs.lib.skops_canonical import SCHEMA_FILE, write_canonical

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobs.lib.model_formats import Matrix, NativeModel, Predictions

TRUSTED_TYPES = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.str",
        "builtins.tuple",
        "numpy.float64",
        "numpy.ndarray",
        "sklearn.ensemble._forest.RandomForestRegressor",
        "sklearn.linear_model._base.LinearRegression",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.tree._classes.DecisionTreeRegressor",
        "sklearn.tree._tree.Tree",
    }
)
"""Every type that a model file may name. skops trusts far more by default: all of scikit-learn, numpy's functions."""

TRUSTED_LOADERS = frozenset(
    {"CachedNode", "DictNode", "JsonNode", "ListNode", "NdArrayNode", "ObjectNode", "TreeNode", "TupleNode", "TypeNode"}
)
"""The skops loaders that a model file may use: those that hold data. The others call functions or methods."""


class SklearnFormat:
    """`model.skops`."""

    file_name = "model.skops"
    relative_tolerance = 1e-9

    def save(self, model: object, path: Path) -> None:
        """Takes a fitted regressor, or a pipeline that ends in one, made of `TRUSTED_TYPES` only."""
        if not isinstance(model, Pipeline | RegressorMixin):
            raise wrong_model(model, "a scikit-learn regressor or pipeline")
        write_canonical(skops.io.dumps(model), path)
        _refuse_unknown_types(path)

    def load(self, path: Path) -> NativeModel:
        """Refuses a file that names a type outside `TRUSTED_TYPES` before anything of it is built."""
        try:
            _refuse_unknown_types(path)
            model = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
            raise damaged(path, error) from error
        if not isinstance(model, Pipeline | RegressorMixin):
            raise wrong_model(model, "a scikit-learn regressor or pipeline")
        return SklearnModel(model)


class SklearnModel:
    """A loaded pipeline or regressor."""

    def __init__(self, model: Pipeline | RegressorMixin) -> None:
        self._model = model
        for step in model.named_steps.values() if isinstance(model, Pipeline) else [model]:
            if isinstance(step, RandomForestRegressor):
                # With more jobs the trees are summed in the order they finish: the last digit would differ by run.
                step.n_jobs = 1

    def predict(self, matrix: Matrix, threads: int) -> Predictions:  # noqa: ARG002 - one thread only, see n_jobs above
        """Predicts on one thread, whatever `threads` says."""
        return np.asarray(self._model.predict(matrix), dtype=np.float64)

    def feature_count(self) -> int:
        """How many columns the first step was fitted on."""
        return int(self._model.n_features_in_)

    def feature_names(self) -> list[str] | None:
        """The columns' names of the data frame it was fitted on; a model fitted on a bare matrix has none."""
        names = getattr(self._model, "feature_names_in_", None)
        return None if names is None else [str(name) for name in names]


def _refuse_unknown_types(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read(SCHEMA_FILE))
    named = set(_named_types(schema))
    unknown = sorted(name for name, loader in named if name not in TRUSTED_TYPES or loader not in TRUSTED_LOADERS)
    if unknown:
        raise InvalidInput(f"{path.name}: types", ", ".join(unknown), f"only {', '.join(sorted(TRUSTED_TYPES))}")


def _named_types(node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if "__loader__" in node:
            yield f"{node.get('__module__')}.{node.get('__class__')}", str(node["__loader__"])
        for value in node.values():
            yield from _named_types(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named_types(value)
