from __future__ import annotations

import pytest

from jobs.lib.contract import Resources
from jobs.ray.kernel_kills import JobMemoryExceeded
from jobs.ray.memory_plan import plan_memory
from jobs.ray.tune_params import TuneSettings

GIB = 2**30


@pytest.mark.parametrize(
    ("rows", "memory_bytes", "cpus", "wanted", "concurrent", "threads"),
    [
        (800_000, 4 * GIB, 2, 0, 1, 2),
        (800_000, 4 * GIB, 8, 0, 4, 2),
        (800_000, 4 * GIB, 2, 2, 2, 1),
        (24_000_000, 4 * GIB, 2, 2, 2, 1),
        (24_000_000, 3 * GIB, 2, 2, 1, 2),
        (24_000_000, 2 * GIB, 2, 2, 1, 2),
    ],
)
def test_as_many_trials_run_as_fit(
    rows: int, memory_bytes: int, cpus: int, wanted: int, concurrent: int, threads: int
) -> None:
    plan = plan_memory(rows, 3, Resources(memory_bytes, cpus, GIB), TuneSettings(concurrency=wanted))
    assert (plan.concurrent_trials, plan.threads) == (concurrent, threads)
    assert (plan.because is None) == (concurrent == (wanted or concurrent))


def test_a_trial_that_cannot_fit_is_out_of_memory_before_it_starts() -> None:
    with pytest.raises(JobMemoryExceeded, match=r"1\.00 GiB"):
        plan_memory(30_000_000, 3, Resources(1 * GIB, 2, GIB), TuneSettings())
