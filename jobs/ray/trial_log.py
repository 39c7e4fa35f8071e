"""Finished trials in one file of JSON lines, each on disk the moment it finished; a later attempt reads it first."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TrialState = Literal["completed", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One finished trial.

    Attributes:
        params: learner and hyperparameters, as suggested.
        curve: (boosting rounds or trees, mean squared error on the validation rows), at each report.
        state: `completed` all rounds, `stopped` early by ASHA, or `failed`.
        histogram_bins, sample_share: the lever values it ran with. Attempts may differ in them; a finished trial counts
            whatever they were, for its error was measured on the same validation rows.
        error: class of the failure.
    """

    params: Mapping[str, Any]
    curve: tuple[tuple[int, float], ...]
    state: TrialState
    histogram_bins: int
    sample_share: float
    error: str | None = None

    @property
    def best(self) -> tuple[int, float]:
        """The point of the curve with the lowest error, the earliest of equals. ValueError if there is none."""
        return min(self.curve, key=lambda point: point[1])


class TrialLog:
    """The file. One writer (the driver); a line torn by a crash is a trial that had not finished."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._records = {params_key(record.params): record for record in _read(path)}

    @property
    def records(self) -> tuple[TrialRecord, ...]:
        """In the order they finished."""
        return tuple(self._records.values())

    @property
    def finished(self) -> tuple[TrialRecord, ...]:
        """Those with a result."""
        return tuple(record for record in self.records if record.state != "failed")

    def find(self, params: Mapping[str, Any]) -> TrialRecord | None:
        """The finished trial with exactly these parameters. A failed one is not finished: it is tried again."""
        record = self._records.get(params_key(params))
        return None if record is None or record.state == "failed" else record

    def append(self, record: TrialRecord) -> None:
        """Puts a trial on disk (synced). One that is there already is not written twice."""
        if self.find(record.params) is not None:
            return
        self._records[params_key(record.params)] = record
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = {
            "params": dict(record.params),
            "curve": [list(point) for point in record.curve],
            "state": record.state,
            "error": record.error,
            "histogramBins": record.histogram_bins,
            "sampleShare": record.sample_share,
        }
        with self._path.open("a", encoding="utf-8") as out:
            # After a torn line, so that it swallows nothing but itself.
            out.write(f"\n{json.dumps(line)}")
            out.flush()
            os.fsync(out.fileno())


def params_key(params: Mapping[str, Any]) -> str:
    """Equal for equal parameters, whatever their order."""
    return json.dumps(dict(params), sort_keys=True)


def _read(path: Path) -> list[TrialRecord]:
    if not path.exists():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found = json.loads(line)
            curve = tuple((int(rounds), float(mse)) for rounds, mse in found["curve"])
            levers = (int(found["histogramBins"]), float(found["sampleShare"]))
            records.append(TrialRecord(found["params"], curve, found["state"], *levers, error=found["error"]))
        except (ValueError, KeyError, TypeError):
            continue  # empty, or torn
    return records
