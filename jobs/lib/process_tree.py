"""The processes below this one: found, measured and stopped without any library."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Process:
    """One row of the process table."""

    pid: int
    parent_pid: int
    rss_bytes: int


def descendants(root_pid: int) -> list[Process]:
    """All processes below `root_pid`, without itself. A process whose parent died belongs to nobody any more."""
    children: dict[int, list[Process]] = {}
    for process in _process_table():
        children.setdefault(process.parent_pid, []).append(process)
    found: list[Process] = []
    open_pids = [root_pid]
    while open_pids:
        below = children.pop(open_pids.pop(), [])
        found.extend(below)
        open_pids.extend(process.pid for process in below)
    return found


def tree(root_pid: int) -> list[Process]:
    """`root_pid` itself, if it still runs, and all processes below it."""
    return [process for process in _process_table() if process.pid == root_pid] + descendants(root_pid)


def stop_descendants(grace_seconds: float = 5.0) -> None:
    """Asks all processes below this one to end (SIGTERM), kills those that still stand after `grace_seconds`."""
    targets = descendants(os.getpid())
    _signal_all(targets, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and any(is_running(process.pid) for process in targets):
        time.sleep(0.05)
    _signal_all([*targets, *descendants(os.getpid())], signal.SIGKILL)


def _signal_all(processes: list[Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended meanwhile
            os.kill(process.pid, number)


def is_running(pid: int) -> bool:
    """Whether a process stands; one that has ended and was not waited for yet (a zombie) does not."""
    if sys.platform != "linux":
        with contextlib.suppress(OSError):
            os.kill(pid, 0)
            return True
        return False
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _process_table() -> list[Process]:
    return _from_proc() if PROC.joinpath("self/stat").exists() else _from_ps()


def _from_proc() -> list[Process]:
    table: list[Process] = []
    for entry in os.scandir(PROC):
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):  # it ended while we looked
            # The name in parentheses may hold spaces and parentheses itself: fields are counted from the last ")".
            fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            table.append(Process(int(entry.name), int(fields[1]), int(fields[21]) * PAGE_BYTES))
    return table


def _from_ps() -> list[Process]:
    listing = subprocess.run(  # macOS has no /proc; ps is part of it
        ["/bin/ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in listing.stdout.splitlines())
    return [Process(int(pid), int(parent), int(rss_kib) * 1024) for pid, parent, rss_kib in rows]
