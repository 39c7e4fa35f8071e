import errno
import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from jobs.lib.errors import DiskFull, InvalidInput, describe_failure
from jobs.lib.parquet_writer import ParquetFileWriter


def raised(action):
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any error at all is described
        action()
    return caught.value


def raised_by(cls):
    def action():
        raise cls("full")

    return raised(action)


def wrapped(cause, outer):
    def action():
        try:
            raise cause
        except type(cause) as error:
            raise outer from error

    return raised(action)


def test_a_library_s_own_memory_error_is_named():
    described = describe_failure(raised(lambda: np.empty(1 << 62, dtype=np.uint8)))
    assert (described["errorClass"], described["kind"]) == ("MemoryError", "out-of-memory")
    assert described["region"] == "python-worker"
    assert described["mro"][0].startswith("numpy.")


def test_a_memory_error_below_another_error_decides():
    described = describe_failure(wrapped(pa.lib.ArrowMemoryError("malloc failed"), RuntimeError("trial failed")))
    assert (described["errorClass"], described["message"]) == ("ArrowMemoryError", "malloc failed")
    assert "RuntimeError: trial failed" in described["traceback"]


def test_a_memory_error_in_a_group_decides():
    described = describe_failure(ExceptionGroup("two", [ValueError("a"), MemoryError()]))
    assert described["kind"] == "out-of-memory"


def test_rays_memory_monitor_means_the_host():
    from ray.exceptions import OutOfMemoryError

    described = describe_failure(wrapped(OutOfMemoryError("task killed"), RuntimeError("tune failed")))
    assert (described["errorClass"], described["kind"], described["region"]) == (
        "OutOfMemoryError",
        "out-of-memory",
        "host",
    )


def test_a_class_of_ours_says_which_memory_it_was():
    from jobs.ray.kernel_kills import JobMemoryExceeded
    from jobs.spark.java_errors import JavaHeapExhausted

    regions = {
        cls.__name__: describe_failure(raised_by(cls))["region"] for cls in (JobMemoryExceeded, JavaHeapExhausted)
    }
    assert regions == {"JobMemoryExceeded": "container", "JavaHeapExhausted": "driver-heap"}


def test_prose_about_memory_is_no_memory_error():
    described = describe_failure(RuntimeError("java.lang.OutOfMemoryError: Java heap space; MemoryError"))
    assert (described["errorClass"], described["kind"], described["region"]) == ("RuntimeError", None, None)


def test_an_error_handled_on_the_way_does_not_decide():
    def action():
        try:
            raise MemoryError
        except MemoryError:
            raise ValueError("later") from None

    assert describe_failure(raised(action))["kind"] is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_disk_that_fills_up_while_parquet_is_written_is_disk_full():
    batch = pa.record_batch({"x": pa.array(np.arange(1000))})

    def action():
        with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device, not a path
            writer = ParquetFileWriter(full, batch.schema)
            writer.write(batch)
            writer.close()

    assert describe_failure(raised(action))["kind"] == "disk-full"


def test_a_disk_too_small_is_disk_full():
    described = describe_failure(DiskFull("/srv", 10_000, 500))
    assert described["kind"] == "disk-full"
    assert "needs about 10,000 bytes, 500 are free" in described["message"]


def test_permission_denied_is_not_disk_full():
    assert describe_failure(OSError(errno.EACCES, "no"))["kind"] is None


def test_a_wrong_input_survives_a_process_border():
    error = pickle.loads(pickle.dumps(InvalidInput("params.rows", 0, "1 or more")))
    assert str(error) == "params.rows: found 0, allowed: 1 or more"


def test_a_long_value_is_cut_in_the_message():
    assert len(str(InvalidInput("params", "x" * 10_000, "less"))) < 400
