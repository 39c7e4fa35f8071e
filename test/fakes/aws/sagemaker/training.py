"""Training jobs: the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from test.fakes.aws.errors import invalid
from test.fakes.aws.machines import find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.sagemaker.common import check_image, check_role
from test.fakes.aws.sagemaker.named_jobs import ENDED, NamedJobs
from test.fakes.aws.sagemaker.training_run import artifacts_uri, end, run_training

if TYPE_CHECKING:
    from test.fakes.aws.jobs import Job
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record

_ECHOED = (
    "HyperParameters", "AlgorithmSpecification", "RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig",
    "VpcConfig", "StoppingCondition", "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining", "CheckpointConfig", "Environment", "RetryStrategy", "DebugHookConfig",
    "ProfilerConfig",
)  # fmt: skip


class TrainingJobs(NamedJobs):
    """Their operations."""

    kind = "Training"
    absent = "Requested resource not found."
    taken = (
        "Training job names must be unique within an AWS account and region, and a training job with this name "
        "already exists ({arn})"
    )
    summary = ("SecondaryStatus",)

    def check(self, call: Call) -> tuple[str, dict[str, Any]]:
        """Image, instance type, times and role."""
        params = call.params
        if "AlgorithmSpecification" not in params or "ResourceConfig" not in params:
            raise invalid("AlgorithmSpecification and ResourceConfig are required")
        specification = params["AlgorithmSpecification"]
        if "TrainingImage" not in specification:
            raise invalid("AlgorithmSpecification must have a TrainingImage")
        check_image(specification["TrainingImage"])
        instance_type = params["ResourceConfig"].get("InstanceType", "")
        find_machine(instance_type)
        stopping = params.get("StoppingCondition", {})
        if params.get("EnableManagedSpotTraining"):
            if "MaxWaitTimeInSeconds" not in stopping:
                raise invalid("MaxWaitTimeInSeconds is required for managed spot training")
            if stopping["MaxWaitTimeInSeconds"] < stopping.get("MaxRuntimeInSeconds", 86_400):
                raise invalid("MaxWaitTimeInSeconds must be equal to or greater than MaxRuntimeInSeconds")
        check_role(self._host, call, params["RoleArn"])
        return instance_type, {"secondary": "Starting", "transitions": [_first_transition()]}

    def live(self, job: Job) -> None:
        """Its containers, again after each interruption of a spot instance."""
        run_training(job)

    def end(self, job: Job, state: str, reason: str | None = None) -> None:
        """Without containers."""
        end(job, state, state, reason=reason)

    def stopping(self) -> dict[str, Any]:
        """The secondary status follows."""
        return {"secondary": "Stopping"}

    def described(self, record: Record) -> Result:
        """The request, the states so far, and what it took."""
        request = record["request"]
        started = record.get("startedAt")
        seconds = None if started is None else max(1, round((record.get("endedAt") or now()) - started))
        return {
            "EnableNetworkIsolation": False,
            "EnableInterContainerTrafficEncryption": False,
            "EnableManagedSpotTraining": False,
            **{name: request[name] for name in _ECHOED if name in request},
            "ModelArtifacts": {"S3ModelArtifacts": artifacts_uri(record)} if record["state"] in ENDED else None,
            "SecondaryStatus": record["secondary"],
            "SecondaryStatusTransitions": record["transitions"],
            "TrainingTimeInSeconds": seconds,
            "BillableTimeInSeconds": seconds,
            "LastModifiedTime": record["modified"],
        }


def _first_transition() -> dict[str, object]:
    return {"Status": "Starting", "StartTime": now(), "StatusMessage": "Starting the training job"}
