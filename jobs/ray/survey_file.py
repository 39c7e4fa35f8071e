"""The survey kept in scratch, so that a later attempt does not read the training data again."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.lib.files import atomic_write_json
from jobs.lib.model_card import FeatureProfile
from jobs.ray.survey import Survey
from jobs.ray.training_rows import TrainingRows

if TYPE_CHECKING:
    from collections.abc import Callable


def remembered_survey(folder: Path, make: Callable[[Path], Survey]) -> Survey:
    """The survey kept in `folder` if the files it speaks of are still there, else what `make(folder)` finds, kept."""
    path = folder / "survey.json"
    found = _read(path) if path.is_file() else None
    if found is None:
        folder.mkdir(parents=True, exist_ok=True)
        found = make(folder)
        atomic_write_json(path, dataclasses.asdict(found))
    return found


def _read(path: Path) -> Survey | None:
    kept = json.loads(path.read_bytes())
    rows = kept["training_rows"]
    for name in ("features", "fit_files", "validation_files"):
        rows[name] = tuple(rows[name])
    training_rows = TrainingRows(**rows)
    profile = {name: FeatureProfile(**values) for name, values in kept["profile"].items()}
    files = {*training_rows.fit_files, *training_rows.validation_files}
    if not all(Path(file).is_file() for file in files):
        return None
    return Survey(**{**kept, "profile": profile, "training_rows": training_rows})
