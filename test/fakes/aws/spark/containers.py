"""How large the driver and the executors are, there and here."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20

JVM_HEAP_BYTES = 512 * MIB
"""Heap that every JVM gets before the scaled size: Spark refuses less than 450 MiB."""
JVM_OVERHEAD_BYTES = 512 * MIB
"""What every container gets beside the heap before the scaled size: metaspace, threads and an idle Python."""
MIN_OVERHEAD_BYTES = 384 * MIB
"""spark.executor.memoryOverhead is at least this."""


@dataclass(frozen=True, slots=True)
class Container:
    """One driver or executor as it was asked for."""

    cores: int
    heap_bytes: int
    overhead_bytes: int

    @property
    def total_bytes(self) -> int:
        """What the service gives it."""
        return self.heap_bytes + self.overhead_bytes

    def heap_here(self, factor: float) -> int:
        """Its heap on this machine: grows with every size, from what a JVM needs on."""
        return JVM_HEAP_BYTES + int(self.heap_bytes / factor)

    def total_here(self, factor: float) -> int:
        """Its memory limit on this machine."""
        return self.heap_here(factor) + JVM_OVERHEAD_BYTES + int(self.overhead_bytes / factor)


@dataclass(frozen=True, slots=True)
class Containers:
    """A whole Spark application."""

    driver: Container
    executor: Container
    executors: int
