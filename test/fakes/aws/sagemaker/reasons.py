"""FailureReason of a job whose container ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.sagemaker.common import INTERNAL

if TYPE_CHECKING:
    from test.fakes.aws.job_process import Exit

REASON_LIMIT = 1024
KILLED = 137
OUT_OF_MEMORY = (
    "ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an "
    "instance."
)


def first_failure(exits: list[Exit]) -> Exit | None:
    """The host that failed first by itself; those that were stopped because of it do not count."""
    failed = [each for each in exits if each.code != 0]
    own = [each for each in failed if not each.stopped]
    return min(own or failed, key=lambda each: each.ended, default=None)


def failure_reason(ended: Exit, told: str, *, bare: bool) -> str:
    """The service's text. `told` is what the container wrote to /opt/ml/output/failure."""
    if ended.lost or (ended.stopped and ended.oom_kills == 0):
        return INTERNAL
    if ended.code == KILLED and ended.oom_kills > 0 and not bare:
        return OUT_OF_MEMORY
    return f"AlgorithmError: {told.strip()}"[: REASON_LIMIT - 20] + f", exit code: {ended.code}"
