"""Notices a training process that hangs: no new round and no processor time, for as long as a working one never has.

Nobody else would: Ray waits for an answer for ever, and its daemons keep the machine just busy enough to look alive.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ray.exceptions import RayActorError, WorkerCrashedError

from jobs.ray.process_times import process_times
from jobs.ray.pulse import read_beats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jobs.ray.pulse import Beat

STALL_SECONDS = 45.0
LOOK_SECONDS = 2.0
# Of one core. A stopped process uses none, an idle Ray worker about 0.005 of one, a training one nearly a whole.
BUSY_CORES = 0.05
WORTH_TELLING_SECONDS = 10.0


Work = tuple[str, int, int]
"""A piece of work in one process: its name, the pid, when that started."""


class TrialStalled(TimeoutError):  # noqa: N818 - named after what happened, as the classes of the job contract are
    """A training process stood still, was ended, and its second try stood still as well."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a process showed at a moment: rounds, processor seconds (None where they cannot be read)."""

    rounds: int
    cpu_seconds: float | None
    at: float


class Quiet:
    """How long a process has shown neither a new round nor processor time.

    Args:
        first: the first look at it.
    """

    def __init__(self, first: Sign) -> None:
        self._last = first
        self._alive_at = first.at

    def seconds(self, sign: Sign) -> float:
        """Takes the next look; seconds since the last sign of life. 0 where processor time cannot be read."""
        last, self._last = self._last, sign
        busy = True
        if sign.cpu_seconds is not None and last.cpu_seconds is not None:
            busy = sign.cpu_seconds - last.cpu_seconds >= BUSY_CORES * (sign.at - last.at)
        if busy or sign.rounds != last.rounds:
            self._alive_at = sign.at
        return sign.at - self._alive_at


class TrialWatch:
    """Looks at the beats in a folder every few seconds while its `with` block runs, and ends processes that hang.

    Args:
        folder: where training processes leave their beats (`jobs.ray.pulse`).
        tell: given the beats of each look and what is to be said about a quiet one, for progress.
    """

    def __init__(self, folder: Path, tell: Callable[[list[Beat], str | None], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._quiet: dict[Work, Quiet] = {}
        self._ended: set[Work] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trial watch", daemon=True)

    def __enter__(self) -> TrialWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def require_alive(self, work: str, error: BaseException | None) -> None:
        """Raises TrialStalled if `work` failed for good with its process, and that one had been ended here."""
        tries = sum(ended == work for ended, _, _ in self._ended)
        if tries and isinstance(error, RayActorError | WorkerCrashedError):
            raise TrialStalled(
                f"{work}: no new round and no processor time for {STALL_SECONDS:.0f} s; its process was ended "
                f"({tries} times), and it is not tried again"
            ) from error

    def _run(self) -> None:
        while not self._over.wait(min(LOOK_SECONDS, STALL_SECONDS / 4)):
            self._look()

    def _look(self) -> None:
        beats = read_beats(self._folder)
        quiet = {_work(beat): self._seconds_quiet(beat) for beat in beats}
        for work, seconds in quiet.items():
            if seconds >= STALL_SECONDS:
                self._ended.add(work)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(work[1], signal.SIGKILL)
        self._quiet = {work: one for work, one in self._quiet.items() if work in quiet}
        # Told while there is still something to wait for: whoever watches this job from outside waits as well.
        waiting = [seconds for seconds in quiet.values() if WORTH_TELLING_SECONDS <= seconds < STALL_SECONDS]
        self._tell(beats, f"no sign of life for {max(waiting):.0f} s" if waiting else None)

    def _seconds_quiet(self, beat: Beat) -> float:
        times = process_times(beat.pid) if beat.host == socket.gethostname() else None
        sign = Sign(beat.rounds, None if times is None else times.cpu_seconds, time.monotonic())
        return self._quiet.setdefault(_work(beat), Quiet(sign)).seconds(sign)


def _work(beat: Beat) -> Work:
    return (beat.work, beat.pid, beat.started)
