"""Processing jobs: the calls, and the life of one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import download_prefix, upload_folder
from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.host import ShuttingDown
from test.fakes.aws.jobs import LOG, Job, StopAsked, Threads, new_record
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.sagemaker.common import CAPACITY, INTERNAL, arn, check_image, check_quota, check_role, planned
from test.fakes.aws.sagemaker.container import Container, make_container
from test.fakes.aws.sagemaker.listing import listed
from test.fakes.aws.sagemaker.log_group import LogStream
from test.fakes.aws.sagemaker.reasons import failure_reason, first_failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from test.fakes.aws.host import Host
    from test.fakes.aws.job_process import Exit, ProcessSpec
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record

ENDED = {"Completed", "Failed", "Stopped"}
LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
DEFAULT_RUNTIME_SECONDS = 86_400
_LAUNCH_SECONDS = 120
_LOGS_AFTER_SECONDS = 60
_ECHOED = (
    "ProcessingInputs", "ProcessingOutputConfig", "ProcessingResources", "StoppingCondition", "AppSpecification",
    "Environment", "NetworkConfig", "RoleArn",
)  # fmt: skip


class ProcessingJobs:
    """Their operations."""

    def __init__(self, host: Host, threads: Threads) -> None:
        self._host = host
        self._threads = threads
        self._jobs = Records(host.state / "sagemaker-processing-jobs")
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "CreateProcessingJob": self._create,
            "DescribeProcessingJob": lambda call: _described(self._found(call)),
            "StopProcessingJob": self._stop,
            "ListProcessingJobs": self._list,
        }

    def resume(self) -> None:
        """Goes on with what another fake has left."""
        for each in self._jobs:
            if each["state"] not in ENDED:
                self._drive(each["name"])

    def jobs(self) -> list[Record]:
        """All of them."""
        return list(self._jobs)

    def _found(self, call: Call) -> Record:
        name = call.params["ProcessingJobName"]
        found = self._jobs.find(name)
        if found is None:
            raise invalid(f"Could not find requested job with name: {name}")
        return found

    def _create(self, call: Call) -> Result:
        params = call.params
        name = params["ProcessingJobName"]
        check_image(params["AppSpecification"]["ImageUri"])
        cluster = params["ProcessingResources"]["ClusterConfig"]
        find_machine(cluster.get("InstanceType", ""))
        check_role(self._host, call, params["RoleArn"])
        with LOCK:
            existing = self._jobs.find(name)
            if existing is not None:
                raise ServiceError(
                    "ResourceInUse",
                    "Job name must be unique within an AWS account and region, and a job with this name already exists "
                    f"({_arn(existing)})",
                )
            check_quota(self._host, call, cluster["InstanceType"], "processing job usage")
            record = new_record("processing-job", name, call.region, "InProgress")
            record |= {"request": params, "faults": planned(self._host, call)}
            self._jobs.put(name, record)
        self._drive(name)
        return {"ProcessingJobArn": _arn(record)}

    def _drive(self, name: str) -> None:
        job = Job(self._host, self._jobs, name)
        self._threads.start(f"processing job {name}", lambda: _run(job))

    def _stop(self, call: Call) -> None:
        with LOCK:
            record = self._found(call)
            if record["state"] in ENDED:
                raise invalid(f"The request was rejected because the processing job is in status {record['state']}.")
            self._jobs.update(record["name"], state="Stopping", stopAsked=True, modified=now())

    def _list(self, call: Call) -> Result:
        shown, token = listed(self._jobs, call.params)
        return {
            "ProcessingJobSummaries": [
                {
                    "ProcessingJobName": each["name"],
                    "ProcessingJobArn": _arn(each),
                    "CreationTime": each["created"],
                    "ProcessingEndTime": each.get("endedAt"),
                    "LastModifiedTime": each["modified"],
                    "ProcessingJobStatus": each["state"],
                    "FailureReason": each.get("reason"),
                }
                for each in shown
            ],
            "NextToken": token,
        }


def _arn(record: Record) -> str:
    return arn(record["region"], f"processing-job/{record['name']}")


def _described(record: Record) -> Result:
    request = record["request"]
    return {
        **{name: request[name] for name in _ECHOED if name in request},
        "ProcessingJobName": record["name"],
        "ProcessingJobArn": _arn(record),
        "ProcessingJobStatus": record["state"],
        "ExitMessage": record.get("message"),
        "FailureReason": record.get("reason"),
        "CreationTime": record["created"],
        "ProcessingStartTime": record.get("startedAt"),
        "ProcessingEndTime": record.get("endedAt"),
        "LastModifiedTime": record["modified"],
    }


def _run(job: Job) -> None:
    streams: list[LogStream] = []
    synced: dict[str, dict[str, tuple[int, int]]] = {}

    def beside() -> bool:
        if not streams:
            streams.extend(_streams(job))
        for stream in streams:
            stream.ship()
        _upload_outputs(job, "Continuous", synced)
        return False

    try:
        if not job.has_run:
            job.pause(_LAUNCH_SECONDS)
            if "capacity" in job.record["faults"]:
                _end(job, "Failed", CAPACITY)
                return
        job.update(startedAt=job.record.get("startedAt", now()))
        exits = job.run(lambda folder: _processes(job, folder), while_running=beside)
        _conclude(job, exits, synced)
    except StopAsked:
        _end(job, "Stopped")
    except ShuttingDown:
        raise
    except Exception as error:  # noqa: BLE001 - moving files may fail in any way; the job then fails, as there
        LOG.info("processing job %s: %r", job.key, error)
        _end(job, "Failed", f"ClientError: {error}")


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
    job.host.pause(_LOGS_AFTER_SECONDS)
    for stream in _streams(job):
        stream.ship(final=True)
    for container in containers:
        shutil.rmtree(container.ml, ignore_errors=True)


def _end(job: Job, state: str, reason: str | None = None) -> None:
    job.update(state=state, reason=reason, endedAt=now())
