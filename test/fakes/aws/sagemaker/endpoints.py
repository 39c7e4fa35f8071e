"""Endpoints: the calls, and the life of one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from test.fakes.aws.errors import invalid
from test.fakes.aws.host import ShuttingDown
from test.fakes.aws.jobs import LOG, Job, StopAsked, Threads, new_record
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.sagemaker.common import arn, check_quota, planned
from test.fakes.aws.sagemaker.listing import listed
from test.fakes.aws.sagemaker.log_group import LogStream
from test.fakes.aws.sagemaker.model_server import answers_ping, free_port, server_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from test.fakes.aws.host import Host
    from test.fakes.aws.job_process import ProcessSpec
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record
    from test.fakes.aws.sagemaker.models import Models

_CREATING_SECONDS = 120
_DELETING_SECONDS = 30
STARTUP_SECONDS = 60
"""Real ones: what a server has to answer its first ping (480 s there by default)."""
_CAPACITY = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a "
    "different ML instance type."
)
_NO_PING = (
    "The primary container for production variant {} did not pass the ping health check. Please check CloudWatch logs "
    "for this endpoint."
)


class Endpoints:
    """Their operations."""

    def __init__(self, host: Host, models: Models, threads: Threads) -> None:
        self._host = host
        self._models = models
        self._threads = threads
        self._endpoints = Records(host.state / "sagemaker-endpoints")
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "CreateEndpoint": self._create,
            "DescribeEndpoint": lambda call: _described(self._found(call)),
            "UpdateEndpoint": self._update,
            "DeleteEndpoint": self._delete,
            "ListEndpoints": self._list,
        }

    def resume(self) -> None:
        """Goes on with what another fake has left."""
        for each in self._endpoints:
            if each["state"] != "Failed":
                self._drive(each["name"])

    def jobs(self) -> list[Record]:
        """All of them."""
        return list(self._endpoints)

    def port_of(self, name: str) -> tuple[int, str] | None:
        """Port and variant of an endpoint that takes requests; None without one."""
        found = self._endpoints.find(name)
        if found is None or found["state"] not in {"InService", "Updating"}:
            return None
        return found["port"], found["variant"]["VariantName"]

    def _found(self, call: Call) -> Record:
        found = self._endpoints.find(call.params["EndpointName"])
        if found is None:
            raise invalid(f'Could not find endpoint "{call.params["EndpointName"]}".')
        return found

    def _plan(self, call: Call) -> dict[str, Any]:
        config = self._models.config(call.params["EndpointConfigName"], call.region)
        variant = config["request"]["ProductionVariants"][0]
        model = self._models.model(variant["ModelName"], call.region)
        return {"config": config["name"], "variant": variant, "model": model["request"]}

    def _create(self, call: Call) -> Result:
        name = call.params["EndpointName"]
        plan = self._plan(call)
        with LOCK:
            if self._endpoints.find(name) is not None:
                raise invalid(f'Cannot create already existing endpoint "{_arn(call.region, name)}".')
            check_quota(self._host, call, plan["variant"]["InstanceType"], "endpoint usage")
            record = new_record("endpoint", name, call.region, "Creating")
            record |= {"request": call.params, "port": 0, "replace": False, "faults": planned(self._host, call), **plan}
            self._endpoints.put(name, record)
        self._drive(name)
        return {"EndpointArn": _arn(call.region, name)}

    def _update(self, call: Call) -> Result:
        plan = self._plan(call)
        with LOCK:
            record = self._found(call)
            self._check_settled(record)
            if record["state"] == "Failed":
                raise invalid(f'Cannot update endpoint "{_arn(call.region, record["name"])}" in status Failed.')
            self._endpoints.update(record["name"], state="Updating", replace=True, modified=now(), **plan)
        return {"EndpointArn": _arn(call.region, record["name"])}

    def _delete(self, call: Call) -> None:
        with LOCK:
            record = self._found(call)
            if record["state"] == "Failed":
                self._endpoints.update(record["name"], state="Deleting", modified=now())
                self._threads.start(f"endpoint {record['name']}", lambda: self._forget(record["name"]))
                return
            self._check_settled(record)
            self._endpoints.update(record["name"], state="Deleting", stopAsked=True, modified=now())

    @staticmethod
    def _check_settled(record: Record) -> None:
        if record["state"] in {"Creating", "Updating"}:
            raise invalid(f'Cannot update in-progress endpoint "{_arn(record["region"], record["name"])}".')

    def _list(self, call: Call) -> Result:
        shown, token = listed(self._endpoints, call.params)
        endpoints = [
            {
                "EndpointName": each["name"],
                "EndpointArn": _arn(each["region"], each["name"]),
                "CreationTime": each["created"],
                "LastModifiedTime": each["modified"],
                "EndpointStatus": each["state"],
            }
            for each in shown
        ]
        return {"Endpoints": endpoints, "NextToken": token}

    def _drive(self, name: str) -> None:
        job = Job(self._host, self._endpoints, name)

        def live() -> None:
            _live(job)
            if job.record["state"] == "Deleting":
                self._forget(name)

        self._threads.start(f"endpoint {name}", live)

    def _forget(self, name: str) -> None:
        self._host.pause(_DELETING_SECONDS)
        self._endpoints.remove(name)


def _live(job: Job) -> None:
    """Until it is deleted or has failed: a container that ends is started again."""
    try:
        if not job.has_run:
            job.pause(_CREATING_SECONDS)
            if "capacity" in job.record["faults"]:
                job.update(state="Failed", reason=_CAPACITY)
                return
        while not job.stop_asked:
            job.run(lambda folder: [_process(job, folder)], while_running=_Watch(job))
            if job.record["state"] == "Failed":
                return
            job.update(replace=False)
            job.start_again()
    except StopAsked:
        return
    except ShuttingDown:
        raise
    except Exception as error:  # noqa: BLE001 - fetching the model may fail in any way; the endpoint then fails, as there
        LOG.info("endpoint %s: %r", job.key, error)
        job.update(state="Failed", reason=f'Failed to download model data for container "primary". {error}')


class _Watch:
    """Pings and ships the log while the container runs; enough, when it never answers or another takes its place."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._deadline = time.monotonic() + STARTUP_SECONDS
        self._stream: LogStream | None = None

    def __call__(self) -> bool:
        record = self._job.record
        self._ship(record)
        if record["replace"]:
            return True
        if record["state"] not in {"Creating", "Updating"}:
            return False
        if answers_ping(record["port"]):
            self._job.update(state="InService")
        elif time.monotonic() > self._deadline or record.get("runs", 0) > _MAX_STARTS:
            self._job.update(state="Failed", reason=_NO_PING.format(record["variant"]["VariantName"]))
            return True
        return False

    def _ship(self, record: Record) -> None:
        if self._stream is None:
            runs = record.get("runs", 0)
            log = self._job.folder / f"run-{runs}" / "algo-1" / "log"
            group = f"/aws/sagemaker/Endpoints/{record['name']}"
            name = f"{record['variant']['VariantName']}/i-{record['uid']}{runs}"
            self._stream = LogStream(self._job.host.client("logs"), group, name, log)
        self._stream.ship()


_MAX_STARTS = 3


def _process(job: Job, folder: Path) -> ProcessSpec:
    record = job.record
    port = free_port()
    job.update(port=port)
    variant = record["variant"]
    return server_process(
        job.host, folder, record["model"], instance_type=variant["InstanceType"], region=record["region"], port=port
    )


def _arn(region: str, name: str) -> str:
    return arn(region, f"endpoint/{name.lower()}")


def _described(record: Record) -> Result:
    variant = record["variant"]
    count = variant.get("InitialInstanceCount", 1)
    in_service = record["state"] in {"InService", "Updating"}
    weight = variant.get("InitialVariantWeight", 1.0)
    return {
        "EndpointName": record["name"],
        "EndpointArn": _arn(record["region"], record["name"]),
        "EndpointConfigName": record["config"],
        "ProductionVariants": [
            {
                "VariantName": variant["VariantName"],
                "CurrentWeight": weight,
                "DesiredWeight": weight,
                "CurrentInstanceCount": count,
                "DesiredInstanceCount": count,
            }
        ]
        if in_service
        else None,
        "EndpointStatus": record["state"],
        "FailureReason": record.get("reason"),
        "CreationTime": record["created"],
        "LastModifiedTime": record["modified"],
    }
