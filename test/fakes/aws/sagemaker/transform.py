"""Batch transform jobs: the calls, and the life of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.host import ShuttingDown
from test.fakes.aws.jobs import LOG, Job, StopAsked, Threads, new_record
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.sagemaker.common import CAPACITY, INTERNAL, arn, check_quota, planned
from test.fakes.aws.sagemaker.listing import listed
from test.fakes.aws.sagemaker.log_group import LogStream
from test.fakes.aws.sagemaker.model_server import free_port, server_process
from test.fakes.aws.sagemaker.reasons import KILLED, OUT_OF_MEMORY
from test.fakes.aws.sagemaker.transform_feed import Feed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from test.fakes.aws.host import Host
    from test.fakes.aws.job_process import Exit, ProcessSpec
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record
    from test.fakes.aws.sagemaker.models import Models

ENDED = {"Completed", "Failed", "Stopped"}
LOG_GROUP = "/aws/sagemaker/TransformJobs"
_LAUNCH_SECONDS = 120
_LOGS_AFTER_SECONDS = 60


class TransformJobs:
    """Their operations."""

    def __init__(self, host: Host, models: Models, threads: Threads) -> None:
        self._host = host
        self._models = models
        self._threads = threads
        self._jobs = Records(host.state / "sagemaker-transform-jobs")
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "CreateTransformJob": self._create,
            "DescribeTransformJob": lambda call: _described(self._found(call)),
            "StopTransformJob": self._stop,
            "ListTransformJobs": self._list,
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
        name = call.params["TransformJobName"]
        found = self._jobs.find(name)
        if found is None:
            raise invalid(f"Could not find requested job with name: {name}")
        return found

    def _create(self, call: Call) -> Result:
        params = call.params
        name = params["TransformJobName"]
        instance_type = params["TransformResources"]["InstanceType"]
        find_machine(instance_type)
        model = self._models.model(params["ModelName"], call.region)["request"]
        with LOCK:
            existing = self._jobs.find(name)
            if existing is not None:
                raise ServiceError(
                    "ResourceInUse",
                    "Job name must be unique within an AWS account and region, and a job with this name already exists "
                    f"({_arn(existing)})",
                )
            check_quota(self._host, call, instance_type, "transform job usage")
            record = new_record("transform-job", name, call.region, "InProgress")
            record |= {"request": params, "model": model, "port": 0, "faults": planned(self._host, call)}
            self._jobs.put(name, record)
        self._drive(name)
        return {"TransformJobArn": _arn(record)}

    def _drive(self, name: str) -> None:
        job = Job(self._host, self._jobs, name)
        self._threads.start(f"transform job {name}", lambda: _run(job))

    def _stop(self, call: Call) -> None:
        with LOCK:
            record = self._found(call)
            if record["state"] in ENDED:
                raise invalid(f"The request was rejected because the transform job is in status {record['state']}.")
            self._jobs.update(record["name"], state="Stopping", stopAsked=True, modified=now())

    def _list(self, call: Call) -> Result:
        shown, token = listed(self._jobs, call.params)
        return {
            "TransformJobSummaries": [
                {
                    "TransformJobName": each["name"],
                    "TransformJobArn": _arn(each),
                    "CreationTime": each["created"],
                    "TransformEndTime": each.get("endedAt"),
                    "LastModifiedTime": each["modified"],
                    "TransformJobStatus": each["state"],
                    "FailureReason": each.get("reason"),
                }
                for each in shown
            ],
            "NextToken": token,
        }


def _arn(record: Record) -> str:
    return arn(record["region"], f"transform-job/{record['name']}")


def _described(record: Record) -> Result:
    given = {key: each for key, each in record["request"].items() if key != "Tags"}
    return {
        **given,
        "TransformJobArn": _arn(record),
        "TransformJobStatus": record["state"],
        "FailureReason": record.get("reason"),
        "CreationTime": record["created"],
        "TransformStartTime": record.get("startedAt"),
        "TransformEndTime": record.get("endedAt"),
    }


def _run(job: Job) -> None:
    try:
        if not job.has_run:
            job.pause(_LAUNCH_SECONDS)
            if "capacity" in job.record["faults"]:
                _end(job, "Failed", CAPACITY)
                return
        job.update(startedAt=job.record.get("startedAt", now()))
        feed = Feed(job.host, job.record["request"], lambda: int(job.record["port"]))
        exits = job.run(lambda folder: [_process(job, folder)], while_running=feed)
        _conclude(job, exits[0], feed)
    except StopAsked:
        _end(job, "Stopped")
    except ShuttingDown:
        raise
    except Exception as error:  # noqa: BLE001 - moving files may fail in any way; the job then fails, as there
        LOG.info("transform job %s: %r", job.key, error)
        _end(job, "Failed", f"ClientError: {error}")


def _process(job: Job, folder: Path) -> ProcessSpec:
    record = job.record
    port = free_port()
    job.update(port=port)
    instance_type = record["request"]["TransformResources"]["InstanceType"]
    model = record["model"]
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
