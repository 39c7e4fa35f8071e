"""The driver's log in the words of the service: a standalone worker reports executors that ended in its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from test.fakes.aws.job_process import Exit
    from test.fakes.aws.spark.containers import Containers

_ENDED = re.compile(r"Command exited with code (\d+)")
_EXCEPTION = re.compile(
    r"^(?:Caused by: |Exception in thread \S+ )?[\w.$]+(?:Error|Exception|Interrupt)\b.*$", re.MULTILINE
)
GIB = 2**30


def on_yarn(log: str, ended: Exit, containers: Containers) -> str:
    """Spark on YARN: org.apache.spark.deploy.yarn.YarnAllocator and ExecutorLossReason."""
    size = f"{containers.executor.total_bytes / GIB:.1f} GB"

    def told(found: re.Match[str]) -> str:
        code = found[1]
        if code == "137" and ended.executor_oom_kills > 0:
            return (
                f"Container killed by YARN for exceeding physical memory limits. {size} of {size} physical memory "
                "used. Consider boosting spark.executor.memoryOverhead."
            )
        container = "container_1764000000000_0001_01_000002"
        if code == "137" and ended.preempted_executors > 0:
            return (
                f"Container marked as failed: {container} on host: ip-10-0-1-17.eu-central-1.compute.internal. "
                "Exit status: -100. Diagnostics: Container released on a *lost* node."
            )
        return (
            f"Container from a bad node: {container} on host: ip-10-0-1-17.eu-central-1.compute.internal. "
            f"Exit status: {code}. Diagnostics: Container killed on request. Exit code is {code}."
        )

    return _ENDED.sub(told, log)


def on_emr_serverless(log: str, ended: Exit) -> str:
    """EMR Serverless schedules executors as containers of their own."""

    def told(found: re.Match[str]) -> str:
        code = found[1]
        if code == "137" and ended.executor_oom_kills > 0:
            return "The executor exited with exit code 137(SIGKILL, possible container OOM)."
        if code == "137" and ended.preempted_executors > 0:
            return "The executor was decommissioned: worker lost."
        return f"The executor exited with exit code {code}{'(JVM OOM)' if code == '52' else ''}."

    return _ENDED.sub(told, log)


def last_exceptions(log: str) -> str:
    """The last lines that name an exception, the way `stateDetails` quotes them."""
    return " ".join(_EXCEPTION.findall(log)[-3:])
