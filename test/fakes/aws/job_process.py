"""A job's process as the fake sees it: a folder, through which its supervisor is started, asked and read."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from test.fakes.aws.memory_group import PREFIX

PROJECT = Path(__file__).resolve().parents[3]
STARTED_WITHIN_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to run, and in how much memory."""

    argv: list[str]
    env: dict[str, str]
    cwd: Path
    memory_bytes: int
    stdout: Path
    stderr: Path
    grace_seconds: float
    """Between SIGTERM and SIGKILL."""
    timeout_seconds: float | None = None
    opt_ml: Path | None = None
    """Shown to the process as /opt/ml, where mounts can be made."""
    hosts: Path | None = None
    """Shown as /etc/hosts."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How it ended. `code` is as a shell reports it; kills are the kernel's, for memory."""

    code: int
    oom_kills: int = 0
    executor_oom_kills: int = 0
    preempted_executors: int = 0
    peak_bytes: int = 0
    stopped: bool = False
    timed_out: bool = False
    preempted: bool = False
    lost: bool = False
    """The supervisor died: nobody knows how the process ended."""
    started: float = 0.0
    ended: float = 0.0


def group_name(process_folder: Path) -> str:
    """Name of a process's memory group."""
    return "-".join((PREFIX, *process_folder.parts[-3:]))


class JobProcess:
    """One process in `folder`; the object may be made again at any time, by another process too."""

    def __init__(self, folder: Path, groups: Path | None) -> None:
        self._folder = folder
        self._groups = groups
        self._supervisor: subprocess.Popen[bytes] | None = None

    def start(self, spec: ProcessSpec) -> None:
        """Starts it, unless that has been done.

        Raises:
            RuntimeError: the supervisor did not start it.
        """
        if (self._folder / "spec.json").exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        record = {
            "argv": spec.argv,
            "env": spec.env,
            "cwd": str(spec.cwd),
            "memoryBytes": spec.memory_bytes,
            "stdout": str(spec.stdout),
            "stderr": str(spec.stderr),
            "graceSeconds": spec.grace_seconds,
            "timeoutSeconds": spec.timeout_seconds,
            "optMl": None if spec.opt_ml is None else str(spec.opt_ml),
            "hosts": None if spec.hosts is None else str(spec.hosts),
            "groups": None if self._groups is None else str(self._groups),
            "group": group_name(self._folder),
        }
        (self._folder / "spec.json").write_text(json.dumps(record))
        log = self._folder / "supervisor.log"
        with log.open("wb") as output:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "test.fakes.aws.supervise", str(self._folder)],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTED_WITHIN_SECONDS
        while not (self._folder / "started.json").exists() and not (self._folder / "exit.json").exists():
            if self._supervisor.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the process did not start: {log.read_text()}")
            time.sleep(0.01)

    @property
    def pid(self) -> int | None:
        """Its process id, once there is one."""
        started = self._folder / "started.json"
        return int(json.loads(started.read_text())["pid"]) if started.exists() else None

    def stop(self) -> None:
        """SIGTERM to its group, and SIGKILL after the grace; returns at once."""
        (self._folder / "stop").touch()

    def preempt(self, target: str) -> None:
        """Takes its machine, or with `executor` that of its first executor."""
        (self._folder / "preempt").write_text(target)

    def ended(self) -> Exit | None:
        """How it ended, or None while it runs."""
        found = self._folder / "exit.json"
        alive = self._is_supervised()  # asked first: the supervisor writes the file and then goes
        if not found.exists():
            return None if alive else Exit(code=255, lost=True, ended=time.time())
        if self._supervisor is not None:
            self._supervisor.wait()
        read = json.loads(found.read_text())
        return Exit(
            code=read["code"],
            oom_kills=read["oomKills"],
            executor_oom_kills=read["executorOomKills"],
            preempted_executors=read["preemptedExecutors"],
            peak_bytes=read["peakBytes"],
            stopped=read["stopped"],
            timed_out=read["timedOut"],
            preempted=read["preempted"],
            started=read["started"],
            ended=read["ended"],
        )

    def _is_supervised(self) -> bool:
        try:
            with (self._folder / "lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False
