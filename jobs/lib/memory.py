"""How much memory this job and its children hold, and held at most."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import threading

from jobs.lib.process_tree import PAGE_BYTES, PROC, tree

KIB = 1024
# ru_maxrss is in KiB on Linux and in bytes on macOS.
MAXRSS_UNIT_BYTES = 1 if sys.platform == "darwin" else KIB


def own_rss_bytes() -> int:
    """Resident memory of this process, now (where that cannot be read: its peak)."""
    try:
        return int((PROC / "self/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return own_peak_bytes()


def own_peak_bytes() -> int:
    """The most that this process alone ever held.

    From `VmHWM` where there is one: on Linux, `ru_maxrss` begins at what the parent held when it started this program.
    """
    with contextlib.suppress(OSError):
        for line in (PROC / "self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * KIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT_BYTES


def tree_rss_bytes() -> int:
    """Resident memory of all processes of this job, now. Shared pages count once for each process."""
    return sum(process.rss_bytes for process in tree(job_root_pid()))


def job_root_pid() -> int:
    """The process that all others of this job are below: this one, or the JVM that spark-submit started it from."""
    return os.getppid() if "PYSPARK_GATEWAY_PORT" in os.environ else os.getpid()


class PeakSampler:
    """The peak of `tree_rss_bytes` over the samples taken; never below this process's own exact peak."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._peak_bytes = 0

    def sample(self) -> int:
        """Takes one sample and returns it."""
        rss_bytes = tree_rss_bytes()
        with self._lock:
            self._peak_bytes = max(self._peak_bytes, rss_bytes)
        return rss_bytes

    @property
    def peak_bytes(self) -> int:
        """The peak so far."""
        with self._lock:
            return max(self._peak_bytes, own_peak_bytes())
