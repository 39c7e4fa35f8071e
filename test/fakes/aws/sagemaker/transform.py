"""Batch transform jobs: the calls, and the life of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from test.fakes.aws.errors import invalid
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.sagemaker.common import CAPACITY, INTERNAL
from test.fakes.aws.sagemaker.log_group import LogStream
from test.fakes.aws.sagemaker.model_server import free_port, primary_container, server_process
from test.fakes.aws.sagemaker.named_jobs import NamedJobs
from test.fakes.aws.sagemaker.reasons import KILLED, OUT_OF_MEMORY
from test.fakes.aws.sagemaker.transform_feed import DEFAULT_PAYLOAD_MIB, MOST_PAYLOAD_MIB, Feed

if TYPE_CHECKING:
    from pathlib import Path

    from test.fakes.aws.host import Host
    from test.fakes.aws.job_process import Exit, ProcessSpec
    from test.fakes.aws.jobs import Job, Threads
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record
    from test.fakes.aws.sagemaker.models import Models

LOG_GROUP = "/aws/sagemaker/TransformJobs"
_LAUNCH_SECONDS = 120
_LOGS_AFTER_SECONDS = 60


class TransformJobs(NamedJobs):
    """Their operations."""

    kind = "Transform"

    def __init__(self, host: Host, models: Models, threads: Threads) -> None:
        super().__init__(host, threads)
        self._models = models

    def check(self, call: Call) -> tuple[str, dict[str, Any]]:
        """Instance type, model and payload."""
        params = call.params
        instance_type = params["TransformResources"]["InstanceType"]
        find_machine(instance_type)
        model = self._models.model(params["ModelName"], call.region)["request"]
        if "ModelDataSource" in primary_container(model):
            raise invalid("ModelDataSource is not supported for transform jobs: give the model a ModelDataUrl")
        payload = params.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MIB)
        if payload * max(1, params.get("MaxConcurrentTransforms", 1)) > MOST_PAYLOAD_MIB:
            raise invalid(f"MaxConcurrentTransforms * MaxPayloadInMB cannot exceed {MOST_PAYLOAD_MIB} MB")
        return instance_type, {"model": model, "port": 0}

    def live(self, job: Job) -> None:
        """Its server, fed until everything is transformed."""
        _run(job)

    def end(self, job: Job, state: str, reason: str | None = None) -> None:
        """Without a server."""
        _end(job, state, reason)

    def described(self, record: Record) -> Result:
        """The request."""
        return {key: each for key, each in record["request"].items() if key != "Tags"}


def _run(job: Job) -> None:
    if not job.has_run:
        job.pause(_LAUNCH_SECONDS)
        if "capacity" in job.record["faults"]:
            _end(job, "Failed", CAPACITY)
            return
    job.update(startedAt=job.record.get("startedAt", now()))
    feed = Feed(job.host, job.record["request"], lambda: int(job.record["port"]))
    exits = job.run(lambda folder: [_process(job, folder)], while_running=feed)
    _conclude(job, exits[0], feed)


def _process(job: Job, folder: Path) -> ProcessSpec:
    record = job.record
    port = free_port()
    job.update(port=port)
    request = record["request"]
    container = primary_container(record["model"])
    environment = {**container.get("Environment", {}), **request.get("Environment", {})}
    model = {"PrimaryContainer": {**container, "Environment": environment}}
    instance_type = request["TransformResources"]["InstanceType"]
    return server_process(job.host, folder, model, instance_type=instance_type, region=record["region"], port=port)


def _conclude(job: Job, ended: Exit, feed: Feed) -> None:
    job.update(peakBytes=ended.peak_bytes)
    if job.stop_asked:
        _end(job, "Stopped")
    elif feed.is_done:
        _end(job, "Completed")
    elif feed.refusal is not None:
        _end(job, "Failed", feed.refusal)
    elif ended.code == KILLED and ended.oom_kills > 0:
        _end(job, "Failed", OUT_OF_MEMORY)
    elif ended.preempted or ended.lost or ended.stopped:
        _end(job, "Failed", INTERNAL)
    else:
        _end(job, "Failed", "AlgorithmError: See job logs for more information")
    job.host.pause(_LOGS_AFTER_SECONDS)
    stream = f"{job.key}/i-{job.record['uid']}"
    log = job.folder / "run-0" / "algo-1" / "log"
    LogStream(job.host.client("logs"), LOG_GROUP, stream, log).ship(final=True)


def _end(job: Job, state: str, reason: str | None = None) -> None:
    job.update(state=state, reason=reason, endedAt=now())
