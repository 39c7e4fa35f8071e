"""The workers that EMR Serverless sells, and what a submission asks of them.

AWS: EMR Serverless User Guide, "Supported worker configurations" and "Spark job properties".
"""

from __future__ import annotations

import math
import re
import shlex
from dataclasses import asdict, dataclass
from typing import Any

from test.fakes.aws.errors import invalid
from test.fakes.aws.spark.containers import MIN_OVERHEAD_BYTES, Container, Containers
from test.fakes.aws.spark.submission import Submission, parse_options

GIB = 2**30
FREE_DISK_GIB = 20
"""Comes with every worker; what is beyond it is billed."""
OVERHEAD_SHARE = 0.1
# vCPUs: least and most GB, and the step between.
WORKERS = {1: (2, 8, 1), 2: (4, 16, 1), 4: (8, 30, 1), 8: (16, 60, 4), 16: (32, 120, 8)}


def submission_of(params: dict[str, Any]) -> Submission:
    """What a StartJobRun wants to run.

    Raises:
        ServiceError: no Spark job, or options that are none.
    """
    driver = params.get("jobDriver", {}).get("sparkSubmit")
    if driver is None:
        raise invalid("jobDriver must hold sparkSubmit for a Spark application")
    settings: dict[str, str] = {}
    overrides = params.get("configurationOverrides", {}).get("applicationConfiguration", [])
    for each in overrides:
        if each["classification"] == "spark-defaults":
            settings |= each.get("properties", {})
    try:
        words = shlex.split(driver.get("sparkSubmitParameters", ""))
    except ValueError as error:
        raise invalid(f"sparkSubmitParameters cannot be parsed: {error}") from error
    given, rest = parse_options(words)
    if rest:
        raise invalid(f"sparkSubmitParameters hold more than options: {' '.join(rest)}")
    for forbidden in ("spark.master", "spark.submit.deployMode"):
        if forbidden in given:
            raise invalid(f"Setting {forbidden} is not supported on EMR Serverless")
    return Submission(driver["entryPoint"], driver.get("entryPointArguments", []), {**settings, **given})


def containers_of(submission: Submission) -> Containers:
    """Driver and executors, each on the smallest worker that holds it.

    Raises:
        ServiceError: no worker is sold in that size.
    """
    return Containers(
        driver=_container(submission, "driver"),
        executor=_container(submission, "executor"),
        executors=submission.number_of("spark.executor.instances", 3),
    )


def _container(submission: Submission, who: str) -> Container:
    cores = submission.number_of(f"spark.{who}.cores", 4)
    heap = submission.bytes_of(f"spark.{who}.memory", "14g")
    default = max(MIN_OVERHEAD_BYTES, int(heap * OVERHEAD_SHARE))
    overhead = submission.bytes_of(f"spark.{who}.memoryOverhead", f"{default}b")
    if cores not in WORKERS:
        raise invalid(f"{who.capitalize()} cores {cores} are not supported; workers have 1, 2, 4, 8 or 16 vCPU")
    least, most, step = WORKERS[cores]
    asked = max(least, math.ceil((heap + overhead) / GIB))
    given = least + math.ceil((asked - least) / step) * step
    if given > most:
        raise invalid(
            f"{who.capitalize()} memory {(heap + overhead) / GIB:.1f} GB (with overhead) is not supported "
            f"with {cores} vCPU: workers of that size have {least} to {most} GB"
        )
    return Container(cores, heap, given * GIB - heap)


@dataclass(frozen=True, slots=True)
class Demand:
    """All workers of a run together."""

    cpus: int
    memory_gib: int
    disk_gib: int
    free_disk_gib: int
    """Of the disks: what comes with the workers."""

    def as_json(self) -> dict[str, int]:
        """For a record."""
        return asdict(self)

    @staticmethod
    def from_json(value: dict[str, int]) -> Demand:
        """From a record."""
        return Demand(**value)

    def fits(self, maximum: dict[str, str], others: list[Demand]) -> bool:
        """Whether an application's maximumCapacity holds it beside others."""
        every = [self, *others]
        return (
            sum(each.cpus for each in every) <= _amount(maximum["cpu"])
            and sum(each.memory_gib for each in every) <= _amount(maximum["memory"])
            and ("disk" not in maximum or sum(each.disk_gib for each in every) <= _amount(maximum["disk"]))
        )

    def refusal(self, maximum: dict[str, str]) -> str:
        """What a run that can never have its workers fails with."""
        asked = f"[cpu: {_amount(maximum['cpu']):g} vCPU, memory: {_amount(maximum['memory']):g} GB]"
        return (
            "ApplicationMaxCapacityExceededException: Worker could not be allocated as the application has exceeded "
            f"maximumCapacity settings: {asked}"
        )


def demand_of(submission: Submission) -> Demand:
    """Driver and executors with the disks that were asked for, 20 GB by default.

    Raises:
        ServiceError: see `containers_of`.
    """
    containers = containers_of(submission)
    count = containers.executors
    return Demand(
        cpus=containers.driver.cores + count * containers.executor.cores,
        memory_gib=(containers.driver.total_bytes + count * containers.executor.total_bytes) // GIB,
        disk_gib=_disk_gib(submission, "driver") + count * _disk_gib(submission, "executor"),
        free_disk_gib=FREE_DISK_GIB * (1 + count),
    )


def _disk_gib(submission: Submission, who: str) -> int:
    return submission.bytes_of(f"spark.emr-serverless.{who}.disk", f"{FREE_DISK_GIB}g") // GIB


def _amount(text: str) -> float:
    found = re.match(r"\d+(\.\d+)?", text.strip())
    if found is None:
        raise invalid(f"'{text}' is not a capacity, such as '16 vCPU' or '64 GB'")
    return float(found[0])
