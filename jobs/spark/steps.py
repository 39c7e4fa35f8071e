"""The steps of a Spark job: timed, and told to the outside while they run."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark import StatusTracker
    from pyspark.sql import SparkSession

    from jobs.lib.progress import Progress

POLL_SECONDS = 1.0


class Steps:
    """Times the steps of a job, and while one runs reports the tasks done and in all of the stages that Spark works on.

    Attributes:
        seconds: by step, in the order in which they ended.
    """

    def __init__(self, spark: SparkSession, progress: Progress) -> None:
        context = spark.sparkContext
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._tracker: StatusTracker = context.statusTracker()
        self._tracking_url = context.uiWebUrl
        self._message = "Spark is up"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="spark-progress", daemon=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Names what runs in the block."""
        self._message = name
        self._report()
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 3)

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
