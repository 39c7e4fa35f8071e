"""What a failed attempt leaves to the next one, with the failures made for real."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobs.lib.model import load_model
from jobs.ray.pulse import read_beats
from test.samples.tuning import employees, publish, write_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobs.ray.pulse import Beat

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[2]
GIB = 2**30
PARAMS = {
    "search": "optuna",
    "learners": ["lightgbm"],
    "trials": 6,
    "seed": 42,
    "target": "salary",
    "features": ["age", "is_active", "tenure_days"],
}
SHORT_WATCH = "import sys; import jobs.ray.trial_watch as watch; watch.STALL_SECONDS = 4.0; "
RUN_AS_MAIN = "import runpy; sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')"


@contextlib.contextmanager
def started(job_file: Path, *python: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [*(python or [sys.executable]), str(ROOT / "jobs/ray/tune.py"), job_file.as_uri()]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT), **env})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def ended(process: subprocess.Popen[bytes], job_file: Path) -> dict[str, Any]:
    code = process.wait(180)
    return json.loads(job_file.with_name("_result.json" if code == 0 else "_error.json").read_text())


def until(found: Callable[[], Any], process: subprocess.Popen[bytes]) -> Any:
    give_up_at = time.monotonic() + 120
    while time.monotonic() < give_up_at and process.poll() is None:
        value = found()
        if value:
            return value
        time.sleep(0.005)
    pytest.fail(f"it never came to that; the job's exit code is {process.poll()}")


def trial_at_work(folder: Path) -> Callable[[], Beat | None]:
    pulse = folder / "scratch/search/.pulse"
    return lambda: next((beat for beat in read_beats(pulse) if beat.total == 64), None)


def test_trials_finished_with_more_bins_and_all_rows_are_not_run_again(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(300_000, 1)], row_group_rows=100_000)
    first = write_job(tmp_path / "jobs", train, PARAMS)
    with started(first) as process:
        result = ended(process, first)
    assert result["values"]["sampled"] is None
    levers = {"concurrency": 1, "threads": 1, "histogramBins": 63, "sampleShare": 0.5}
    again_file = write_job(tmp_path / "jobs", train, PARAMS, levers, attempt=2)
    with started(again_file) as process:
        again = ended(process, again_file)
    assert again["salvaged"] == {"before": 6, "now": 0, "unit": "trials"}
    assert again["values"]["best"]["score"] == result["values"]["best"]["score"]
    assert {row["histogramBins"] for row in again["values"]["trialsTable"]} == {255}
    assert again["values"]["sampled"]["rows"] == pytest.approx(150_000, rel=0.02)
    card = load_model(tmp_path / "jobs/attempt-2/output/candidate").card
    assert card.sampled is not None
    assert card.params["histogramBins"] == 63
    assert card.training_snapshot.rows == card.sampled.rows == again["values"]["sampled"]["rows"]


def test_a_trial_that_stands_still_is_ended_and_run_once_more(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(300_000, 2)], row_group_rows=100_000)
    job = write_job(tmp_path / "jobs", train, PARAMS)
    with started(job, sys.executable, "-c", SHORT_WATCH + RUN_AS_MAIN) as process:
        beat = until(trial_at_work(tmp_path / "jobs"), process)
        os.kill(beat.pid, signal.SIGSTOP)
        result = ended(process, job)
    assert result["values"]["trials"] == 6
    assert {row["state"] for row in result["values"]["trialsTable"]} <= {"completed", "stopped"}


def test_a_trial_that_stands_still_again_fails_the_job_by_name(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(300_000, 3)], row_group_rows=100_000)
    job = write_job(tmp_path / "jobs", train, PARAMS)
    with started(job, sys.executable, "-c", SHORT_WATCH + RUN_AS_MAIN) as process:
        find = trial_at_work(tmp_path / "jobs")
        beat = until(find, process)
        os.kill(beat.pid, signal.SIGSTOP)
        again = until(lambda: (now := find()) and now.pid != beat.pid and now.work == beat.work and now, process)
        os.kill(again.pid, signal.SIGSTOP)
        error = ended(process, job)
    assert error["errorClass"] == "TrialStalled"
    assert beat.work in error["message"]


def test_a_kill_by_rays_monitor_costs_the_killed_trial_and_not_the_search(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(1_200_000, 4)], row_group_rows=200_000)
    job = write_job(tmp_path / "jobs", train, {**PARAMS, "trials": 8}, {"concurrency": 2, "threads": 1})
    total, available = meminfo("MemTotal"), meminfo("MemAvailable")
    threshold = (total - available + 3 * GIB) / total
    monitor = {"RAY_memory_usage_threshold": f"{threshold:.4f}", "RAY_memory_monitor_refresh_ms": "100"}
    log, progress = tmp_path / "jobs/scratch/search/trials.jsonl", job.with_name("progress.json")
    with started(job, **monitor) as process:
        until(lambda: log.is_file() and len(log.read_text().split("\n")) > 1, process)
        with memory_taken_until(lambda: "memory monitor killed" in progress.read_text(), process):
            pass
        result = ended(process, job)
    assert result["values"]["trials"] == 8
    assert "failed" not in {row["state"] for row in result["values"]["trialsTable"]}
    assert result["salvaged"] == {"before": 0, "now": 8, "unit": "trials"}
    for line in filter(None, log.read_text().split("\n")):
        rounds = [point[0] for point in json.loads(line)["curve"]]
        assert rounds == sorted(set(rounds))


def test_kills_by_rays_monitor_without_end_fail_the_job_as_what_they_are(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(5_000, 5)])
    job = write_job(tmp_path / "jobs", train, PARAMS, {"concurrency": 2, "threads": 1})
    with started(job, RAY_memory_usage_threshold="0.01", RAY_memory_monitor_refresh_ms="100") as process:
        error = ended(process, job)
    assert (error["errorClass"], error["region"], error["kind"]) == ("OutOfMemoryError", "host", "out-of-memory")


def meminfo(name: str) -> int:
    [line] = [line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024


@contextlib.contextmanager
def memory_taken_until(seen: Callable[[], bool], process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Takes memory, at most 5 GiB, until `seen`; then gives it back."""
    taken: list[bytearray] = []

    def more() -> bool:
        if sum(map(len, taken)) < 5 * GIB:
            taken.append(bytearray(b"x") * (GIB // 4))
        return seen()

    until(more, process)
    taken.clear()
    yield
