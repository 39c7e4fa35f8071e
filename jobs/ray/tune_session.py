"""What the driver does while Ray Tune runs: logs finished trials, tells progress, limits concurrency.

Ray Tune pickles searcher and callbacks with the experiment and brings those very objects back in `Tuner.restore`. So
they hold nothing of one attempt: they find its session here.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ray import cloudpickle, tune
from ray.exceptions import RayActorError, WorkerCrashedError
from ray.tune.search.optuna import OptunaSearch

from jobs.ray.kernel_kills import JobMemoryExceeded, KernelKills
from jobs.ray.trial import RUNGS
from jobs.ray.trial_log import TrialLog, TrialRecord
from jobs.ray.trial_watch import TrialWatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ray.tune.experiment import Trial as TuneTrial

    from jobs.lib.progress import Progress
    from jobs.ray.pulse import Beat
    from jobs.ray.trial_log import TrialState

SESSION: ContextVar[Session] = ContextVar("tune session of this attempt")


@dataclass
class Session:
    """One attempt's side of the search."""

    log: TrialLog
    progress: Progress
    trials: int
    concurrent_trials: int
    note: str | None
    histogram_bins: int
    sample_share: float
    pulse: Path
    doing: str = ""
    kills: KernelKills = field(default_factory=KernelKills)
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    verdict: Exception | None = None
    watch: TrialWatch = field(init=False)
    found_finished: int = field(init=False)

    def __post_init__(self) -> None:
        self.watch = TrialWatch(self.pulse, self._tell)
        self.found_finished = len(self.log.finished)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Inside the block searcher and callbacks find this session, and processes that hang are noticed."""
        token = SESSION.set(self)
        try:
            with self.watch:
                yield
        finally:
            SESSION.reset(token)

    def begin(self, doing: str) -> None:
        """From now on progress says that this is being done."""
        self.doing = doing
        self.report()

    def _tell(self, beats: list[Beat], quiet: str | None) -> None:
        rounds = ", ".join(f"round {beat.rounds} of {beat.total}" for beat in beats if beat.total)
        self.report(rounds, quiet)

    def report(self, *more: str | None) -> None:
        """Trials done, what is being done, the best so far, and `more`."""
        scored = [record for record in self.log.finished if record.curve]
        best = min(scored, key=lambda record: record.best[1], default=None)
        score = f"best RMSE {math.sqrt(best.best[1]):,.2f} ({best.params['learner']})" if best else None
        done = min(len(self.log.finished), self.trials)
        message = "; ".join(part for part in (self.doing, *more, score, self.note) if part)
        self.progress.update(done, self.trials, "trials", message)

    def record(
        self, trial: TuneTrial, curve: tuple[tuple[int, float], ...], state: TrialState, error: str | None = None
    ) -> None:
        """Keeps a trial that is over, with the lever values of this attempt."""
        self.log.append(TrialRecord(trial.config, curve, state, self.histogram_bins, self.sample_share, error))
        self.report()

    def judge(self, work: str, error: BaseException | None, *, for_good: bool) -> None:
        """Raises what ends the whole search, if the failure of `work` shows that; else the search goes on without it.

        What is raised is also kept as `verdict`, for Ray Tune wraps whatever its callbacks raise.

        Args:
            work: the trial or other work that failed.
            error: how.
            for_good: it is not tried again.
        """
        try:
            self._require_memory(error)
            if for_good:
                self.watch.require_alive(work, error)
        except Exception as verdict:
            self.verdict = verdict
            raise

    def _require_memory(self, error: BaseException | None) -> None:
        """Raises JobMemoryExceeded if a trial's process died and the kernel had killed one of this job's.

        Then the trial is not to blame, the memory limit is, and the platform knows better than we what to do about it.
        An error of the trial's own is raised only if it is a MemoryError: it would fail the same way again.
        """
        if isinstance(error, MemoryError):
            raise error
        if isinstance(error, RayActorError | WorkerCrashedError) and self.kills.count():
            raise JobMemoryExceeded("the kernel killed a process of this job at its memory limit") from error


class TrialReporter(tune.Callback):
    """Ray Tune's events, to the session. Tune gives its arguments by name; most are not needed here."""

    def on_trial_result(self, *, trial: TuneTrial, result: dict[str, Any], **_: Any) -> None:  # type: ignore[override]
        """A rung."""
        SESSION.get().curves.setdefault(trial.trial_id, []).append((int(result["rounds"]), float(result["mse"])))

    def on_trial_complete(self, *, trial: TuneTrial, **_: Any) -> None:  # type: ignore[override]
        """All rungs, or stopped by ASHA."""
        session = SESSION.get()
        curve = tuple(session.curves.pop(trial.trial_id, ()))
        all_rungs = bool(curve) and curve[-1][0] == RUNGS[-1]
        session.record(trial, curve, "completed" if all_rungs else "stopped")

    def on_trial_recover(self, *, trial: TuneTrial, **_: Any) -> None:  # type: ignore[override]
        """The trial failed or its process died; Tune starts it again."""
        session = SESSION.get()
        session.judge(trial.trial_id, _error_of(trial), for_good=False)
        session.curves.pop(trial.trial_id, None)

    def on_trial_error(self, *, trial: TuneTrial, **_: Any) -> None:  # type: ignore[override]
        """Once too often."""
        session = SESSION.get()
        error = _error_of(trial)
        session.judge(trial.trial_id, error, for_good=True)
        curve = tuple(session.curves.pop(trial.trial_id, ()))
        session.record(trial, curve, "failed", type(error).__name__)


def _error_of(trial: TuneTrial) -> Exception | None:
    """What the trial just failed of. Tune's own `get_pickled_error` finds it only later, once it is in storage."""
    path = trial.pickled_error_file
    if path is None:
        return None
    with Path(path).open("rb") as file:
        error: Exception = cloudpickle.load(file)
    return error


class PatientOptunaSearch(OptunaSearch):
    """Optuna, asked for a next candidate only when the session allows one more to run.

    Ray's own limit (`max_concurrent_trials`) is stored with the experiment: a restored one could not be made smaller.
    And with one trial at a time each suggestion must wait for the last result, or the search would not be repeatable.
    """

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """None means: ask again later."""
        running = self._ot_trials.keys() - self._completed_trials
        if trial_id not in running and len(running) >= SESSION.get().concurrent_trials:
            return None
        return super().suggest(trial_id)
