"""CSV as the published generator writes it (pandas): `0,David,38,62862.67,2020-06-30,False`."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

HEADER = b"id,name,age,salary,signup_date,is_active\n"


class CsvWriter:
    """One CSV file, written batch by batch."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(HEADER)
        self._options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds rows."""
        columns = {
            "id": batch["id"],
            "name": batch["name"],
            "age": batch["age"],
            "salary": _decimal_text(batch["salary"]),
            "signup_date": batch["signup_date"].cast(pa.date32()),
            "is_active": pc.if_else(batch["is_active"], "True", "False"),
        }
        pyarrow.csv.write_csv(pa.table(columns), self._file, self._options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _decimal_text(values: Any) -> Any:
    """The shortest text that reads back as the same number, as Python writes it: 120000.0, where Arrow has 120000.

    Typed Any: the stubs of pyarrow.compute do not know that scalars may stand beside arrays.
    """
    text: Any = values.cast(pa.string())
    whole = pc.equal(pc.floor(values), values)
    return pc.if_else(whole, pc.binary_join_element_wise(text, "0", "."), text)
