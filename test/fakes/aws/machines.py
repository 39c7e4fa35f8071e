"""The machines that the services rent: vCPUs and memory by type. AWS: EC2 instance type pages, 2026-11."""

from __future__ import annotations

from dataclasses import dataclass

from test.fakes.aws.errors import invalid

GIB = 2**30

_SIZES = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64}
_SIZES |= {"24xlarge": 96, "32xlarge": 128, "48xlarge": 192, "medium": 1}
_GIB_A_CPU = {"c5": 2, "c6i": 2, "c7i": 2, "m5": 4, "m6i": 4, "m6g": 4, "m7i": 4, "r5": 8, "r6i": 8, "r7i": 8, "r6g": 8}
_ODD = {"t3.medium": (2, 4), "t3.large": (2, 8), "t3.xlarge": (4, 16), "t3.2xlarge": (8, 32), "t2.medium": (2, 4)}


@dataclass(frozen=True, slots=True)
class Machine:
    """One instance type."""

    cpus: int
    memory_bytes: int


MACHINES = {name: Machine(cpus, gib * GIB) for name, (cpus, gib) in _ODD.items()} | {
    f"{family}.{size}": Machine(cpus, cpus * gib * GIB)
    for family, gib in _GIB_A_CPU.items()
    for size, cpus in _SIZES.items()
}


def find_machine(instance_type: str) -> Machine:
    """The machine of a type, with or without SageMaker's `ml.`.

    Raises:
        ServiceError: there is no such type here.
    """
    found = MACHINES.get(instance_type.removeprefix("ml."))
    if found is None:
        raise invalid(f"Instance type '{instance_type}' is not supported.")
    return found
