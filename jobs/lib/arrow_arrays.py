"""Arrow arrays over numpy memory, without a copy.

`pa.array(values)` first imports pandas to ask whether it was given one of its objects: half a second and 40 MB in every
process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array = NDArray[Any]


def arrow_array(values: Array, arrow_type: pa.DataType) -> pa.Array[Any]:
    """An Arrow array without nulls over the memory of `values`.

    Args:
        values: one dimension, of the item size of `arrow_type` (dates as whole days or microseconds); bool for `bool_`.
        arrow_type: of fixed width.

    Raises:
        ValueError: the sizes do not match.
    """
    if pa.types.is_boolean(arrow_type):
        return pa.Array.from_buffers(arrow_type, len(values), [None, _buffer(np.packbits(values, bitorder="little"))])
    if values.itemsize * 8 != arrow_type.bit_width:
        raise ValueError(f"{values.dtype} does not fit {arrow_type}")
    return pa.Array.from_buffers(arrow_type, len(values), [None, _buffer(values)])


def arrow_choices(indices: Array, choices: Sequence[str]) -> pa.Array[Any]:
    """The text array `choices[indices]`; `indices` are int8."""
    encoded = [choice.encode() for choice in choices]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    texts = pa.StringArray.from_buffers(len(encoded), _buffer(offsets), pa.py_buffer(b"".join(encoded)))
    return texts.take(arrow_array(indices, pa.int8()))


def _buffer(values: Array) -> pa.Buffer:
    memory: Any = np.ascontiguousarray(values)  # a buffer to Python, which the stubs of 3.11 cannot say
    return pa.py_buffer(memory)
