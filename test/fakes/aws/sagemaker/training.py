"""Training jobs: the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.jobs import Job, Threads, new_record
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.sagemaker.common import arn, check_image, check_quota, check_role, planned
from test.fakes.aws.sagemaker.listing import listed
from test.fakes.aws.sagemaker.training_run import artifacts_uri, run_training

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record

ENDED = {"Completed", "Failed", "Stopped"}
_ECHOED = (
    "HyperParameters", "AlgorithmSpecification", "RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig",
    "VpcConfig", "StoppingCondition", "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining", "CheckpointConfig", "Environment", "RetryStrategy", "DebugHookConfig",
    "ProfilerConfig",
)  # fmt: skip


class TrainingJobs:
    """Their operations."""

    def __init__(self, host: Host, threads: Threads) -> None:
        self._host = host
        self._threads = threads
        self._jobs = Records(host.state / "sagemaker-training-jobs")
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "CreateTrainingJob": self._create,
            "DescribeTrainingJob": lambda call: _described(self._found(call)),
            "StopTrainingJob": self._stop,
            "ListTrainingJobs": self._list,
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
        found = self._jobs.find(call.params["TrainingJobName"])
        if found is None:
            raise invalid("Requested resource not found.")
        return found

    def _create(self, call: Call) -> Result:
        params = call.params
        name = params["TrainingJobName"]
        if "AlgorithmSpecification" not in params or "ResourceConfig" not in params:
            raise invalid("AlgorithmSpecification and ResourceConfig are required")
        specification = params["AlgorithmSpecification"]
        if "TrainingImage" not in specification:
            raise invalid("AlgorithmSpecification must have a TrainingImage")
        check_image(specification["TrainingImage"])
        resources = params["ResourceConfig"]
        find_machine(resources.get("InstanceType", ""))
        stopping = params.get("StoppingCondition", {})
        if params.get("EnableManagedSpotTraining"):
            if "MaxWaitTimeInSeconds" not in stopping:
                raise invalid("MaxWaitTimeInSeconds is required for managed spot training")
            if stopping["MaxWaitTimeInSeconds"] < stopping.get("MaxRuntimeInSeconds", 86_400):
                raise invalid("MaxWaitTimeInSeconds must be equal to or greater than MaxRuntimeInSeconds")
        check_role(self._host, call, params["RoleArn"])
        with LOCK:
            existing = self._jobs.find(name)
            if existing is not None:
                raise ServiceError(
                    "ResourceInUse",
                    "Training job names must be unique within an AWS account and region, and a training job with this "
                    f"name already exists ({_arn(existing)})",
                )
            check_quota(self._host, call, resources["InstanceType"], "training job usage")
            record = new_record("training-job", name, call.region, "InProgress")
            record |= {"request": params, "secondary": "Starting", "faults": planned(self._host, call)}
            record["transitions"] = [_first_transition()]
            self._jobs.put(name, record)
        self._drive(name)
        return {"TrainingJobArn": _arn(record)}

    def _drive(self, name: str) -> None:
        job = Job(self._host, self._jobs, name)
        self._threads.start(f"training job {name}", lambda: run_training(job))

    def _stop(self, call: Call) -> None:
        with LOCK:
            record = self._found(call)
            if record["state"] in ENDED:
                raise invalid(f"The request was rejected because the training job is in status {record['state']}.")
            self._jobs.update(record["name"], state="Stopping", secondary="Stopping", stopAsked=True, modified=now())

    def _list(self, call: Call) -> Result:
        shown, token = listed(self._jobs, call.params)
        return {
            "TrainingJobSummaries": [
                {
                    "TrainingJobName": each["name"],
                    "TrainingJobArn": _arn(each),
                    "CreationTime": each["created"],
                    "TrainingEndTime": each.get("endedAt"),
                    "LastModifiedTime": each["modified"],
                    "TrainingJobStatus": each["state"],
                    "SecondaryStatus": each["secondary"],
                }
                for each in shown
            ],
            "NextToken": token,
        }


def _first_transition() -> dict[str, object]:
    return {"Status": "Starting", "StartTime": now(), "StatusMessage": "Starting the training job"}


def _arn(record: Record) -> str:
    return arn(record["region"], f"training-job/{record['name']}")


def _described(record: Record) -> Result:
    request = record["request"]
    described = {name: request[name] for name in _ECHOED if name in request}
    started = record.get("startedAt")
    seconds = None if started is None else max(1, round((record.get("endedAt") or now()) - started))
    return {
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        **described,
        "TrainingJobName": record["name"],
        "TrainingJobArn": _arn(record),
        "ModelArtifacts": {"S3ModelArtifacts": artifacts_uri(record)} if record["state"] in ENDED else None,
        "TrainingJobStatus": record["state"],
        "SecondaryStatus": record["secondary"],
        "FailureReason": record.get("reason"),
        "CreationTime": record["created"],
        "TrainingStartTime": started,
        "TrainingEndTime": record.get("endedAt"),
        "LastModifiedTime": record["modified"],
        "SecondaryStatusTransitions": record["transitions"],
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
    }
