"""The life of one EMR Serverless job run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.bucket import put_gzip
from test.fakes.aws.host import ShuttingDown
from test.fakes.aws.jobs import LOG, Job, StopAsked
from test.fakes.aws.protocol import now
from test.fakes.aws.services.emr_serverless_sizes import Demand, containers_of, submission_of
from test.fakes.aws.spark.home import executor_logs
from test.fakes.aws.spark.log_text import last_exceptions, on_emr_serverless
from test.fakes.aws.spark.run import spark_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from test.fakes.aws.job_process import Exit, ProcessSpec

DETAILS_LIMIT = 256
_GRACE_SECONDS = 15 * 60
"""Service seconds between the cancellation and the kill; sped up, at least a second here."""
_LOGS_AFTER_SECONDS = 120
_KILLED = 137
_LEAST_BILLED_SECONDS = 60
"""A minute of each worker is billed at least; never sped up, as the jobs themselves are not."""


def run_job(job: Job, gate: Callable[[], str | None]) -> None:
    """From SUBMITTED to its end."""
    try:
        if not job.has_run:
            refusal = _wait_for_workers(job, gate)
            if refusal is not None:
                _end(job, "FAILED", _failure(1, refusal))
                return
        job.update(state="CANCELLING" if job.stop_asked else "RUNNING", startedAt=job.record.get("startedAt", now()))
        exits = job.run(lambda folder: [_process(job, folder)])
    except StopAsked:
        _end(job, "CANCELLED", "Job run was cancelled before it ran")
        return
    except ShuttingDown:
        raise
    except Exception as error:  # noqa: BLE001 - fetching the program may fail in any way; the run then fails, as there
        LOG.info("job run %s: %r", job.key, error)
        _end(job, "FAILED", _failure(1, f"{type(error).__name__}: {error}"))
        return
    _conclude(job, exits[0])


def _wait_for_workers(job: Job, gate: Callable[[], str | None]) -> str | None:
    job.pause(5)
    job.update(state="PENDING")
    job.pause(10)
    while True:
        answer = gate()
        if answer is None:
            break
        if answer != "wait":
            return answer
        job.pause(2)
    job.update(state="SCHEDULED")
    job.pause(20)
    if "capacity" in job.record["faults"]:
        return (
            "ApplicationMaxCapacityExceededException: Worker could not be allocated as the application has exceeded "
            "maximumCapacity settings: [cpu: 16 vCPU, memory: 64 GB]"
        )
    return None


def _process(job: Job, folder: Path) -> ProcessSpec:
    submission = submission_of(job.record["request"])
    containers = containers_of(submission)
    minutes = job.record["request"].get("executionTimeoutMinutes", 720)
    return spark_process(
        job.host,
        folder,
        submission,
        containers,
        group=job.memory_group(folder, 0),
        region=job.record["region"],
        limit_bytes=containers.driver.total_here(job.host.factor),
        timeout_seconds=minutes * 60 if minutes > 0 else None,
        grace_seconds=max(1.0, _GRACE_SECONDS / job.host.speed / 60),
        on_yarn=False,
    )


def _conclude(job: Job, ended: Exit) -> None:
    folder = job.folder / f"run-{job.record.get('runs', 0)}"
    stderr = on_emr_serverless((folder / "stderr").read_text(errors="replace"), ended) if not ended.lost else ""
    stdout = (folder / "stdout").read_text(errors="replace") if not ended.lost else ""
    if job.stop_asked:
        _end(job, "CANCELLED", "Job run was cancelled")
    elif ended.timed_out:
        _end(job, "CANCELLED", "Job run timed out: it ran longer than executionTimeoutMinutes")
    elif ended.lost or ended.stopped:
        _end(job, "FAILED", "Job failed due to an internal service error. Please try again.")
    elif ended.code == 0:
        _end(job, "SUCCESS", "Job run succeeded")
    elif ended.preempted:
        _end(job, "FAILED", _failure(ended.code, "Driver worker was lost: Host EC2 (instance i-0fake) terminated"))
    else:
        _end(job, "FAILED", _failure(ended.code, last_exceptions(f"{stdout}\n{stderr}"), ended))
    _keep_logs(job, folder, stdout, stderr)


def _failure(code: int, exceptions: str, ended: Exit | None = None) -> str:
    if ended is not None and code == _KILLED and ended.oom_kills > 0:
        exceptions = (
            "Worker has been killed as memory usage exceeded configured memory size, consider increasing memory size."
        )
    text = (
        "Job failed, please check complete logs in configured logging destination. "
        f"ExitCode: {code}. Last few exceptions: {exceptions}"
    )
    return text[:DETAILS_LIMIT]


def _end(job: Job, state: str, details: str) -> None:
    record = job.record
    started = record.get("startedAt")
    seconds = 0.0 if started is None else now() - started
    job.update(
        state=state,
        details=details,
        endedAt=now(),
        utilization=_utilization(job, seconds, free_disk=False),
        billed=_utilization(job, max(seconds, _LEAST_BILLED_SECONDS) if started is not None else 0.0, free_disk=True),
    )


def _utilization(job: Job, seconds: float, *, free_disk: bool) -> dict[str, float]:
    """What all workers together had in so many seconds, with or without the disk that comes with each of them."""
    demand = Demand.from_json(job.record["demand"])
    disk_gib = max(0, demand.disk_gib - demand.free_disk_gib) if free_disk else demand.disk_gib
    amounts = {"vCPUHour": demand.cpus, "memoryGBHour": demand.memory_gib, "storageGBHour": disk_gib}
    return {name: round(amount * seconds / 3600, 3) for name, amount in amounts.items()}


def _keep_logs(job: Job, folder: Path, stdout: str, stderr: str) -> None:
    """The driver's and the executors' logs, some seconds after the end, as there."""
    request = job.record["request"]
    monitoring = request.get("configurationOverrides", {}).get("monitoringConfiguration", {})
    uri = monitoring.get("s3MonitoringConfiguration", {}).get("logUri")
    if uri is None:
        return
    job.pause_for_logs(_LOGS_AFTER_SECONDS)
    s3 = job.host.client("s3")
    place = f"{uri.rstrip('/')}/applications/{request['applicationId']}/jobs/{job.key}"
    put_gzip(s3, f"{place}/SPARK_DRIVER/stdout.gz", stdout.encode())
    put_gzip(s3, f"{place}/SPARK_DRIVER/stderr.gz", stderr.encode())
    for name in ("stderr", "stdout"):
        for number, text in enumerate(executor_logs(folder, name), start=1):
            put_gzip(s3, f"{place}/SPARK_EXECUTOR/{number}/{name}.gz", text)
