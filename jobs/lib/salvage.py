"""Finished chunks in scratch: work that no later attempt of the same stage key does again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.lib.files import FileEntry, atomic_write_json, describe_files, link_or_copy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEMPORARY_PREFIX = ".tmp-"


@dataclass(frozen=True, slots=True)
class FinishedChunk:
    """A chunk with all its files, hashed. `values` is whatever small JSON the chunk's work produced beside them."""

    name: str
    files: tuple[FileEntry, ...]
    values: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """Rows of the chunk's first file (its others hold the same rows in another form)."""
        return self.files[0].rows or 0


@dataclass(frozen=True, slots=True)
class FinishedChunks:
    """The chunks kept in one folder. Cheap to make and to send to another process.

    A chunk's files are written under `temporary_path` names; `keep` renames them and writes the chunk's record last.
    Without a record there is no chunk.
    """

    folder: Path

    def temporary_path(self, file_name: str) -> Path:
        """Where to write a chunk's file until the chunk is finished."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{TEMPORARY_PREFIX}{file_name}"

    def keep(
        self, name: str, rows_by_file: Mapping[str, int | None], values: Mapping[str, Any] | None = None
    ) -> FinishedChunk:
        """Makes the chunk `name` of its temporary files: the moment from which a retry finds it."""
        for file_name in rows_by_file:
            self.temporary_path(file_name).replace(self.folder / file_name)
        entries = describe_files(self.folder, list(rows_by_file))
        files = tuple(FileEntry(e.path, e.bytes, e.sha256, rows_by_file[e.path]) for e in entries)
        chunk = FinishedChunk(name, files, dict(values or {}))
        write_record(self._record(name), files, chunk.values)
        return chunk

    def find(self, name: str) -> FinishedChunk | None:
        """The finished chunk `name`, every file checked against its recorded size and hash; else None."""
        found = read_record(self._record(name), self.folder)
        return FinishedChunk(name, *found) if found is not None and found[0] else None

    def place(self, chunk: FinishedChunk, file_name: str, target: Path) -> FileEntry:
        """Puts one file of a chunk also at `target` (by hard link) and returns it under the target's name."""
        entry = next(file for file in chunk.files if file.path == file_name)
        link_or_copy(self.folder / file_name, target)
        return FileEntry(target.name, entry.bytes, entry.sha256, entry.rows)

    def _record(self, name: str) -> Path:
        return self.folder / f"{name}.chunk.json"


def write_record(record: Path, files: Sequence[FileEntry], values: Mapping[str, Any]) -> None:
    """Says that `files` are whole: the moment from which a retry uses them. `values` is plain JSON."""
    atomic_write_json(record, {"files": [file.to_json() for file in files], "values": dict(values)})


def read_record(record: Path, folder: Path) -> tuple[tuple[FileEntry, ...], dict[str, Any]] | None:
    """The files in `folder` and the values that `record` vouches for, each file's hash taken anew.

    None where the record is absent or not as `write_record` left it, or a file is gone or differs: then the work is
    done again.
    """
    try:
        content = json.loads(record.read_bytes())
        files = tuple(FileEntry(f["path"], f["bytes"], f["sha256"], f.get("rows")) for f in content["files"])
        values = dict(content["values"])
        found = describe_files(folder, [file.path for file in files])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    intact = all(one.sha256 == file.sha256 for one, file in zip(found, files, strict=True))
    return (files, values) if intact else None
