"""When a process started and how much processor time it has used."""

from __future__ import annotations

import os
from dataclasses import dataclass

from jobs.lib.process_tree import PROC

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class ProcessTimes:
    """Of one process of this machine.

    Attributes:
        started: ticks since boot; together with the pid it names one process for ever.
        cpu_seconds: of all its threads, in user and kernel mode.
    """

    started: int
    cpu_seconds: float


def process_times(pid: int) -> ProcessTimes | None:
    """None if there is no such process, or no /proc (macOS)."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # Counted from the last ")", see proc(5): field 3 (state) is the first after it; 14, 15 are the times, 22 the start.
    fields = text.rpartition(")")[2].split()
    return ProcessTimes(int(fields[19]), (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND)
