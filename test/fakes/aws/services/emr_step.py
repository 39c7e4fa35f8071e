"""The life of one EMR step: what command-runner.jar starts, and what is told of its end."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import download, put_gzip
from test.fakes.aws.errors import ServiceError
from test.fakes.aws.host import ShuttingDown
from test.fakes.aws.job_process import ProcessSpec
from test.fakes.aws.jobs import LOG, Job
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.services.emr_sizes import containers_of, step_submission
from test.fakes.aws.spark.containers import JVM_HEAP_BYTES, JVM_OVERHEAD_BYTES
from test.fakes.aws.spark.home import executor_logs
from test.fakes.aws.spark.log_text import last_exceptions, on_yarn
from test.fakes.aws.spark.run import spark_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from test.fakes.aws.job_process import Exit
    from test.fakes.aws.records import Record

_LOGS_AFTER_SECONDS = 180
_ARCHIVED_EVERY_SECONDS = 300
_GRACE_SECONDS = 120
_MESSAGE_LIMIT = 256


def run_step(job: Job, cluster: Record) -> None:
    """From RUNNING to its end, and its logs."""
    try:
        exits = job.run(lambda folder: [_process(job, cluster, folder)], while_running=_archiving(job, cluster))
    except ShuttingDown:
        raise
    except Exception as error:  # noqa: BLE001 - fetching the program may fail in any way; the step then fails, as there
        LOG.info("step %s: %r", job.key, error)
        text = str(error) if isinstance(error, ServiceError) else f"{type(error).__name__}: {error}"
        _fail(job, cluster, text, "Unknown Error.")
        folder = job.folder / "run-0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "stderr").write_text(f"{error}\n")
        _keep_logs(job, cluster, f"{error}\n")
        return
    _conclude(job, cluster, exits[0])


def _process(job: Job, cluster: Record, folder: Path) -> ProcessSpec:
    words: list[str] = job.record["request"]["HadoopJarStep"].get("Args", [])
    jar = job.record["request"]["HadoopJarStep"]["Jar"].rpartition("/")[2]
    master = find_machine(_types(cluster)["MASTER"])
    grace = max(1.0, _GRACE_SECONDS / job.host.speed)
    if jar == "command-runner.jar" and words[:1] == ["spark-submit"]:
        submission = step_submission(words[1:])
        containers = containers_of(submission, _types(cluster)["CORE"])
        is_client = submission.settings.get("spark.submit.deployMode", "client") == "client"
        on_master = JVM_HEAP_BYTES + JVM_OVERHEAD_BYTES + job.host.scaled(master.memory_bytes)
        return spark_process(
            job.host,
            folder,
            submission,
            containers,
            group=job.memory_group(folder, 0),
            region=job.record["region"],
            limit_bytes=on_master if is_client else containers.driver.total_here(job.host.factor),
            timeout_seconds=None,
            grace_seconds=grace,
            on_yarn=True,
        )
    if jar == "script-runner.jar" and words and words[0].startswith("s3://"):
        script = download(job.host.client("s3"), words[0], folder / "code")
        words = ["bash", str(script), *words[1:]]
    elif jar != "command-runner.jar" or not words:
        raise ServiceError("ValidationException", f"there is nothing to run in {jar} {' '.join(words)}")
    environment = job.host.job_environment(folder, job.record["region"])
    if shutil.which(words[0], path=environment["PATH"]) is None:
        raise FileNotFoundError(f'Cannot run program "{words[0]}": error=2, No such file or directory')
    return ProcessSpec(
        argv=words,
        env=environment,
        cwd=folder,
        memory_bytes=job.host.scaled(master.memory_bytes),
        stdout=folder / "stdout",
        stderr=folder / "stderr",
        grace_seconds=grace,
    )


def _types(cluster: Record) -> dict[str, str]:
    from test.fakes.aws.services.emr import instance_types

    return instance_types(cluster["request"]["Instances"])


def _conclude(job: Job, cluster: Record, ended: Exit) -> None:
    folder = job.folder / "run-0"
    stderr = (folder / "stderr").read_text(errors="replace") if not ended.lost else ""
    words: list[str] = job.record["request"]["HadoopJarStep"].get("Args", [])
    if words[:1] == ["spark-submit"]:
        stderr = on_yarn(stderr, ended, containers_of(step_submission(words[1:]), _types(cluster)["CORE"]))
    if ended.preempted:
        stderr += "\nContainer released on a *lost* node. Exit status: -100. Host EC2 (instance i-0fake) terminated.\n"
    elif not (ended.lost or ended.stopped or job.stop_asked) and _is_command(job):
        stderr += f"Command exiting with ret '{ended.code}'\n"
    if ended.preempted_executors > 0:
        job.update(lostMachines=[{"id": f"i-{job.key[2:].lower()}", "endedAt": now()}])
    if job.stop_asked:
        job.update(state="CANCELLED", endedAt=now())
    elif ended.lost or ended.stopped:
        _fail(job, cluster, "The step's process was lost.", "Unknown Error.")
    elif ended.code == 0:
        job.update(state="COMPLETED", endedAt=now())
    else:
        _fail(job, cluster, last_exceptions(stderr), "Unknown Error.")
    _keep_logs(job, cluster, stderr, ended)


def _fail(job: Job, cluster: Record, message: str, reason: str) -> None:
    failure: dict[str, Any] = {"Reason": reason}
    if message != "":
        failure["Message"] = message[:_MESSAGE_LIMIT]
    place = _log_place(job, cluster)
    if place is not None:
        failure["LogFile"] = f"{place}/stderr.gz"
    job.update(state="CANCELLED" if job.stop_asked else "FAILED", failure=failure, endedAt=now())


def _log_place(job: Job, cluster: Record) -> str | None:
    uri = cluster["request"].get("LogUri")
    return None if uri is None else f"{uri.rstrip('/')}/{cluster['id']}/steps/{job.key}"


def _is_command(job: Job) -> bool:
    return str(job.record["request"]["HadoopJarStep"]["Jar"]).endswith("command-runner.jar")


def _controller_log(job: Job, ended: Exit | None) -> str:
    """What the primary node's controller writes of a step: how its process ended, whatever that could say itself."""
    step = job.record["request"]["HadoopJarStep"]
    command = f"hadoop jar {step['Jar']} {' '.join(step.get('Args', []))}"
    lines = [f"INFO Ensure step {job.key} jar file {step['Jar']}", f"INFO startExec '{command}'"]
    if ended is not None and not ended.lost and not ended.preempted:
        lines.append(f"INFO waitProcessCompletion ended with exit code {ended.code} : {command}")
        if job.record["state"] == "FAILED":
            took = round(ended.ended - ended.started)
            lines.append(f"WARN Step failed with exitCode {ended.code} and took {took} seconds")
    return "".join(f"{line}\n" for line in lines)


def _archiving(job: Job, cluster: Record) -> Callable[[], bool]:
    """Brings what the step has written so far to S3 from time to time, as there; never says that it is enough."""
    place = _log_place(job, cluster)
    archived_at = time.monotonic()

    def look() -> bool:
        nonlocal archived_at
        if place is not None and time.monotonic() - archived_at >= _ARCHIVED_EVERY_SECONDS / job.host.speed:
            stderr = job.folder / "run-0" / "stderr"
            _archive(job, place, stderr.read_text(errors="replace") if stderr.exists() else "", None)
            archived_at = time.monotonic()
        return False

    return look


def _archive(job: Job, place: str, stderr: str, ended: Exit | None) -> None:
    s3 = job.host.client("s3")
    stdout = job.folder / "run-0" / "stdout"
    put_gzip(s3, f"{place}/stdout.gz", stdout.read_bytes() if stdout.exists() else b"")
    put_gzip(s3, f"{place}/stderr.gz", stderr.encode())
    put_gzip(s3, f"{place}/controller.gz", _controller_log(job, ended).encode())


def _keep_logs(job: Job, cluster: Record, stderr: str, ended: Exit | None = None) -> None:
    """What the step wrote, and its containers, minutes after the end, as there."""
    place = _log_place(job, cluster)
    if place is None:
        return
    job.pause_for_logs(_LOGS_AFTER_SECONDS)
    _archive(job, place, stderr, ended)
    s3 = job.host.client("s3")
    folder = job.folder / "run-0"
    whole = f"1764000000000_{job.key[2:]}"
    base = f"{place.partition('/steps/')[0]}/containers/application_{whole}"
    for name in ("stderr", "stdout"):
        for number, text in enumerate(executor_logs(folder, name), start=2):  # the first container is the driver's
            put_gzip(s3, f"{base}/container_{whole}_01_{number:06d}/{name}.gz", text)
