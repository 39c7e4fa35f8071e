"""Makes the footer of a Parquet file written by Java depend on nothing but its rows.

parquet-mr lists the encodings of each column chunk in the order of a Java HashSet of enum members, whose hashes are
drawn anew in every JVM: two runs give the same data and different bytes. Here the lists are sorted in place. Nothing
moves, since an encoding takes one byte wherever it stands.

Format: https://parquet.apache.org/docs/file-format/metadata/ in Thrift's compact protocol,
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"PAR1"
TAIL_BYTES = 8  # the footer's length in four bytes, then the magic number

# Numbers of the fields on the way down: FileMetaData.row_groups, RowGroup.columns, ColumnChunk.meta_data,
# ColumnMetaData.encodings.
ENCODINGS = (4, 1, 3, 2)

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
DOUBLE_BYTES = 8
LONG_LIST = 15  # a list of this many or more elements has its size in a number of its own


def sort_encodings(path: Path) -> None:
    """Sorts the lists of encodings in the footer of the file, which must be whole. Its size stays as it is."""
    with path.open("r+b") as file:
        file.seek(-TAIL_BYTES, 2)
        tail = file.read()
        if tail[4:] != MAGIC:
            raise ValueError(f"{path} is no Parquet file")
        length = int.from_bytes(tail[:4], "little")
        file.seek(-TAIL_BYTES - length, 2)
        footer = bytearray(file.read(length))
        for start, end in _Walk(footer).spans_of(ENCODINGS):
            footer[start:end] = bytes(sorted(footer[start:end]))
        file.seek(-TAIL_BYTES - length, 2)
        file.write(footer)


class _Walk:
    """A walk over a Thrift struct that knows only what it looks for."""

    def __init__(self, data: bytearray) -> None:
        self._data = data
        self._at = 0

    def spans_of(self, wanted: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        """(start, end) of the elements of each list that stands under these field numbers; lists count as one step."""
        yield from self._value(STRUCT, (), wanted)

    def _value(self, kind: int, path: tuple[int, ...], wanted: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        if kind == STRUCT:
            yield from self._struct(path, wanted)
        elif kind in {LIST, SET}:
            yield from self._list(path, wanted)
        elif kind == BINARY:
            size = self._number()
            self._at += size
        elif kind in {BYTE, DOUBLE}:
            self._at += DOUBLE_BYTES if kind == DOUBLE else 1
        elif kind in {I16, I32, I64}:
            self._number()
        elif kind not in {TRUE, FALSE}:  # their value is their type; maps do not occur in Parquet
            raise ValueError(f"a Parquet footer with a value of type {kind}")

    def _struct(self, path: tuple[int, ...], wanted: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        field = 0
        while header := self._byte():
            step, kind = divmod(header, 16)
            field = field + step if step else self._signed()
            yield from self._value(kind, (*path, field), wanted)

    def _list(self, path: tuple[int, ...], wanted: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        size, kind = divmod(self._byte(), 16)
        size = self._number() if size == LONG_LIST else size
        start = self._at
        for _ in range(size):
            if kind in {TRUE, FALSE}:
                self._at += 1  # in a list a truth value takes a byte
            else:
                yield from self._value(kind, path, wanted)
        if path == wanted:
            yield start, self._at

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _number(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
                return number
            shift += 7

    def _signed(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)
