"""A memory cgroup for one case, of either generation, made and removed by root."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
REMOVAL_SECONDS = 10


class MemoryGroup:
    """A limit on memory without swap, and optionally on tasks; counts the kernel's kills and knows its members.

    Linux: Documentation/admin-guide/cgroup-v1/memory.rst, cgroup-v1/pids.rst and cgroup-v2.rst.
    """

    def __init__(self, limit_bytes: int, tasks: int | None) -> None:
        name = f"oom-corpus-{os.getpid()}"
        self._is_v1 = (CGROUPS / "memory" / "memory.limit_in_bytes").exists()
        self._memory = CGROUPS / ("memory" if self._is_v1 else "") / name
        self._tasks = CGROUPS / ("pids" if self._is_v1 else "") / name
        self._memory.mkdir()
        if self._is_v1:
            self._write("memory.limit_in_bytes", limit_bytes)
            self._write("memory.memsw.limit_in_bytes", limit_bytes)
        else:
            self._write("memory.max", limit_bytes)
            self._write("memory.swap.max", 0)
        if tasks is not None:
            self._tasks.mkdir(exist_ok=True)
            (self._tasks / "pids.max").write_text(str(tasks))

    def enter(self) -> None:
        """Puts the calling process inside."""
        for folder in {self._memory, self._tasks}:
            if folder.exists():
                (folder / "cgroup.procs").write_text(str(os.getpid()))

    def oom_kills(self) -> int:
        """How many processes of the group the kernel has killed for its limit."""
        text = (self._memory / ("memory.oom_control" if self._is_v1 else "memory.events")).read_text()
        found = re.search(r"^oom_kill (\d+)$", text, re.MULTILINE)
        return int(found[1]) if found else 0

    def peak_bytes(self) -> int:
        """The highest use so far."""
        return int((self._memory / ("memory.max_usage_in_bytes" if self._is_v1 else "memory.peak")).read_text())

    def members(self) -> list[int]:
        """Process ids."""
        return [int(pid) for pid in (self._memory / "cgroup.procs").read_text().split()]

    def signal_all(self, number: signal.Signals) -> None:
        """Sends a signal to every member."""
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def remove(self) -> None:
        """Kills what is left and takes the group away.

        Raises:
            TimeoutError: a member does not die.
        """
        deadline = time.monotonic() + REMOVAL_SECONDS
        while True:
            self.signal_all(signal.SIGKILL)
            try:
                for folder in {self._memory, self._tasks}:
                    if folder.exists():
                        folder.rmdir()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self._memory} still has members: {self.members()}") from error
                time.sleep(0.05)
            else:
                return

    def _write(self, file: str, value: int) -> None:
        path = self._memory / file
        if path.exists() or file in {"memory.limit_in_bytes", "memory.max"}:  # swap is not accounted everywhere
            path.write_text(str(value))
