"""Memory cgroups of either generation. Standard library only: the supervisor of a job imports it.

Linux: Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
PREFIX = "tempered-fake-aws"
REMOVAL_SECONDS = 10


def groups_folder() -> Path | None:
    """Where groups can be made; None where this process may not, and memory is then sampled."""
    for folder, limit in ((CGROUPS / "memory", "memory.limit_in_bytes"), (CGROUPS, "memory.max")):
        trial = folder / f"{PREFIX}-trial-{os.getpid()}"
        try:
            trial.mkdir()
        except OSError:
            continue
        try:
            if (trial / limit).exists():
                return folder
        finally:
            trial.rmdir()
    return None


class MemoryGroup:
    """A limit on memory without swap."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._is_v1 = folder.is_relative_to(CGROUPS / "memory")

    def create(self, limit_bytes: int) -> None:
        """Makes it."""
        self.folder.mkdir()
        if self._is_v1:
            (self.folder / "memory.limit_in_bytes").write_text(str(limit_bytes))
            swap = self.folder / "memory.memsw.limit_in_bytes"
            if swap.exists():  # swap is not accounted everywhere
                swap.write_text(str(limit_bytes))
        else:
            (self.folder / "memory.max").write_text(str(limit_bytes))
            swap = self.folder / "memory.swap.max"
            if swap.exists():
                swap.write_text("0")

    def enter(self) -> None:
        """Puts the calling process inside."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def oom_kills(self) -> int:
        """How many members the kernel has killed for the limit."""
        with contextlib.suppress(FileNotFoundError):
            text = (self.folder / ("memory.oom_control" if self._is_v1 else "memory.events")).read_text()
            found = re.search(r"^oom_kill (\d+)$", text, re.MULTILINE)
            return int(found[1]) if found else 0
        return 0

    def peak_bytes(self) -> int:
        """The highest use so far, page cache included; 0 where the kernel does not say."""
        with contextlib.suppress(FileNotFoundError):
            return int((self.folder / ("memory.max_usage_in_bytes" if self._is_v1 else "memory.peak")).read_text())
        return 0

    def members(self) -> list[int]:
        """Process ids."""
        with contextlib.suppress(FileNotFoundError):
            return [int(pid) for pid in (self.folder / "cgroup.procs").read_text().split()]
        return []

    def kill(self) -> None:
        """Kills every member."""
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Kills what is left and takes the group away.

        Raises:
            TimeoutError: a member does not die.
        """
        deadline = time.monotonic() + REMOVAL_SECONDS
        while self.folder.exists():
            self.kill()
            try:
                self.folder.rmdir()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.folder} still has members: {self.members()}") from error
                time.sleep(0.02)
