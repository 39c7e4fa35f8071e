"""What all of SageMaker's calls check and say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.host import ACCOUNT

if TYPE_CHECKING:
    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call

_IMAGE = re.compile(r"(?:\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com|[\w.-]+(?::\d+)?)/[\w./-]+(?:[:@][\w.:-]+)?")

CAPACITY = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)
INTERNAL = "InternalServerError: We encountered an internal error. Please try again."


def arn(call_region: str, path: str) -> str:
    """An ARN of this account."""
    return f"arn:aws:sagemaker:{call_region}:{ACCOUNT}:{path}"


def check_role(host: Host, call: Call, role: str) -> None:
    """A role of another account, or one that a fault names, cannot be assumed.

    Raises:
        ServiceError: `ValidationException` in SageMaker's words.
    """
    if f":{ACCOUNT}:" not in role or host.faults.take(call.service, call.operation, "unassumable-role"):
        raise invalid(
            f"Could not assume role {role}. Please ensure that the role exists and allows principal "
            "'sagemaker.amazonaws.com' to assume the role."
        )


def check_image(image: str) -> None:
    """The image is never pulled; its name must be one.

    Raises:
        ServiceError: it is none.
    """
    if not _IMAGE.fullmatch(image):
        raise invalid(f"Invalid image URI {image}. Please provide a valid Amazon Elastic Container Registry path.")


def check_quota(host: Host, call: Call, instance_type: str, usage: str) -> None:
    """Fault `quota`.

    Raises:
        ServiceError: `ResourceLimitExceeded`.
    """
    if host.faults.take(call.service, call.operation, "quota"):
        raise ServiceError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{instance_type} for {usage}' is 0 Instances, with current utilization "
            "of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase "
            "for this quota. If AWS Service Quotas is not available, contact AWS support to request an increase for "
            "this quota.",
        )


def planned(host: Host, call: Call) -> dict[str, Any]:
    """Faults that strike later in the life of what a call makes."""
    kinds = ("capacity", "preempt", "bare-exit-137", "late-log")
    found = {kind: host.faults.take(call.service, call.operation, kind) for kind in kinds}
    return {kind: fault for kind, fault in found.items() if fault is not None}
