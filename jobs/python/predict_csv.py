"""The report's CSV: a header `Name,Prediction` and one line a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from pathlib import Path

HEADER = b"Name,Prediction\n"
COPY_BYTES = 1 << 20
NEEDS_QUOTES = '[",\r\n]'


def csv_lines(names: Any, predictions: Any) -> memoryview:
    """The rows as CSV (RFC 4180, lines end in a line feed): numbers in the shortest form that reads back the same.

    Arrow puts the lines one behind the other in memory already; this returns that memory, not a copy.
    pyarrow's own CSV writer has no such form: it quotes every text or none.

    Args:
        names: texts. Typed Any: the stubs of pyarrow.compute do not know that scalars may stand beside arrays.
        predictions: doubles, as many.
    """
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(names, pattern='"', replacement='""'), '"', "")
    safe = pc.if_else(pc.match_substring_regex(names, NEEDS_QUOTES), quoted, names)
    fields = pc.binary_join_element_wise(pc.fill_null(safe, ""), pc.cast(predictions, pa.string()), ",")
    return _contents(pc.binary_join_element_wise(fields, "", "\n"))


def join_csv(parts: list[Path], target: Path) -> None:
    """Writes the header and then the lines of `parts`, in their order, into `target`."""
    with target.open("wb") as out:
        out.write(HEADER)
        for part in parts:
            with part.open("rb") as lines:
                while block := lines.read(COPY_BYTES):
                    out.write(block)


def _contents(texts: Any) -> memoryview:
    """The bytes of all texts, one behind the other, of an array that begins at the start of its buffers."""
    contents = texts.buffers()[2]
    return memoryview(b"") if contents is None else memoryview(contents)[: pc.sum(pc.binary_length(texts)).as_py() or 0]
