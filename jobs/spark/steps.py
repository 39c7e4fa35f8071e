"""The steps of a Spark job: done once over all attempts, timed, and told to the outside while they run."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pyspark import StatusTracker
    from pyspark.sql import SparkSession

    from jobs.lib.finished_steps import FinishedStep, FinishedSteps
    from jobs.lib.progress import Progress

POLL_SECONDS = 1.0


class Steps:
    """Does the steps of a job that no earlier attempt finished, and times them.

    While one runs it reports the tasks done and in all of the stages that Spark works on.

    Attributes:
        seconds: by step done now, in the order in which they ended.
    """

    def __init__(self, spark: SparkSession, progress: Progress, finished: FinishedSteps) -> None:
        context = spark.sparkContext
        self.seconds: dict[str, float] = {}
        self._finished = finished
        self._progress = progress
        self._tracker: StatusTracker = context.statusTracker()
        self._tracking_url = context.uiWebUrl
        self._message = "Spark is up"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="spark-progress", daemon=True)

    def do(self, name: str, make: Callable[[Path], Mapping[str, Any] | None]) -> FinishedStep:
        """The step `name`, as `FinishedSteps.do` has it."""
        self._message = name
        self._report()
        started, done_before = time.monotonic(), self._finished.now
        step = self._finished.do(name.replace(" ", "-"), make)
        if self._finished.now > done_before:
            self.seconds[name] = round(time.monotonic() - started, 3)
        return step

    def __enter__(self) -> Steps:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _poll(self) -> None:
        while not self._ended.wait(POLL_SECONDS):
            self._report()

    def _report(self) -> None:
        stages = [self._tracker.getStageInfo(stage) for stage in self._tracker.getActiveStageIds()]
        running = [stage for stage in stages if stage is not None]
        done = sum(stage.numCompletedTasks for stage in running)
        total = sum(stage.numTasks for stage in running)
        self._progress.update(done, total or None, "tasks", self._message, self._tracking_url)
