"""`progress.json`: what the job has done so far, at most every two seconds."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jobs.lib.files import atomic_write_json
from jobs.lib.memory import PeakSampler

if TYPE_CHECKING:
    from pathlib import Path

WRITE_INTERVAL_SECONDS = 2.0  # the contract's "at most every 2 s"
SAMPLE_INTERVAL_SECONDS = 0.5  # a sample reads /proc once, about 2 ms

Unit = Literal["rows", "chunks", "trials", "tasks"]


@dataclass(frozen=True, slots=True)
class _State:
    done: int
    total: int | None
    unit: Unit
    message: str
    tracking_url: str | None


class Progress:
    """Tells the outside how far the job is. Safe to call from any thread, as often as convenient.

    A daemon thread samples the memory of the process tree and writes an update that came too early for the interval,
    so the newest state is never more than one interval away from the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._state = _State(0, None, "tasks", "starting", None)
        self._unwritten = True
        self._written_at = float("-inf")
        self._ended = threading.Event()
        self._memory = PeakSampler()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def start(self) -> None:
        """Writes the first state and begins to sample."""
        self._write_if_due()
        self._thread.start()

    def update(self, done: int, total: int | None, unit: Unit, message: str, tracking_url: str | None = None) -> None:
        """Sets the state. A `tracking_url` once given stays until another one comes.

        Args:
            done: units finished.
            total: units in all, None if unknown.
            unit: what is counted.
            message: one short line for people.
            tracking_url: a page that shows this job (Spark UI, Ray dashboard).
        """
        with self._lock:
            self._state = _State(done, total, unit, message, tracking_url or self._state.tracking_url)
            self._unwritten = True
        self._write_if_due()

    def end(self) -> None:
        """Writes the last state, whatever the interval, and stops sampling."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._write_if_due(now=True)

    @property
    def peak_bytes(self) -> int:
        """Peak resident memory of the process tree, sampled."""
        return self._memory.peak_bytes

    def _run(self) -> None:
        while not self._ended.wait(SAMPLE_INTERVAL_SECONDS):
            self._memory.sample()
            self._write_if_due()

    def _write_if_due(self, *, now: bool = False) -> None:
        with self._lock:
            due = self._unwritten and time.monotonic() - self._written_at >= WRITE_INTERVAL_SECONDS
            if not (due or now):
                return
            state = self._state
            percent = None if not state.total else round(100 * min(state.done, state.total) / state.total, 1)
            atomic_write_json(
                self._path,
                {
                    "percent": percent,
                    "done": state.done,
                    "total": state.total,
                    "unit": state.unit,
                    "message": state.message,
                    "rssBytes": self._memory.sample(),
                    "trackingUrl": state.tracking_url,
                },
                durable=False,
            )
            self._unwritten = False
            self._written_at = time.monotonic()
