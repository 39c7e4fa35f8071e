"""The life of one training job."""

from __future__ import annotations

import shutil
import tarfile
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import download_prefix, split_uri, upload_folder
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.sagemaker.common import CAPACITY, INTERNAL
from test.fakes.aws.sagemaker.container import OPT_ML, Container, make_container
from test.fakes.aws.sagemaker.log_group import LogStream
from test.fakes.aws.sagemaker.reasons import failure_reason, first_failure

if TYPE_CHECKING:
    from pathlib import Path

    from test.fakes.aws.job_process import Exit, ProcessSpec
    from test.fakes.aws.jobs import Job
    from test.fakes.aws.records import Record

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
DEFAULT_RUNTIME_SECONDS = 86_400
_LOGS_AFTER_SECONDS = 60
_REPLACED_AFTER_SECONDS = 120
_LAUNCH_SECONDS = {"Starting": 30, "LaunchingMLInstances": 60, "PreparingTrainingStack": 15, "Downloading": 10}


def run_training(job: Job) -> None:
    """From Starting to its end."""
    if not job.has_run and not _launch(job):
        return
    exits = _run(job)
    if exits is not None:
        _conclude(job, exits)


def artifacts_uri(record: Record) -> str:
    """Where the model goes."""
    base = record["request"]["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    return f"{base}/{record['name']}/output/model.tar.gz"


def _launch(job: Job) -> bool:
    for status, seconds in _LAUNCH_SECONDS.items():
        _move(job, status)
        job.pause(seconds)
        if status == "LaunchingMLInstances" and "capacity" in job.record["faults"]:
            if not job.record["request"].get("EnableManagedSpotTraining"):
                end(job, "Failed", "Failed", reason=CAPACITY)
            else:
                job.pause(job.record["request"]["StoppingCondition"]["MaxWaitTimeInSeconds"])
                end(job, "Stopped", "MaxWaitTimeExceeded")
            return False
    return True


def _run(job: Job) -> list[Exit] | None:
    """The containers, again after each interruption of a spot instance; None when the job has ended otherwise."""
    while True:
        _move(job, "Training")
        job.update(startedAt=job.record.get("startedAt", now()))
        beside = _Beside(job)
        exits = job.run(lambda folder: _processes(job, folder), while_running=beside)
        if not any(each.preempted for each in exits) or job.stop_asked:
            return exits
        if not job.record["request"].get("EnableManagedSpotTraining"):
            end(job, "Failed", "Failed", reason=INTERNAL)
            return None
        beside.save_checkpoints()
        _move(job, "Interrupted")
        job.start_again()
        job.pause(_REPLACED_AFTER_SECONDS)
        _move(job, "Starting")
        job.pause(_REPLACED_AFTER_SECONDS)


def _run_folder(job: Job) -> Path:
    return job.folder / f"run-{job.record.get('runs', 0)}"


def _containers(job: Job, folder: Path) -> list[Container]:
    count = job.record["request"]["ResourceConfig"].get("InstanceCount", 1)
    return [make_container(job.host, folder, number, count) for number in range(1, count + 1)]


def _processes(job: Job, folder: Path) -> list[ProcessSpec]:
    record = job.record
    request = record["request"]
    resources = request["ResourceConfig"]
    machine = find_machine(resources["InstanceType"])
    specification = request["AlgorithmSpecification"]
    argv = [*specification.get("ContainerEntrypoint", ["train"]), *specification.get("ContainerArguments", [])]
    limit = request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_RUNTIME_SECONDS)
    channels = request.get("InputDataConfig", [])
    names = [each["ChannelName"] for each in channels]
    specs = []
    containers = _containers(job, folder)
    for container in containers:
        for channel in channels:
            _download_channel(job, container, channel)
        checkpoint = request.get("CheckpointConfig")
        if checkpoint is not None:
            place = container.local(checkpoint.get("LocalPath", f"{OPT_ML}/checkpoints"))
            download_prefix(job.host.client("s3"), checkpoint["S3Uri"].rstrip("/") + "/", place)
        _write_configuration(container, request, channels)
        environment = {
            "TRAINING_JOB_NAME": record["name"],
            "TRAINING_JOB_ARN": f"arn:aws:sagemaker:{record['region']}:123456789012:training-job/{record['name']}",
            **{f"SM_CHANNEL_{name.upper()}": f"{OPT_ML}/input/data/{name}" for name in names},
            **request.get("Environment", {}),
        }
        specs.append(
            container.process(argv, environment, machine=machine, region=record["region"], timeout_seconds=limit)
        )
    return specs


def _download_channel(job: Job, container: Container, channel: dict[str, Any]) -> None:
    source = channel["DataSource"]["S3DataSource"]
    target = container.local(f"{OPT_ML}/input/data/{channel['ChannelName']}")
    if download_prefix(job.host.client("s3"), source["S3Uri"], target) == 0:
        raise ValueError(f"Data download failed:No objects found with S3 prefix {source['S3Uri']}")


def _write_configuration(container: Container, request: dict[str, Any], channels: list[dict[str, Any]]) -> None:
    hosts = [f"algo-{number}" for number in range(1, container.count + 1)]
    container.write_json("input/config/hyperparameters.json", request.get("HyperParameters", {}))
    container.write_json(
        "input/config/inputdataconfig.json",
        {
            each["ChannelName"]: {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}
            for each in channels
        },
    )
    container.write_json(
        "input/config/resourceconfig.json",
        {"current_host": f"algo-{container.number}", "hosts": hosts, "network_interface_name": "lo"},
    )


def _streams(job: Job, folder: Path) -> list[LogStream]:
    logs = job.host.client("logs")
    at = int(job.record["created"])
    return [
        LogStream(logs, LOG_GROUP, f"{job.key}/algo-{each.number}-{at}{job.record.get('runs', 0)}", each.log)
        for each in _containers(job, folder)
    ]


class _Beside:
    """What happens while the containers run: logs and checkpoints are shipped."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._folder = _run_folder(job)
        self._streams: list[LogStream] = []
        self._synced: dict[int, dict[str, tuple[int, int]]] = {}

    def __call__(self) -> bool:
        """Never enough."""
        if not self._streams:
            self._streams = _streams(self._job, self._folder)
        for stream in self._streams:
            stream.ship()
        self.save_checkpoints()
        return False

    def save_checkpoints(self) -> None:
        """Uploads what is new below the local checkpoint path."""
        checkpoint = self._job.record["request"].get("CheckpointConfig")
        if checkpoint is None:
            return
        for container in _containers(self._job, self._folder):
            place = container.local(checkpoint.get("LocalPath", f"{OPT_ML}/checkpoints"))
            if place.is_dir():
                known = self._synced.setdefault(container.number, {})
                upload_folder(self._job.host.client("s3"), place, checkpoint["S3Uri"], known)


def _conclude(job: Job, exits: list[Exit]) -> None:
    folder = _run_folder(job)
    containers = _containers(job, folder)
    _Beside(job).save_checkpoints()
    failed = first_failure(exits)
    job.update(peakBytes=max(each.peak_bytes for each in exits))
    if job.stop_asked:
        _upload_artifacts(job, containers)
        end(job, "Stopped", "Stopped")
    elif any(each.timed_out for each in exits):
        _upload_artifacts(job, containers)
        end(job, "Stopped", "MaxRuntimeExceeded")
    elif failed is None:
        _move(job, "Uploading")
        _upload_artifacts(job, containers)
        end(job, "Completed", "Completed")
    else:
        number = exits.index(failed)
        told = containers[number].ml / "output" / "failure"
        text = told.read_text(errors="replace") if told.is_file() else ""
        bare = "bare-exit-137" in job.record["faults"]
        end(job, "Failed", "Failed", reason=failure_reason(failed, text, bare=bare))
    job.host.pause(_LOGS_AFTER_SECONDS)
    for stream in _streams(job, folder):
        stream.ship(final=True)
    for container in containers:
        shutil.rmtree(container.ml, ignore_errors=True)


def _upload_artifacts(job: Job, containers: list[Container]) -> None:
    bucket, key = split_uri(artifacts_uri(job.record))
    for name, archive in (("model", "model.tar.gz"), ("output/data", "output.tar.gz")):
        place = containers[0].ml / name
        if not place.is_dir() or not any(place.iterdir()):
            continue
        packed = containers[0].folder / archive
        with tarfile.open(packed, "w:gz") as tar:
            for each in sorted(place.iterdir()):
                tar.add(each, arcname=each.name)
        job.host.client("s3").upload_file(str(packed), bucket, key.replace("model.tar.gz", archive))


def _move(job: Job, secondary: str) -> None:
    record = job.record
    if record["secondary"] == secondary or job.stop_asked:
        return
    *before, last = record["transitions"]
    at = now()
    following = {"Status": secondary, "StartTime": at, "StatusMessage": secondary}
    job.update(secondary=secondary, transitions=[*before, {**last, "EndTime": at}, following])


def end(job: Job, state: str, secondary: str, *, reason: str | None = None) -> None:
    """Its last state."""
    *before, last = job.record["transitions"]
    at = now()
    message = reason or f"Training job {state.lower()}"
    transitions = [*before, {**last, "EndTime": at}, {"Status": secondary, "StartTime": at, "StatusMessage": message}]
    job.update(state=state, secondary=secondary, reason=reason, endedAt=at, transitions=transitions)
