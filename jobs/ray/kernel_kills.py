"""Whether the kernel killed a process of this job for memory: the counter of the job's own memory cgroup."""

from __future__ import annotations

from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
SELF = Path("/proc/self/cgroup")


class JobMemoryExceeded(MemoryError):  # noqa: N818 - named after what happened; the job contract knows it by its base class
    """The job's memory limit was reached, though the allocation that failed was not this process's own."""

    region = "container"


class KernelKills:
    """Counts out-of-memory kills in this job's memory cgroup (v1 or v2) since the object was made.

    Where there is no readable cgroup (macOS, limits by sampling) the count stays 0: the supervisor's evidence decides.
    """

    def __init__(self, cgroups: Path = CGROUPS, membership: Path = SELF) -> None:
        self._counter = _find_counter(cgroups, membership)
        self._before = self._read()

    def count(self) -> int:
        """Kills so far."""
        return self._read() - self._before

    def _read(self) -> int:
        if self._counter is None:
            return 0
        for line in self._counter.read_text().splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
        return 0


def _find_counter(cgroups: Path, membership: Path) -> Path | None:
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            candidate = cgroups / "memory" / path.lstrip("/") / "memory.oom_control"
        elif controllers == "":
            candidate = cgroups / path.lstrip("/") / "memory.events"
        else:
            continue
        if candidate.is_file():
            return candidate
    return None
