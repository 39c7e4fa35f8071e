"""Finished steps in scratch: folders of files that no later attempt of the same stage key makes again.

For a job of few long steps, each with outputs of its own; `jobs.lib.salvage.FinishedChunks` is for many equal ones.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.lib.files import FileEntry, data_files, describe_files, link_or_copy
from jobs.lib.salvage import TEMPORARY_PREFIX, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class FinishedStep:
    """A step that is done.

    Attributes:
        folder: where its files are. They are shared with the output by hard link: nobody may write them again.
        files: all of them, hashed, by their paths below `folder`.
        values: the small JSON that the step gave beside them.
    """

    folder: Path
    files: tuple[FileEntry, ...]
    values: Mapping[str, Any]

    def place(self, sub: str, target: Path) -> list[FileEntry]:
        """Puts the files below the step's folder `sub` also at `target`, and returns them under their names there."""
        placed = []
        for file in self.files:
            path = Path(file.path)
            if path.is_relative_to(sub):
                name = path.relative_to(sub).as_posix()
                link_or_copy(self.folder / path, target / name)
                placed.append(FileEntry(name, file.bytes, file.sha256, file.rows))
        return placed


class FinishedSteps:
    """The steps kept in one folder.

    Attributes:
        before: how many of the steps asked for were found finished.
        now: how many were done by this attempt.
    """

    def __init__(self, folder: Path) -> None:
        self.before = 0
        self.now = 0
        self._folder = folder

    def do(self, name: str, make: Callable[[Path], Mapping[str, Any] | None]) -> FinishedStep:
        """The step `name` as an earlier attempt finished it, else made now.

        Args:
            name: of its folder and its record.
            make: writes the step's files into the empty folder that it is given, and may return small JSON. What it
                raises is passed on, and what it wrote is removed, so that a full disk gets room.
        """
        folder, record = self._folder / name, self._folder / f"{name}.step.json"
        found = read_record(record, folder)
        if found is not None:
            self.before += 1
            return FinishedStep(folder, *found)
        temporary = self._folder / f"{TEMPORARY_PREFIX}{name}"
        for leftover in (temporary, folder):
            shutil.rmtree(leftover, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            values = dict(make(temporary) or {})
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        temporary.rename(folder)
        files = tuple(describe_files(folder, data_files(folder)))
        write_record(record, files, values)
        self.now += 1
        return FinishedStep(folder, files, values)
