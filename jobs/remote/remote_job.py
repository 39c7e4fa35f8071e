"""A job whose `job.json` speaks of S3, and where each of its folders lies on this machine meanwhile."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobs.lib.errors import InvalidInput
from jobs.lib.files import atomic_write_json, file_uri
from jobs.lib.job import JOB_FILE
from jobs.remote import s3
from jobs.remote.s3 import Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESULT_FILE, ERROR_FILE, PROGRESS_FILE = "_result.json", "_error.json", "progress.json"
# Left by the platform: the job is not wanted any more.
STOP_FILE = "_stop.json"


@dataclass(frozen=True, slots=True)
class Folders:
    """The job's folders below the one that it was given. Their paths are the same on every host of a cluster."""

    work: Path

    @property
    def job(self) -> Path:
        """Of `job.json` and of what the job says: progress, result, error."""
        return self.work / "job"

    @property
    def inputs(self) -> Path:
        """Of the inputs, one folder each."""
        return self.work / "inputs"

    @property
    def output(self) -> Path:
        """What the job hands over."""
        return self.work / "output"

    @property
    def scratch(self) -> Path:
        """What the job leaves to its next attempt."""
        return self.work / "scratch"

    def clear(self) -> None:
        """Makes the job's own folders anew. Inputs that are whole may stay: they never change."""
        for folder in (self.job, self.output, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)

    def remove(self) -> None:
        """Leaves nothing of the job on this machine but its code."""
        for folder in (self.job, self.inputs, self.output, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """What the mirror needs to know of `job.json`; everything else is the job's to check.

    Attributes:
        place: folder of the job.
        document: `job.json`.
        inputs: by name; None where the workflow gave none.
        output: where the outputs go.
        scratch: shared by all attempts of the stage.
        salvages: whether this attempt may use what is in scratch.
    """

    place: Place
    document: Mapping[str, Any]
    inputs: Mapping[str, Mapping[str, Any] | None]
    output: Place
    scratch: Place
    salvages: bool

    @staticmethod
    def load(client: s3.S3Client, job: Place) -> RemoteJob:
        """Reads `job.json`.

        Raises:
            InvalidInput: absent, not JSON, or its places are not in S3.
        """
        try:
            document = json.loads(s3.read(client, job))
        except ValueError as error:
            raise InvalidInput(job.uri, str(error), "JSON") from error
        if not isinstance(document, dict):
            raise InvalidInput(JOB_FILE, document, "an object")
        inputs = document.get("inputs")
        if not isinstance(inputs, dict) or not all(one is None or isinstance(one, dict) for one in inputs.values()):
            raise InvalidInput(f"{JOB_FILE}.inputs", inputs, "an object of references")
        return RemoteJob(
            place=job.parent,
            document=document,
            inputs=inputs,
            output=_place(document, "output"),
            scratch=_place(document, "scratch"),
            salvages=document.get("salvage") != "nothing",
        )

    def twins(self, folders: Folders) -> dict[str, str]:
        """Folders of what is fetched from S3, each with the place there that it is fetched from."""
        inputs = {str(folders.inputs / name): str(source["uri"]) for name, source in self.inputs.items() if source}
        return {**inputs, str(folders.scratch): self.scratch.uri}

    def write_local(self, folders: Folders) -> str:
        """Writes `job.json` as a job on this machine expects it; returns its URI."""
        inputs = {
            name: source and {**source, "uri": file_uri(folders.inputs / name)} for name, source in self.inputs.items()
        }
        places = {"output": file_uri(folders.output), "scratch": file_uri(folders.scratch)}
        path = folders.job / JOB_FILE
        atomic_write_json(path, {**self.document, "inputs": inputs, **places})
        return file_uri(path)


def _place(document: Mapping[str, Any], field: str) -> Place:
    return Place.parse(str(document.get(field)), f"{JOB_FILE}.{field}")
