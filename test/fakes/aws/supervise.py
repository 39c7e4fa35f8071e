"""The parent of one job process: `python -m test.fakes.aws.supervise FOLDER`. Standard library only: it starts quickly.

It confines the process, ends it when a file says so, counts the kernel's kills and writes `exit.json` last.
It outlives the fake, so that after a kill the next one finds the job again by its folder; while it lives it holds a
lock on `lock`. When the folder goes, so does the job.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from test.fakes.aws.memory_group import MemoryGroup

LOOK_EVERY_SECONDS = 0.05

# Gives the process a real /opt/ml and /etc/hosts that nobody else sees.
# Where there is no /opt/ml, /opt is shown again with it inside.
_MOUNT = """set -e
if [ -n "$1" ]; then
  if [ ! -d /opt/ml ]; then
    mkdir -p "$2"
    for each in /opt/* ; do
      [ -d "$each" ] || continue
      mkdir -p "$2/${each#/opt/}"; mount --bind "$each" "$2/${each#/opt/}"
    done
    mkdir -p "$2/ml"; mount --rbind "$2" /opt
  fi
  mount --bind "$1" /opt/ml
fi
if [ -n "$3" ]; then mount --bind "$3" /etc/hosts; fi
cd "$4"; shift 4
exec "$@"
"""


class Supervision:
    """One process, from its start to `exit.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spec: dict[str, Any] = json.loads((folder / "spec.json").read_text())
        groups = self._spec["groups"]
        self._group = None if groups is None else MemoryGroup(Path(groups) / self._spec["group"])
        self._ending: dict[str, Any] = {"stopped": False, "timedOut": False, "preempted": False}
        self._kill_at: float | None = None
        self._sampled_kills = 0
        self._executor_kills: dict[str, int] = {}
        self._preempted_executors = 0

    def run(self) -> None:
        """Runs it to its end."""
        lock = (self._folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if self._group is not None:
            self._group.create(self._spec["memoryBytes"])
        started = time.time()
        try:
            process = self._start()
            _write(self._folder / "started.json", {"pid": process.pid, "supervisor": os.getpid(), "started": started})
            while process.poll() is None:
                if not self._folder.exists():
                    os.killpg(process.pid, signal.SIGKILL)
                    return
                self._look(process, started)
                time.sleep(LOOK_EVERY_SECONDS)
            self._count_executors()
            code = process.returncode
            outcome = {
                **self._ending,
                "code": code if code >= 0 else 128 - code,  # as a shell reports a signal
                "oomKills": self._sampled_kills if self._group is None else self._group.oom_kills(),
                "executorOomKills": sum(self._executor_kills.values()),
                "preemptedExecutors": self._preempted_executors,
                "peakBytes": 0 if self._group is None else self._group.peak_bytes(),
                "started": started,
                "ended": time.time(),
            }
        finally:
            for group in self._all_groups():
                group.remove()
        if self._folder.exists():
            _write(self._folder / "exit.json", outcome)

    def _start(self) -> subprocess.Popen[bytes]:
        spec = self._spec
        argv: list[str] = spec["argv"]
        if spec["optMl"] or spec["hosts"]:
            own_opt = str(self._folder / "opt")
            words = [spec["optMl"] or "", own_opt, spec["hosts"] or "", spec["cwd"]]
            argv = ["unshare", "--mount", "sh", "-c", _MOUNT, "sh", *words, *argv]
        with open(spec["stdout"], "ab") as stdout, open(spec["stderr"], "ab") as stderr:  # noqa: PTH123 - may be one file
            return subprocess.Popen(
                argv,
                cwd=spec["cwd"],
                env=spec["env"],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                preexec_fn=self._confine,  # noqa: PLW1509 - this program has one thread
            )

    def _confine(self) -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if self._group is not None:
            self._group.enter()

    def _look(self, process: subprocess.Popen[bytes], started: float) -> None:
        now = time.time()
        limit = self._spec["timeoutSeconds"]
        if self._kill_at is None:
            for reason, is_due in (
                ("stopped", (self._folder / "stop").exists()),
                ("timedOut", limit is not None and now - started > limit),
            ):
                if is_due:
                    self._ending[reason] = True
                    self._kill_at = now + self._spec["graceSeconds"]
                    os.killpg(process.pid, signal.SIGTERM)
                    break
        elif now > self._kill_at:
            self._kill(process)
        self._preempt(process)
        self._count_executors()
        if self._group is None and _resident_bytes(process.pid) > self._spec["memoryBytes"]:
            self._sampled_kills += 1
            self._kill(process)

    def _preempt(self, process: subprocess.Popen[bytes]) -> None:
        order = self._folder / "preempt"
        if not order.exists():
            return
        target = order.read_text()
        if target == "executor":
            executors = [each for each in self._executor_groups() if _works_in_python(each)]
            if not executors:
                return  # not yet there
            executors[0].kill()
            self._preempted_executors += 1
        else:
            self._ending["preempted"] = True
            self._kill(process)
        order.unlink()

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        if self._group is not None:
            self._group.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def _count_executors(self) -> None:
        for group in self._executor_groups():
            kills = group.oom_kills()
            self._executor_kills[group.folder.name] = kills
            if kills > 0:
                group.kill()  # the whole container goes, as YARN and Kubernetes do it, not the Python worker alone

    def _executor_groups(self) -> list[MemoryGroup]:
        if self._group is None:
            return []
        folder = self._group.folder
        return [MemoryGroup(each) for each in sorted(folder.parent.glob(f"{folder.name}-executor-*"))]

    def _all_groups(self) -> list[MemoryGroup]:
        return [] if self._group is None else [self._group, *self._executor_groups()]


def _works_in_python(executor: MemoryGroup) -> bool:
    """Whether a task has started a Python worker there. One that is lost before that loses no task."""
    for pid in executor.members():
        with contextlib.suppress(OSError):
            if b"pyspark.daemon" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return True
    return False


def _resident_bytes(session: int) -> int:
    """The sum over a session: where no group can be made, this is all there is. What leaves the session is not seen."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rpartition(")")[2].split()
            if int(words[3]) == session:
                pages += int(words[21])
    return pages * os.sysconf("SC_PAGESIZE")


def _write(path: Path, value: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(value))
    draft.replace(path)


if __name__ == "__main__":
    Supervision(Path(sys.argv[1])).run()
