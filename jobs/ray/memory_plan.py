"""How many trials fit into the job's memory at once, decided before the first one starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.ray.kernel_kills import JobMemoryExceeded

if TYPE_CHECKING:
    from jobs.lib.job import Resources
    from jobs.ray.tune_params import TuneSettings

# Measured with Ray 2.58 and LightGBM 4.7, resident memory without the page cache that the kernel gives back by itself.
RAY_BYTES = 900 * 2**20  # the daemons, this driver and an idle worker
PROCESS_BYTES = 300 * 2**20  # a trial's process with its libraries, before any row
BYTES_PER_ROW = 44  # label 4, score 8, gradient and hessian 8, partition indices 8, bags and rounding up
BYTES_PER_VALUE = 2  # a bin of one byte, kept by row and by column

MIN_CPUS_FOR_TWO = 4  # below that a second trial only halves the first one's threads and doubles the memory


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Trials at a time, threads of each, and the memory that should take.

    Attributes:
        because: one line for people when the plan allows fewer trials than asked for, else None.
    """

    concurrent_trials: int
    threads: int
    trial_bytes: int
    because: str | None


def plan_memory(rows: int, features: int, resources: Resources, settings: TuneSettings) -> MemoryPlan:
    """Chooses concurrency and threads.

    Args:
        rows: training rows that a trial holds in binned form.
        features: columns of each.
        resources: the enforced limit and the CPUs.
        settings: what was asked for.

    Raises:
        JobMemoryExceeded: the rows of one trial alone are more than the limit.
    """
    cpus = resources.whole_cpus
    wanted = settings.concurrency or (cpus // 2 if cpus >= MIN_CPUS_FOR_TWO else 1)
    rows_bytes = rows * (BYTES_PER_ROW + BYTES_PER_VALUE * features)
    if rows_bytes > resources.memory_bytes:
        raise JobMemoryExceeded(
            f"one trial on {rows:,} rows x {features} features needs about {rows_bytes / 2**30:.2f} GiB, "
            f"the job's limit is {resources.memory_bytes / 2**30:.2f} GiB"
        )
    trial_bytes = PROCESS_BYTES + rows_bytes
    fitting = max(1, (resources.memory_bytes - RAY_BYTES) // trial_bytes)
    concurrent = min(wanted, fitting)
    because = None
    if concurrent < wanted:
        because = (
            f"{concurrent} instead of {wanted} trials at a time: each needs about {trial_bytes / 2**30:.2f} GiB "
            f"of {resources.memory_bytes / 2**30:.2f} GiB"
        )
    return MemoryPlan(concurrent, settings.threads or max(1, cpus // concurrent), trial_bytes, because)
