"""What Spark on EMR's YARN asks for, and what a node can give.

AWS: EMR Release Guide, "Hadoop daemon configuration settings" and "Configure Spark".
"""

from __future__ import annotations

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.machines import find_machine
from test.fakes.aws.spark.containers import MIB, MIN_OVERHEAD_BYTES, Container, Containers
from test.fakes.aws.spark.submission import Submission, parse_options

YARN_SHARE = 0.75
"""Of a node's memory, for 16 GiB and more; smaller nodes give less."""
OVERHEAD_SHARE = 0.1875
"""EMR's default of spark.executor.memoryOverheadFactor."""


def step_submission(words: list[str]) -> Submission:
    """The words after `spark-submit`.

    Raises:
        ServiceError: there is no program among them, or options that are none.
    """
    settings, rest = parse_options(words)
    if not rest:
        raise invalid("spark-submit has no program")
    return Submission(rest[0], rest[1:], settings)


def containers_of(submission: Submission, node_type: str) -> Containers:
    """Driver and executors.

    Raises:
        ServiceError: an executor is larger than YARN gives on such nodes; the text is Spark's own.
    """
    node = find_machine(node_type)
    yarn_bytes = int(node.memory_bytes * YARN_SHARE)
    default_heap = int(yarn_bytes / 2 / (1 + OVERHEAD_SHARE)) // MIB
    executor = _container(submission, "executor", f"{default_heap}m", default_cores=max(1, node.cpus // 2))
    driver = _container(submission, "driver", "2g", default_cores=1)
    if executor.total_bytes > yarn_bytes:
        raise ServiceError(
            "java.lang.IllegalArgumentException",
            f"Required executor memory ({executor.heap_bytes // MIB} MB), offHeap memory (0) MB, overhead "
            f"({executor.overhead_bytes // MIB} MB), and PySpark memory (0 MB) is above the max threshold "
            f"({yarn_bytes // MIB} MB) of this cluster! Please check the values of "
            "'yarn.scheduler.maximum-allocation-mb' and/or 'yarn.nodemanager.resource.memory-mb'.",
        )
    return Containers(driver, executor, submission.number_of("spark.executor.instances", 2))


def _container(submission: Submission, who: str, default_heap: str, *, default_cores: int) -> Container:
    heap = submission.bytes_of(f"spark.{who}.memory", default_heap)
    default = max(MIN_OVERHEAD_BYTES, int(heap * OVERHEAD_SHARE))
    overhead = submission.bytes_of(f"spark.{who}.memoryOverhead", f"{default}b")
    return Container(submission.number_of(f"spark.{who}.cores", default_cores), heap, overhead)
