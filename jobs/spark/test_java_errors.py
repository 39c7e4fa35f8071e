import errno

import pytest
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]  # py4j has no types
from pyspark.sql import functions as F

from jobs.lib.errors import describe_failure
from jobs.spark.java_errors import JvmGone, SparkMemoryExhausted, java_errors_named

pytestmark = pytest.mark.engine


def throw(spark, cause):
    """Has Java throw an exception for that cause."""
    spark.sparkContext._jvm.java.util.concurrent.CompletableFuture.failedFuture(cause).join()


# As Java 17 words them.
JAVA_MESSAGES = {
    "Java heap space": ("JavaHeapExhausted", "driver-heap"),
    "GC overhead limit exceeded": ("JavaHeapExhausted", "driver-heap"),
    "Metaspace": ("MetaspaceExhausted", "metaspace"),
    "Compressed class space": ("MetaspaceExhausted", "metaspace"),
    "Cannot reserve 8 bytes of direct buffer memory (allocated: 9, limit: 9)": (
        "DirectBufferExhausted",
        "direct-buffer",
    ),
    "Requested array size exceeds VM limit": ("ArrayTooLong", "array-limit"),
    "unable to create native thread: possibly out of memory or process/resource limits reached": (
        "ThreadsExhausted",
        "threads",
    ),
}


@pytest.mark.parametrize(("message", "name", "region"), [(text, *named) for text, named in JAVA_MESSAGES.items()])
def test_java_s_memory_errors_are_named_by_what_ran_out(spark, message, name, region):
    java = spark.sparkContext._jvm.java
    with pytest.raises(SparkMemoryExhausted) as caught, java_errors_named():
        throw(spark, java.lang.RuntimeException("task failed", java.lang.OutOfMemoryError(message)))
    assert (type(caught.value).__name__, caught.value.region) == (name, region)
    assert str(caught.value) == f"java.lang.OutOfMemoryError: {message}"
    assert describe_failure(caught.value)["kind"] == "out-of-memory"


# As Spark 4.1 words them.
SPARK_MESSAGES = {
    "Cannot broadcast the table that is larger than 8.0 GiB: 9.1 GiB.": ("BroadcastTooLarge", "broadcast"),
    "Cannot broadcast the table over 512000000 rows: 600000000 rows.": ("BroadcastTooLarge", "broadcast"),
    "Not enough memory to build and broadcast the table to all worker nodes. As a workaround, you can": (
        "BroadcastExhausted",
        "broadcast",
    ),
}


@pytest.mark.parametrize(("message", "name", "region"), [(text, *named) for text, named in SPARK_MESSAGES.items()])
def test_sparks_memory_errors_are_named_by_what_ran_out(spark, message, name, region):
    jvm = spark.sparkContext._jvm
    with pytest.raises(SparkMemoryExhausted) as caught, java_errors_named():
        throw(spark, jvm.org.apache.spark.SparkException(message, jvm.java.lang.OutOfMemoryError("Java heap space")))
    assert (type(caught.value).__name__, caught.value.region) == (name, region)


def test_a_result_above_the_drivers_limit_is_named(spark):
    limit = spark.sparkContext._jsc.sc().conf()
    before = limit.get("spark.driver.maxResultSize", "1g")
    limit.set("spark.driver.maxResultSize", "2k")
    try:
        with pytest.raises(SparkMemoryExhausted) as caught, java_errors_named():
            spark.range(0, 100_000, numPartitions=4).select(F.rand(1)).collect()
    finally:
        limit.set("spark.driver.maxResultSize", before)
    assert (type(caught.value).__name__, caught.value.region) == ("DriverResultLimit", "driver-result-limit")
    assert "Total size of serialized results of" in str(caught.value)


def test_a_task_without_execution_memory_is_named(spark):
    jvm = spark.sparkContext._jvm
    parameters = jvm.java.util.HashMap()
    parameters.put("requestedBytes", "65536")
    parameters.put("receivedBytes", "0")
    with pytest.raises(SparkMemoryExhausted) as caught, java_errors_named():
        throw(spark, jvm.org.apache.spark.memory.SparkOutOfMemoryError("UNABLE_TO_ACQUIRE_MEMORY", parameters))
    assert (type(caught.value).__name__, caught.value.region) == ("ExecutionMemoryExhausted", "driver-heap")
    assert "Unable to acquire 65536 bytes of memory, got 0" in str(caught.value)


@pytest.mark.parametrize("raised", [MemoryError(), MemoryError("no room")])
def test_a_python_worker_that_cannot_allocate_is_named(spark, raised):
    def allocate(_row):
        raise raised

    with pytest.raises(SparkMemoryExhausted) as caught, java_errors_named():
        spark.range(1).rdd.map(allocate).collect()
    assert (type(caught.value).__name__, caught.value.region) == ("PythonWorkerExhausted", "python-worker")


def test_a_python_worker_that_only_speaks_of_memory_is_not_out_of_it(spark):
    def fail(_row):
        raise ValueError("MemoryError: says the data")

    with pytest.raises(Py4JJavaError), java_errors_named():
        spark.range(1).rdd.map(fail).collect()


def test_a_full_disk_is_named(spark):
    with pytest.raises(OSError, match="No space left") as caught, java_errors_named():
        throw(spark, spark.sparkContext._jvm.java.io.IOException("No space left on device"))
    assert caught.value.errno == errno.ENOSPC


def test_words_about_memory_are_no_proof(spark):
    with pytest.raises(Py4JJavaError), java_errors_named():
        throw(spark, spark.sparkContext._jvm.java.io.IOException("java.lang.OutOfMemoryError: Java heap space"))


def test_a_jvm_that_does_not_answer_is_gone():
    with pytest.raises(JvmGone), java_errors_named():
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
