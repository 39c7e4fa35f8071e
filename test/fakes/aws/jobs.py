"""One job of any service: its record, its thread, and the processes that it runs."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from test.fakes.aws.host import ShuttingDown
from test.fakes.aws.job_process import Exit, JobProcess, ProcessSpec, group_name
from test.fakes.aws.protocol import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from test.fakes.aws.host import Host
    from test.fakes.aws.records import Record, Records

LOOK_EVERY_SECONDS = 0.05
LOG = logging.getLogger("fake-aws")


class StopAsked(Exception):  # noqa: N818 - says what happened
    """Somebody asked the service to stop the job before it ran."""


class Job:
    """What a service's thread does its work with. Its record is one of `new_record`."""

    def __init__(self, host: Host, records: Records, key: str) -> None:
        self.host = host
        self.key = key
        self._records = records
        self._processes: list[JobProcess] = []

    @property
    def record(self) -> Record:
        """As it is now."""
        found = self._records.find(self.key)
        assert found is not None
        return found

    @property
    def folder(self) -> Path:
        """Its folder on this machine."""
        return self.host.state / "work" / str(self.record["uid"])

    @property
    def stop_asked(self) -> bool:
        """Whether the caller wants it to end."""
        return bool(self.record.get("stopAsked"))

    @property
    def has_run(self) -> bool:
        """Whether its processes were started, maybe by a fake that is no more."""
        return bool(self.record["starts"] > 0)

    def update(self, **changes: Any) -> None:
        """Sets members of the record."""
        self._records.update(self.key, **changes, modified=now())

    def pause(self, service_seconds: float) -> None:
        """Waits as long as the service takes.

        Raises:
            StopAsked: the caller wants the job to end.
        """
        until = time.monotonic() + service_seconds / self.host.speed
        while True:
            if self.stop_asked:
                raise StopAsked
            left = until - time.monotonic()
            if left <= 0:
                return
            self.host.pause(min(left, LOOK_EVERY_SECONDS) * self.host.speed)

    def pause_for_logs(self, service_seconds: float) -> None:
        """Waits as long as the service takes to deliver what a job wrote, and longer where that is to go wrong."""
        late = self.record["faults"].get("late-log")
        self.host.pause(service_seconds + (0 if late is None else late.get("afterSeconds", 1) * self.host.speed))

    def run(
        self, specs: Callable[[Path], list[ProcessSpec]], *, while_running: Callable[[], bool] | None = None
    ) -> list[Exit]:
        """Runs processes side by side to their ends, or goes on with those that are running already.

        One that fails ends the others, and so does `while_running` when it says that it is enough.

        Raises:
            ShuttingDown: the fake ends; the processes are told to.
        """
        processes = self._started(specs)
        preemption = self.record["faults"].get("preempt")
        preempt_at = None if preemption is None else time.monotonic() + preemption.get("afterSeconds", 1)
        while True:
            exits = [process.ended() for process in processes]
            if all(each is not None for each in exits):
                if self.host.stopping.is_set():
                    raise ShuttingDown
                return [each for each in exits if each is not None]
            failed = any(each is not None and each.code != 0 for each in exits)
            is_enough = while_running is not None and while_running()
            if failed or is_enough or self.stop_asked or self.host.stopping.is_set():
                for process in processes:
                    process.stop()
            if preemption is not None and preempt_at is not None and time.monotonic() > preempt_at:
                processes[0].preempt(preemption.get("target", "driver"))
                self.update(faults={key: each for key, each in self.record["faults"].items() if key != "preempt"})
                preempt_at = None
            time.sleep(LOOK_EVERY_SECONDS)

    def memory_group(self, folder: Path, index: int) -> Path | None:
        """The memory group of a process of a run; None where none can be made."""
        return None if self.host.groups is None else self.host.groups / group_name(folder / f"process-{index}")

    def start_again(self) -> None:
        """The next `run` starts new processes."""
        self.update(runs=self.record.get("runs", 0) + 1)

    def _started(self, specs: Callable[[Path], list[ProcessSpec]]) -> list[JobProcess]:
        number = self.record.get("runs", 0)
        folder = self.folder / f"run-{number}"
        if self.record["starts"] > number:
            count = len(list(folder.glob("process-*")))
            return [JobProcess(folder / f"process-{index}", self.host.groups) for index in range(count)]
        folder.mkdir(parents=True, exist_ok=True)
        processes = []
        for index, spec in enumerate(specs(folder)):
            process = JobProcess(folder / f"process-{index}", self.host.groups)
            process.start(spec)
            processes.append(process)
        self.update(starts=number + 1, pids=[process.pid for process in processes])
        return processes


def new_record(kind: str, name: str, region: str, state: str, **more: Any) -> Record:
    """The members that every job's record has."""
    created = now()
    return {
        "uid": uuid.uuid4().hex[:12],
        "kind": kind,
        "name": name,
        "region": region,
        "state": state,
        "created": created,
        "modified": created,
        "starts": 0,
        "pids": [],
        "stopAsked": False,
        "faults": {},
        **more,
    }


class Threads:
    """The threads of a service, and their end."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Runs `work` beside the rest; a fault in the fake itself is logged, never swallowed."""

        def guarded() -> None:
            try:
                work()
            except ShuttingDown:
                return
            except Exception:
                LOG.exception("%s: the fake itself failed", name)

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self, seconds: float) -> None:
        """Waits for all, at most so long."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
