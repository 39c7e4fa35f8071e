"""Each lever of the job is seen to act. Those that the JVM is started with: `platforms/launch/spark.test.ts`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from jobs.spark.params import EtlSettings

ROOT = Path(__file__).parents[2]
# The most tasks that ever ran side by side: each notes when it began and ended.
TASKS_AT_ONCE = """
import sys, time
from jobs.spark.params import EtlSettings
from jobs.spark.session import spark_session

def task(_):
    began = time.time()
    time.sleep(0.3)
    yield began, time.time()

options = EtlSettings(concurrency=int(sys.argv[1])).spark_options(cpus=4)
with spark_session("tasks at once", {"spark.master": "local[4]", "spark.ui.enabled": "false", **options}) as spark:
    times = spark.sparkContext.parallelize(range(8), 8).mapPartitions(task).collect()
print("at once:", max(sum(began <= moment < ended for began, ended in times) for moment, _ in times))
"""


@pytest.mark.parametrize(
    ("concurrency", "cpus", "task_cpus"), [(0, 2, 1), (1, 2, 2), (2, 2, 1), (2, 3, 2), (9, 2, 1), (1, 1, 1)]
)
def test_never_more_tasks_than_the_lever_says(concurrency, cpus, task_cpus):
    assert EtlSettings(concurrency=concurrency).spark_options(cpus)["spark.task.cpus"] == str(task_cpus)


@pytest.mark.engine
@pytest.mark.parametrize(("concurrency", "at_once"), [(0, 4), (1, 1), (2, 2)])
def test_so_many_tasks_run_at_once(concurrency, at_once):
    ended = subprocess.run(
        [sys.executable, "-c", TASKS_AT_ONCE, str(concurrency)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert f"at once: {at_once}\n" in ended.stdout, ended.stderr


@pytest.fixture
def with_levers(spark):
    """Sets the levers that a running session can change."""
    before = {}

    def change(**settings):
        for name, value in EtlSettings(**settings).spark_options(cpus=2).items():
            if name.startswith("spark.sql."):
                before.setdefault(name, spark.conf.get(name))
                spark.conf.set(name, value)

    yield change
    for name, value in before.items():
        spark.conf.set(name, value)


@pytest.mark.engine
def test_more_partitions_are_more_and_smaller_parts(spark, with_levers):
    def parts(partitions):
        with_levers(partitions=partitions)
        # Hashes, since numbers in a row would be compressed to nothing.
        grouped = spark.range(0, 2_000_000, numPartitions=2).groupBy(F.xxhash64("id")).count()
        return grouped.selectExpr("spark_partition_id() as part").distinct().count()

    assert parts(2) == 2
    assert parts(40) > 4


@pytest.mark.engine
def test_smaller_batches_are_more_of_them(spark, with_levers, tmp_path):
    spark.range(0, 10_000, numPartitions=1).write.parquet(str(tmp_path / "rows"))

    def batches(batch_rows):
        with_levers(batch_rows=batch_rows)
        plan = spark.read.parquet(str(tmp_path / "rows"))._jdf.queryExecution().sparkPlan()
        return plan.executeColumnar().count()

    assert [batches(4096), batches(1000)] == [3, 10]
