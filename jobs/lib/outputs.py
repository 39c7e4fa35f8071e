"""What a job hands back: the folders it wrote, each file with size and hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobs.lib.files import FileEntry, data_files, describe_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.lib.job import Job


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `type` is pyarrow's `str(type)`."""

    name: str
    type: str
    nullable: bool

    def to_json(self) -> dict[str, Any]:
        """As it stands in `_result.json` and `_manifest.json`."""
        return {"name": self.name, "type": self.type, "nullable": self.nullable}


@dataclass(frozen=True, slots=True)
class OutputDataset:
    """A folder of Parquet files with one schema. Made by `jobs.lib.datasets.dataset_output`."""

    path: str
    rows: int
    schema: tuple[Column, ...]
    files: tuple[FileEntry, ...]

    def to_json(self) -> dict[str, Any]:
        """As it stands in `_result.json`."""
        return {
            "kind": "dataset",
            "path": self.path,
            "rows": self.rows,
            "schema": [column.to_json() for column in self.schema],
            "files": [file.to_json() for file in self.files],
        }


@dataclass(frozen=True, slots=True)
class OutputArtifact:
    """A folder of any files."""

    path: str
    files: tuple[FileEntry, ...]

    def to_json(self) -> dict[str, Any]:
        """As it stands in `_result.json`."""
        return {"kind": "artifact", "path": self.path, "files": [file.to_json() for file in self.files]}


@dataclass(frozen=True, slots=True)
class OutputModel:
    """A finished model folder, to be stored under `name`; `candidate_sha256` names the artifact it was made from."""

    name: str
    path: str
    files: tuple[FileEntry, ...]
    candidate_sha256: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in `_result.json`."""
        return {
            "kind": "model",
            "name": self.name,
            "path": self.path,
            "files": [file.to_json() for file in self.files],
            "candidateSha256": self.candidate_sha256,
        }


Output = OutputDataset | OutputArtifact | OutputModel


def artifact_output(job: Job, sub: str, files: Sequence[FileEntry] | None = None) -> OutputArtifact:
    """Describes the finished folder `sub` of the job's output. Hashes it unless `files` are known already."""
    return OutputArtifact(sub, tuple(files) if files is not None else _described(job, sub))


def model_output(job: Job, sub: str, name: str, candidate: str = "candidate") -> OutputModel:
    """Describes the finished model folder `sub` of the job's output, made from the artifact input `candidate`."""
    return OutputModel(name, sub, _described(job, sub), job.artifact(candidate).manifest_sha256)


def _described(job: Job, sub: str) -> tuple[FileEntry, ...]:
    folder = job.output / sub
    files = tuple(describe_files(folder, data_files(folder)))
    if not files:
        raise FileNotFoundError(f"output {sub!r} holds no file: {folder}")
    return files
