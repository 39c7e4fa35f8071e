"""Spark 4.1 by spark-submit, local or with an executor: memory runs out in its driver, tasks, joins and workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from case import Case, Ending, Expect, Limits, out_of, program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SESSION = """
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.appName("sales").getOrCreate()
"""

TASK_HEAP = """
    rows = spark.range(60_000_000).groupBy(F.lit(1)).agg(F.collect_list("id").alias("ids"))
    print(rows.select(F.size("ids")).collect())
"""
EXPLODING_STRING = """
    rows = spark.range(200).select(F.expr("repeat('x', 20000000)").alias("text"))
    print(rows.agg(F.sort_array(F.collect_list("text")).alias("all")).select(F.size("all")).collect())
"""
COLLECT = """
    rows = spark.range(0, 30_000_000, 1, 60).withColumn("text", F.concat(F.lit("row number "), F.col("id")))
    print(len(rows.collect()))
"""
RESULT_SIZE = """
    rows = spark.range(3_000_000, numPartitions=12)
    print(rows.toPandas().shape)
"""
BROADCAST_HEAP = """
    left = spark.range(1000)
    right = spark.range(30_000_000).withColumn("text", F.concat(F.lit("a name of some length "), F.col("id")))
    print(left.join(F.broadcast(right), "id").count())
"""
BROADCAST_SIZE = """
    left = spark.range(1000)
    right = spark.range(2_000_000).withColumn("text", F.concat(F.lit("name "), F.col("id")))
    print(left.join(F.broadcast(right), "id").count())
"""
EXECUTION_MEMORY = """
    rows = spark.range(5_000_000, numPartitions=2).withColumn("key", F.hash("id"))
    rows.sortWithinPartitions("key").write.format("noop").mode("overwrite").save()
"""
UDF_MEMORY_ERROR = """
    @F.udf("int")
    def heavy(value):
        return len(bytearray(3_000_000_000)) % 7

    spark.range(10).select(heavy("id")).show()
"""
PANDAS_UDF_MEMORY_ERROR = """
    import numpy as np
    import pandas as pd

    @F.pandas_udf("double")
    def distances(values: pd.Series) -> pd.Series:
        return pd.Series(np.ones((len(values), 4_000_000)).sum(axis=1))

    spark.range(2000, numPartitions=1).select(distances("id")).agg(F.sum("distances(id)")).show()
"""
UDF_KERNEL_KILL = """
    @F.udf("int")
    def heavy(value):
        return len(bytearray(3_000_000_000)) % 7

    spark.range(10, numPartitions=1).select(heavy("id")).show()
"""
ARRAY_LIMIT = """
    spark.range(1).select(F.length(F.expr("repeat('ab', cast(id + 1073741823 as int))"))).show()
"""
TO_PANDAS_HEAP = """
    rows = spark.range(8_000_000).selectExpr("id", "id * 2 AS a", "id * 3 AS b", "id * 5 AS c")
    print(rows.toPandas().describe())
"""
TO_PANDAS = """
    import resource
    import pandas
    rows = spark.range(1_500_000).selectExpr("id", "id * 2 AS a", "id * 3 AS b", "id * 5 AS c")
    used = int(open("/proc/self/statm").read().split()[0]) * 4096
    resource.setrlimit(resource.RLIMIT_AS, (used + (120 << 20), used + (120 << 20)))
    print(rows.toPandas().describe())
"""
NUMPY_IN_DRIVER = """
    import resource
    import numpy as np
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    ids = np.array([row.id for row in spark.range(100_000).collect()])
    print("distances between", len(ids), "rows")
    print((ids[:, None] - ids[None, :]).max())
"""
METASPACE = """
    for i in range(400):
        spark.range(10).selectExpr(*[f"id * {i} + {j} AS c{j}" for j in range(60)]).collect()
"""
WAITING_HEAP = """
    import time
    try:
        spark.range(60_000_000).groupBy(F.lit(1)).agg(F.collect_list("id").alias("ids")).select(F.size("ids")).collect()
    except Exception as error:
        print("stage lost, waiting for the cluster:", str(error)[:200], flush=True)
        time.sleep(600)
"""

BOX = Limits(memory_mib=1500, seconds=150)
LARGE = Limits(memory_mib=3000, seconds=200)


def submit(
    name: str,
    text: str,
    expect: Expect,
    *,
    master: str = "local[2]",
    memory: str = "512m",
    conf: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    limits: Limits = BOX,
    ending: Ending | None = None,
    own_error: bool = False,
    how: str = "",
    env: Mapping[str, str] | None = None,
) -> Case:
    """A PySpark program that gets `spark` and `F`, started by spark-submit."""
    settings = {"spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false", "spark.log.level": "WARN"}
    settings |= conf or {}
    pairs = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    entry = ["{guard}", "job.py"] if own_error else ["job.py"]
    return Case(
        name,
        "spark",
        ("{bin}/spark-submit", "--master", master, "--driver-memory", memory, *pairs, *flags, *entry),
        expect,
        {"job.py": program(SESSION) + program(text)},
        limits=limits,
        ending=ending,
        how=how,
        env=env or {},
        heavy=True,
    )


CLUSTER = "local-cluster[1,1,1024]"

CASES = (
    submit("spark-local-task-heap", TASK_HEAP, out_of("driver-heap")),
    submit(
        "spark-local-task-heap-strings",
        EXPLODING_STRING,
        out_of("driver-heap"),
        conf={"spark.log.level": "INFO"},
        how="log level INFO",
    ),
    submit("spark-local-task-heap-own-error", TASK_HEAP, out_of("driver-heap"), own_error=True),
    submit(
        "spark-driver-exit-on-out-of-memory",
        TASK_HEAP,
        out_of("driver-heap"),
        flags=("--driver-java-options", "-XX:+ExitOnOutOfMemoryError"),
    ),
    submit(
        "spark-driver-kill-9-on-out-of-memory",
        TASK_HEAP,
        out_of("driver-heap"),
        flags=("--driver-java-options", "-XX:OnOutOfMemoryError='kill -9 %p'"),
    ),
    submit("spark-driver-collect", COLLECT, out_of("driver-heap"), conf={"spark.driver.maxResultSize": "0"}),
    submit(
        "spark-max-result-size", RESULT_SIZE, out_of("driver-result-limit"), conf={"spark.driver.maxResultSize": "2m"}
    ),
    submit(
        "spark-max-result-size-own-error",
        RESULT_SIZE,
        out_of("driver-result-limit"),
        conf={"spark.driver.maxResultSize": "2m"},
        own_error=True,
    ),
    submit(
        "spark-broadcast-not-enough-memory",
        BROADCAST_HEAP,
        out_of("broadcast"),
        conf={"spark.sql.maxBroadcastTableSize": "8g"},
    ),
    submit(
        "spark-broadcast-too-large", BROADCAST_SIZE, out_of("broadcast"), conf={"spark.sql.maxBroadcastTableSize": "1m"}
    ),
    submit(
        "spark-sort-of-many-spills",
        EXECUTION_MEMORY,
        out_of("driver-heap"),
        conf={"spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "1m"},
        how="each of thousands of spills takes a buffer of the heap",
    ),
    submit(
        "spark-udf-memory-error",
        UDF_MEMORY_ERROR,
        out_of("python-worker"),
        conf={"spark.executor.pyspark.memory": "400m"},
    ),
    submit(
        "spark-pandas-udf-memory-error",
        PANDAS_UDF_MEMORY_ERROR,
        out_of("python-worker"),
        conf={"spark.executor.pyspark.memory": "900m"},
    ),
    submit("spark-udf-kernel-kill", UDF_KERNEL_KILL, out_of("container")),
    submit(
        "spark-driver-kernel-kill",
        TASK_HEAP,
        out_of("container"),
        memory="4g",
        limits=Limits(memory_mib=700, seconds=120),
    ),
    submit("spark-array-limit", ARRAY_LIMIT, out_of("array-limit")),
    submit("spark-to-pandas-driver-heap", TO_PANDAS_HEAP, out_of("driver-heap"), memory="900m", limits=LARGE),
    submit("spark-to-pandas-memory-error", TO_PANDAS, out_of("python-worker"), memory="900m", limits=LARGE),
    submit("spark-numpy-in-driver-own-error", NUMPY_IN_DRIVER, out_of("python-worker"), own_error=True),
    submit(
        "spark-driver-metaspace",
        METASPACE,
        out_of("metaspace"),
        flags=("--driver-java-options", "-XX:MaxMetaspaceSize=90m"),
    ),
    submit("spark-executor-heap", TASK_HEAP, out_of("jvm-heap"), master=CLUSTER, limits=LARGE),
    submit(
        "spark-executor-heap-info-log",
        TASK_HEAP,
        out_of("jvm-heap"),
        master=CLUSTER,
        limits=LARGE,
        conf={"spark.log.level": "INFO", "spark.executor.extraJavaOptions": "-XX:+HeapDumpOnOutOfMemoryError"},
        how="log level INFO; the flags of executors are echoed",
    ),
    submit(
        "spark-cluster-driver-heap-info-log",
        EXPLODING_STRING,
        out_of("driver-heap"),
        master=CLUSTER,
        limits=LARGE,
        conf={"spark.log.level": "INFO", "spark.executor.extraJavaOptions": "-XX:+HeapDumpOnOutOfMemoryError"},
        how="log level INFO; the driver folds the constant string, the executor is not at fault",
    ),
    submit(
        "spark-executor-heap-then-hangs",
        WAITING_HEAP,
        out_of("jvm-heap"),
        master=CLUSTER,
        limits=LARGE,
        ending=Ending("SIGKILL", after="stage lost, waiting", requested="timeout"),
    ),
)
