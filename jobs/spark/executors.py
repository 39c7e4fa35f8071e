"""Where Spark itself reads and writes. On one machine that is where the driver does; elsewhere the mirror says where.

Everything that goes through `spark.read` or `DataFrame.write` goes through here; whatever else a job does with files
happens in the driver, whose files are on its own machine always.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Executors(Protocol):
    """The executors' side of the driver's files."""

    def readable(self, path: str) -> list[str]:
        """What Spark reads in place of the driver's file, or folder of files."""

    def written(self, folder: str) -> AbstractContextManager[str]:
        """Gives what Spark writes to in place of the driver's folder; after the block it is in that folder."""


class SameMachine:
    """Executors that see the driver's files: the paths stay as they are."""

    def readable(self, path: str) -> list[str]:
        """The path itself."""
        return [path]

    def written(self, folder: str) -> AbstractContextManager[str]:
        """The folder itself."""
        return nullcontext(folder)


_executors: Executors = SameMachine()


@contextmanager
def executors_use(executors: Executors) -> Iterator[None]:
    """Inside the block, executors read and write where `executors` says."""
    global _executors  # noqa: PLW0603 - one process is one job's driver
    before, _executors = _executors, executors
    try:
        yield
    finally:
        _executors = before


def readable(*paths: str) -> list[str]:
    """What to give to `spark.read` for these files or folders of the driver's."""
    return [place for path in paths for place in _executors.readable(path)]


def written(folder: str) -> AbstractContextManager[str]:
    """`with written(folder) as place: rows.write.parquet(place)`: afterwards the files are in the driver's `folder`."""
    return _executors.written(folder)
