"""What the search needs of a learner: a space to suggest from, and fits that advance step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import optuna

    from jobs.lib.model_card import ModelFormat
    from jobs.ray.training_rows import TrainingRows
    from jobs.ray.tune_params import LearnerName

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workspace:
    """How a learner works. Only `seed` and `max_bin` change what comes out.

    Attributes:
        folder: in scratch, for rows in the learner's own binned form; one folder for each `max_bin`.
        threads: of one fit.
    """

    folder: Path
    max_bin: int
    threads: int
    seed: int


def unheard(_rounds: int) -> None:
    """Listens to no round."""


class Fit(Protocol):
    """One model in the making. A round is one more tree."""

    def advance(self, rounds: int, on_round: Callable[[int], None] = unheard) -> None:
        """Trains until there are `rounds` rounds; `on_round` is told after each how many there are."""

    def validation_mse(self) -> float:
        """Mean squared error on the validation rows, now."""

    def to_bytes(self) -> bytes:
        """The model in its native format."""


class FitMaker(Protocol):
    """Training rows in memory, ready for any number of fits, one after the other."""

    def start(self, params: Mapping[str, Any]) -> Fit:
        """A fit without rounds. `params` are what `Learner.suggest` gave."""


class Learner(Protocol):
    """An algorithm that trains on any number of rows in bounded memory."""

    name: LearnerName
    model_format: ModelFormat

    def suggest(self, trial: optuna.Trial, name: str) -> None:
        """Draws the hyperparameters from `trial`; each one's name begins with `name` and a dot."""

    def prepare(self, rows: TrainingRows, workspace: Workspace) -> None:
        """Leaves in the workspace's folder what all trials will load. Does nothing if an earlier attempt did it."""

    def load(self, rows: TrainingRows, workspace: Workspace) -> FitMaker:
        """The rows to fit and to validate on."""

    def load_all(self, rows: TrainingRows, workspace: Workspace) -> FitMaker:
        """All rows, for the final model. Its fits cannot say a validation error."""

    def from_bytes(self, content: bytes) -> object:
        """The model that `Fit.to_bytes` wrote, as `jobs.lib.model.save_model` takes it."""
