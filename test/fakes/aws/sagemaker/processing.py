"""Processing jobs: the calls, and the life of one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import download_prefix, upload_folder
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.sagemaker.common import CAPACITY, INTERNAL, check_image, check_role
from test.fakes.aws.sagemaker.container import Container, make_container
from test.fakes.aws.sagemaker.log_group import LogStream
from test.fakes.aws.sagemaker.named_jobs import NamedJobs
from test.fakes.aws.sagemaker.reasons import failure_reason, first_failure

if TYPE_CHECKING:
    from pathlib import Path

    from test.fakes.aws.job_process import Exit, ProcessSpec
    from test.fakes.aws.jobs import Job
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
DEFAULT_RUNTIME_SECONDS = 86_400
_LAUNCH_SECONDS = 120
_LOGS_AFTER_SECONDS = 60
_ECHOED = (
    "ProcessingInputs", "ProcessingOutputConfig", "ProcessingResources", "StoppingCondition", "AppSpecification",
    "Environment", "NetworkConfig", "RoleArn",
)  # fmt: skip


class ProcessingJobs(NamedJobs):
    """Their operations."""

    kind = "Processing"

    def check(self, call: Call) -> tuple[str, dict[str, Any]]:
        """Image, instance type and role."""
        params = call.params
        check_image(params["AppSpecification"]["ImageUri"])
        instance_type = params["ProcessingResources"]["ClusterConfig"].get("InstanceType", "")
        find_machine(instance_type)
        check_role(self._host, call, params["RoleArn"])
        return instance_type, {}

    def live(self, job: Job) -> None:
        """Its containers, when there is a machine."""
        _run(job)

    def end(self, job: Job, state: str, reason: str | None = None) -> None:
        """Without containers."""
        _end(job, state, reason)

    def described(self, record: Record) -> Result:
        """The request, and what a container said last."""
        request = record["request"]
        return {
            **{name: request[name] for name in _ECHOED if name in request},
            "ExitMessage": record.get("message"),
            "LastModifiedTime": record["modified"],
        }


def _run(job: Job) -> None:
    streams: list[LogStream] = []
    synced: dict[str, dict[str, tuple[int, int]]] = {}

    def beside() -> bool:
        if not streams and "late-log" not in job.record["faults"]:
            streams.extend(_streams(job))
        for stream in streams:
            stream.ship()
        _upload_outputs(job, "Continuous", synced)
        return False

    if not job.has_run:
        job.pause(_LAUNCH_SECONDS)
        if "capacity" in job.record["faults"]:
            _end(job, "Failed", CAPACITY)
            return
    job.update(startedAt=job.record.get("startedAt", now()))
    exits = job.run(lambda folder: _processes(job, folder), while_running=beside)
    _conclude(job, exits, synced)


def _containers(job: Job, folder: Path) -> list[Container]:
    count = job.record["request"]["ProcessingResources"]["ClusterConfig"].get("InstanceCount", 1)
    return [make_container(job.host, folder, number, count) for number in range(1, count + 1)]


def _processes(job: Job, folder: Path) -> list[ProcessSpec]:
    record = job.record
    request: dict[str, Any] = record["request"]
    machine = find_machine(request["ProcessingResources"]["ClusterConfig"]["InstanceType"])
    specification = request["AppSpecification"]
    argv = [*specification.get("ContainerEntrypoint", ["process"]), *specification.get("ContainerArguments", [])]
    limit = request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_RUNTIME_SECONDS)
    specs = []
    for container in _containers(job, folder):
        for each in request.get("ProcessingInputs", []):
            source = each.get("S3Input", {})
            if "LocalPath" not in source:
                continue
            place = container.local(source["LocalPath"])
            if download_prefix(job.host.client("s3"), source["S3Uri"], place) == 0:
                raise ValueError(f'No S3 objects found under S3 URL "{source["S3Uri"]}" given in input data source.')
        for each in request.get("ProcessingOutputConfig", {}).get("Outputs", []):
            if "S3Output" in each:
                container.local(each["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        hosts = [f"algo-{number}" for number in range(1, container.count + 1)]
        current = {"current_host": f"algo-{container.number}", "hosts": hosts}
        container.write_json("config/resourceconfig.json", current)
        container.write_json("config/processingjobconfig.json", request)
        environment = {"PROCESSING_JOB_NAME": record["name"], **request.get("Environment", {})}
        specs.append(
            container.process(argv, environment, machine=machine, region=record["region"], timeout_seconds=limit)
        )
    return specs


def _streams(job: Job) -> list[LogStream]:
    at = int(job.record["created"])
    logs = job.host.client("logs")
    containers = _containers(job, job.folder / "run-0")
    return [LogStream(logs, LOG_GROUP, f"{job.key}/algo-{each.number}-{at}", each.log) for each in containers]


def _upload_outputs(job: Job, mode: str, synced: dict[str, dict[str, tuple[int, int]]]) -> None:
    for each in job.record["request"].get("ProcessingOutputConfig", {}).get("Outputs", []):
        output = each.get("S3Output")
        if output is None or output.get("S3UploadMode", "EndOfJob") != mode:
            continue
        for container in _containers(job, job.folder / "run-0"):
            known = synced.setdefault(f"{each['OutputName']}/{container.number}", {})
            upload_folder(job.host.client("s3"), container.local(output["LocalPath"]), output["S3Uri"], known)


def _conclude(job: Job, exits: list[Exit], synced: dict[str, dict[str, tuple[int, int]]]) -> None:
    containers = _containers(job, job.folder / "run-0")
    _upload_outputs(job, "Continuous", synced)
    failed = first_failure(exits)
    job.update(peakBytes=max(each.peak_bytes for each in exits))
    number = 0 if failed is None else exits.index(failed)
    message = containers[number].ml / "output" / "message"
    if message.is_file():
        job.update(message=message.read_text(errors="replace")[:1024])
    if job.stop_asked:
        _end(job, "Stopped")
    elif any(each.timed_out for each in exits):
        limit = job.record["request"].get("StoppingCondition", {}).get("MaxRuntimeInSeconds")
        _end(job, "Stopped", f"MaxRuntimeExceeded: the job ran longer than {limit} seconds")
    elif failed is None:
        _upload_outputs(job, "EndOfJob", synced)
        _end(job, "Completed")
    elif failed.preempted:
        _end(job, "Failed", INTERNAL)
    else:
        bare = "bare-exit-137" in job.record["faults"]
        _end(job, "Failed", failure_reason(failed, "", bare=bare))
    job.pause_for_logs(_LOGS_AFTER_SECONDS)
    for stream in _streams(job):
        stream.ship(final=True)
    for container in containers:
        shutil.rmtree(container.ml, ignore_errors=True)


def _end(job: Job, state: str, reason: str | None = None) -> None:
    job.update(state=state, reason=reason, endedAt=now())
