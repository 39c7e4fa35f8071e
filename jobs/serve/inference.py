"""What a request to a model means: JSON or CSV in, numbers out, and an error that names the feature."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from jobs.lib.errors import InvalidInput

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from jobs.lib.model import LoadedModel
    from jobs.lib.model_card import Feature

JSON, CSV = "application/json", "text/csv"


class Inference:
    """A loaded model that answers one request at a time, as the model libraries want it."""

    def __init__(self, model: LoadedModel, lock: threading.Lock) -> None:
        self._model = model
        self._features = model.card.features
        self._one_at_a_time = lock

    def answer(self, content_type: str, body: bytes) -> str:
        """The answer in the form of the request: `{"predictions": [...]}`, or a number a line.

        Raises:
            InvalidInput: naming the field, what was found and what is allowed.
        """
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidInput("body", str(error), "text in UTF-8") from error
        is_json = content_type == JSON
        instances = _json_instances(text) if is_json else self._csv_instances(text)
        predictions = self._predict(instances)
        if is_json:
            return json.dumps({"predictions": predictions})
        return "".join(f"{value!r}\n" for value in predictions)

    def _predict(self, instances: Sequence[Mapping[str, Any]]) -> list[float]:
        columns = {feature.name: _column(feature, instances) for feature in self._features}
        with self._one_at_a_time:
            return [float(value) for value in self._model.predict(columns)]

    def _csv_instances(self, text: str) -> list[dict[str, str]]:
        """Rows in the order of the model's features, or in that of a header that names them."""
        names = self._model.card.feature_names
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)) if row]
        header = names
        if rows and set(rows[0]) >= set(names):
            header, rows = rows[0], rows[1:]
        if not rows:
            raise InvalidInput("body", "no rows", "at least one row")
        for number, row in enumerate(rows):
            if len(row) != len(header):
                raise InvalidInput(f"row {number + 1}", f"{len(row)} values", f"{len(header)}: {', '.join(header)}")
        return [dict(zip(header, row, strict=True)) for row in rows]


def _json_instances(text: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidInput("body", f"not JSON: {error}", '{"instances": [{"feature": 1.5}]}') from error
    instances = document.get("instances") if isinstance(document, dict) else None
    if not isinstance(instances, list) or not instances:
        raise InvalidInput("instances", instances, "a list of at least one object, each with the features by name")
    for number, instance in enumerate(instances):
        if not isinstance(instance, dict):
            raise InvalidInput(f"instances[{number}]", instance, "an object with the features by name")
    return instances


def _column(feature: Feature, instances: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    values = np.empty(len(instances), dtype=np.float64)
    for number, instance in enumerate(instances):
        field = f"instances[{number}].{feature.name}"
        if feature.name not in instance:
            raise InvalidInput(field, "nothing", f"a number ({feature.type})")
        values[number] = _number(field, instance[feature.name])
    return values


def _number(field: str, value: Any) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) else float("nan")
    except (ValueError, OverflowError):
        number = float("nan")
    if not np.isfinite(number):
        raise InvalidInput(field, value, "a finite number")
    return number
