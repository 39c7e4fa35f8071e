"""Imports a booster's library without the data-frame and estimator libraries that it would pull in.

LightGBM 4.7 and XGBoost 3.2 import pandas and scikit-learn wherever they are installed, for conveniences that inference
on arrays never touches. Measured (Python 3.11): 188 MB and 1.1 s with them, 94 MB and 0.2 s without.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobs.lib.model_card import ModelFormat

OPTIONAL_LIBRARIES = ("pandas", "sklearn")
LIBRARY: dict[ModelFormat, str] = {"lightgbm-text": "lightgbm", "xgboost-json": "xgboost"}


def import_lean(model_format: ModelFormat) -> None:
    """Imports the library of `model_format`, for a process that predicts and does not train.

    Does nothing for scikit-learn models. What another module has imported already stays as it is; pandas and
    scikit-learn themselves can be imported afterwards as ever, only the booster's own wrappers for them are missing.
    """
    library = LIBRARY.get(model_format)
    if library is not None:
        with _hidden(OPTIONAL_LIBRARIES):
            importlib.import_module(library)


@contextmanager
def _hidden(names: tuple[str, ...]) -> Iterator[None]:
    """Lets `import name` fail inside the block, as if it were not installed: Python's own meaning of a None entry."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # documented by the import system, unknown to typeshed
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
