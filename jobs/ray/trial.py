"""One candidate of the search, as Ray Tune runs it: trains in steps and reports the validation error after each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ray import tune

from jobs.ray.hosts import one_at_a_time
from jobs.ray.learners.registry import learner_named
from jobs.ray.pulse import beating
from jobs.ray.trial_log import params_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from jobs.ray.learners.learner import Fit, FitMaker, Workspace
    from jobs.ray.training_rows import TrainingRows

# Rounds after which a trial reports; ASHA decides at the first and at every fourfold. Sixty-four rounds converge for
# learning rates from 0.1 on, and 20 trials on 24 million unmerged rows then take about three minutes on two cores.
RUNGS = (4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What all trials share.

    Attributes:
        pulse: folder for the beats of processes at work.
        finished: curves of trials that an earlier attempt finished, by `params_key`: reported again, not trained again.
    """

    rows: TrainingRows
    workspace: Workspace
    pulse: Path
    finished: Mapping[str, tuple[tuple[int, float], ...]]


class Trial(tune.Trainable):
    """A trial. Ray reuses its process for the next one, which finds the rows still loaded."""

    def setup(self, config: dict[str, Any], plan: TrialPlan) -> None:  # type: ignore[override]  # by with_parameters
        """Called once a process."""
        self._plan = plan
        self._loaded: dict[str, FitMaker] = {}
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Called instead of a new process."""
        self._begin(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Trains up to the next rung."""
        rounds = RUNGS[self._rung]
        self._rung += 1
        replayed = self._rung <= len(self._curve)
        if replayed:
            mse = self._curve[self._rung - 1][1]
        else:
            with beating(self._plan.pulse, self.trial_id, RUNGS[-1]) as on_round:
                mse = self._advance(rounds, on_round)
        return {"rounds": rounds, "mse": mse, "done": rounds == RUNGS[-1]}

    def _begin(self, config: dict[str, Any]) -> None:
        self._params = dict(config)
        self._curve = self._plan.finished.get(params_key(config), ())
        self._rung = 0
        self._fit: Fit | None = None  # before the next fit: two of them are twice the memory

    def _advance(self, rounds: int, on_round: Callable[[int], None]) -> float:
        if self._fit is None:
            learner, params = split_params(self._params)
            if learner not in self._loaded:
                self._loaded.clear()  # only one learner's rows at a time
                rows, workspace = self._plan.rows, self._plan.workspace
                with one_at_a_time(workspace.folder):  # this host may not be the one that prepared them
                    learner_named(learner).prepare(rows, workspace)
                self._loaded[learner] = learner_named(learner).load(rows, workspace)
            self._fit = self._loaded[learner].start(params)
        self._fit.advance(rounds, on_round)
        return self._fit.validation_mse()


def split_params(config: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The learner of a suggestion, and its hyperparameters under the learner's own names."""
    own = f"{config['learner']}."
    return config["learner"], {name.removeprefix(own): value for name, value in config.items() if name.startswith(own)}
