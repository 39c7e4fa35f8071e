import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from jobs.lib.arrow_arrays import arrow_array, arrow_choices


@pytest.mark.parametrize(
    ("values", "arrow_type"),
    [
        (np.arange(5, dtype=np.int64), pa.int64()),
        (np.arange(10, dtype=np.float64)[::2], pa.float64()),
        (np.arange(5) * 86_400_000_000, pa.timestamp("us")),
        (np.array([True, False, True] * 5), pa.bool_()),
        (np.empty(0, dtype=np.int64), pa.int64()),
    ],
)
def test_the_same_array_as_pyarrow_makes(values, arrow_type):
    made = arrow_array(values, arrow_type)
    made.validate(full=True)
    assert made.equals(pa.array(values).cast(arrow_type))


def test_choices_are_text():
    made = arrow_choices(np.array([2, 0, 2], dtype=np.int8), ["Åsa", "", "Cy"])
    made.validate(full=True)
    assert made.to_pylist() == ["Cy", "Åsa", "Cy"]


def test_a_type_of_another_size_is_refused():
    with pytest.raises(ValueError, match="int32 does not fit int64"):
        arrow_array(np.arange(3, dtype=np.int32), pa.int64())


def test_pandas_is_not_imported():
    program = """
import sys, numpy as np, pyarrow as pa
from jobs.lib.arrow_arrays import arrow_array, arrow_choices
arrow_array(np.arange(3), pa.int64()), arrow_choices(np.zeros(3, np.int8), ["a"])
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
