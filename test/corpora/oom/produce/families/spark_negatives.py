"""Spark jobs that fail for anything but memory, some of them with its words all over the log."""

from __future__ import annotations

from case import Ending, Limits, not_memory

from families.spark import CLUSTER, LARGE, TASK_HEAP, submit

BAD_PATH = """
    spark.read.parquet("/data/out-of-memory-reports/2026-03").count()
"""
BAD_COLUMN = """
    spark.range(10).select("java_heap_space").show()
"""
UDF_BUG = """
    counts = {"KeyError": 3}

    @F.udf("int")
    def occurrences(name):
        return counts[name]

    names = spark.createDataFrame([("KeyError",), ("java.lang.OutOfMemoryError: Java heap space",)], ["name"])
    names.select(occurrences("name")).show()
"""
SURVIVED = """
    import os

    @F.udf("long")
    def heavy(value):
        if not os.path.exists("seen"):
            open("seen", "w").close()
            raise MemoryError
        return value

    print("total", spark.range(10, numPartitions=1).select(heavy("id").alias("v")).agg(F.sum("v")).collect())
    raise ValueError("the total differs from yesterday's by 40 %")
"""
SPILL = """
    rows = spark.range(20_000_000).withColumn("key", F.hash("id")).withColumn("text", F.concat(F.lit("row "), F.col("id")))
    print(rows.repartition(4, "key").sortWithinPartitions("key").selectExpr("max(text)").collect())
"""
WORKER_KILLED = """
    import os
    import signal

    @F.udf("int")
    def fragile(value):
        os.kill(os.getpid(), signal.SIGKILL)

    spark.range(10, numPartitions=1).select(fragile("id")).show()
"""
EXECUTOR_KILLED = """
    import os
    import signal

    @F.udf("int")
    def fragile(value):
        daemon = int(open(f"/proc/{os.getppid()}/stat").read().split()[3])
        os.kill(daemon, signal.SIGKILL)

    spark.range(10, numPartitions=1).select(fragile("id")).show()
"""
DIVISION = """
    spark.createDataFrame([(1, 0)], "memory int, executors int").selectExpr("memory / executors").show()
"""
WAIT = """
    import time
    print("ready, session", spark.version, flush=True)
    time.sleep(600)
"""
ROWS = """
    log = spark.createDataFrame([("exit 52",), ("Killed",), ("java.lang.OutOfMemoryError: GC overhead limit exceeded",)], ["line"])
    log.show(truncate=False)
    assert log.count() == 4, "a line is missing"
"""
EXIT = """
    import sys
    print("no partitions to do")
    sys.exit(52 - 49)
"""

CASES = (
    submit("spark-bug-path-not-found", BAD_PATH, not_memory("bug")),
    submit("spark-bug-unknown-column", BAD_COLUMN, not_memory("bug")),
    submit("spark-bug-in-udf", UDF_BUG, not_memory("bug")),
    submit("spark-bug-in-udf-own-error", UDF_BUG, not_memory("bug"), own_error=True),
    submit(
        "spark-bug-after-survived-memory-error",
        SURVIVED,
        not_memory("bug"),
        master="local[2,3]",
        how="a task's MemoryError, retried with success; then the job's own error",
    ),
    submit("spark-bug-division", DIVISION, not_memory("bug")),
    submit("spark-bug-memory-words-in-rows", ROWS, not_memory("bug")),
    submit(
        "spark-bug-in-executor-with-heap-dump-flags",
        UDF_BUG,
        not_memory("bug"),
        master=CLUSTER,
        limits=LARGE,
        conf={
            "spark.log.level": "INFO",
            "spark.executor.extraJavaOptions": "-XX:+HeapDumpOnOutOfMemoryError -XX:OnOutOfMemoryError='kill %p'",
        },
    ),
    submit(
        "spark-disk-full-spill",
        SPILL,
        not_memory("disk-full"),
        limits=Limits(memory_mib=1600, disk_mib=12, seconds=150),
        env={"SPARK_LOCAL_DIRS": "{disk}"},
    ),
    submit(
        "spark-lost-python-worker-killed",
        WORKER_KILLED,
        not_memory("lost"),
        how="SIGKILL by another program, the counter stays 0",
    ),
    submit(
        "spark-lost-executor-killed",
        EXECUTOR_KILLED,
        not_memory("lost"),
        master=CLUSTER,
        limits=LARGE,
        how="SIGKILL by another program, the counter stays 0",
    ),
    submit("spark-lost-killed", WAIT, not_memory("lost"), ending=Ending("SIGKILL", "ready, session")),
    submit("spark-lost-terminated", WAIT, not_memory("lost"), ending=Ending("SIGTERM", "ready, session", whole=False)),
    submit(
        "spark-cancelled",
        WAIT,
        not_memory("cancelled"),
        ending=Ending("SIGTERM", "ready, session", requested="cancel", whole=False),
    ),
    submit(
        "spark-timeout", WAIT, not_memory("timeout"), ending=Ending("SIGKILL", "ready, session", requested="timeout")
    ),
    submit("spark-invalid-driver-memory", TASK_HEAP, not_memory("invalid-input"), memory="12 potatoes"),
    submit(
        "spark-heap-setting-above-the-box",
        TASK_HEAP,
        not_memory("invalid-input"),
        memory="64g",
        limits=Limits(memory_mib=1500, address_mib=20_000),
    ),
    submit("spark-heap-setting-below-the-least", TASK_HEAP, not_memory("invalid-input"), memory="200m"),
    submit(
        "spark-exit-3-by-itself",
        EXIT,
        not_memory("unknown"),
        how="its own exit code 3, which is also the JVM's for ExitOnOutOfMemoryError",
    ),
    submit(
        "spark-bug-missing-class",
        WAIT,
        not_memory("bug"),
        flags=("--class", "com.example.OutOfMemoryReport", "missing.jar"),
    ),
)
