import errno

import pytest
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]  # py4j has no types

from jobs.lib.errors import describe_failure
from jobs.spark.java_errors import JvmGone, java_errors_named

pytestmark = pytest.mark.engine


def throw(spark, cause):
    """Has Java throw an exception for that cause."""
    spark.sparkContext._jvm.java.util.concurrent.CompletableFuture.failedFuture(cause).join()


def test_a_full_heap_anywhere_among_the_causes_is_named(spark):
    java = spark.sparkContext._jvm.java
    with pytest.raises(MemoryError) as caught, java_errors_named():
        throw(spark, java.lang.RuntimeException("task failed", java.lang.OutOfMemoryError("Java heap space")))
    assert str(caught.value) == "java.lang.OutOfMemoryError: Java heap space"
    assert describe_failure(caught.value)["kind"] == "out-of-memory"


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
