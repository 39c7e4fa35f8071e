"""What a training job is told to predict, and from what."""

from __future__ import annotations

from typing import Protocol

from jobs.lib.params import require


class TrainingColumns(Protocol):
    """The columns of a training job. `seed` chooses the rows that validate."""

    @property
    def target(self) -> str:
        """The column to predict."""

    @property
    def features(self) -> tuple[str, ...]:
        """The columns to predict it from, in model order."""

    @property
    def seed(self) -> int:
        """Of every draw."""


def require_columns(params: TrainingColumns) -> None:
    """Refuses, from within `__post_init__`, a choice of columns and a seed that no learner takes."""
    features = params.features
    require(0 <= params.seed < 2**31, "seed", params.seed, "0 to 2147483647")
    require(bool(features), "features", [], "at least one column")
    require(len(set(features)) == len(features), "features", features, "each column once")
    require(params.target not in features, "features", features, f"columns other than {params.target}")
