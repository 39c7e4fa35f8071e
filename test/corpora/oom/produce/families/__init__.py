"""The families of failures, one file each."""

from families import disk, jvm, native, node, pools, python_bugs, python_memory, ray, signals, spark, spark_negatives

ALL = (
    *python_memory.CASES,
    *pools.CASES,
    *jvm.CASES,
    *node.CASES,
    *native.CASES,
    *python_bugs.CASES,
    *signals.CASES,
    *disk.CASES,
    *spark.CASES,
    *spark_negatives.CASES,
    *ray.CASES,
)
