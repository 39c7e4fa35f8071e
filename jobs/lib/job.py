"""`job.json`: what a job is asked to do, parsed and checked."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from jobs.lib.errors import InvalidInput
from jobs.lib.files import local_path
from jobs.lib.params import parse_params

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jobs.lib.progress import Progress

CONTRACT_VERSION = 1
JOB_FILE = "job.json"


@dataclass(frozen=True, slots=True)
class DatasetInput:
    """A published folder of Parquet files."""

    kind: Literal["dataset"]
    uri: str
    manifest_sha256: str
    rows: int
    bytes: int
    schema_sha256: str


@dataclass(frozen=True, slots=True)
class ArtifactInput:
    """A published folder of any files."""

    kind: Literal["artifact"]
    uri: str
    manifest_sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A model in the model store. `sha256` names its folder; `candidate_sha256` is the artifact it was made from."""

    kind: Literal["model"]
    name: str
    uri: str
    sha256: str
    candidate_sha256: str


Input = DatasetInput | ArtifactInput | ModelInput
T = TypeVar("T", DatasetInput, ArtifactInput, ModelInput)


@dataclass(frozen=True, slots=True)
class Resources:
    """What the job may use. `memory_bytes` is enforced on the whole process tree."""

    memory_bytes: int
    cpus: float
    disk_bytes: int

    @property
    def whole_cpus(self) -> int:
        """How many things it can do at once; 1 for a part of a CPU."""
        return max(1, int(self.cpus))


@dataclass(frozen=True, slots=True)
class _JobFile:
    version: int
    job_key: str
    stage: str
    params: dict[str, Any]
    inputs: dict[str, Input | None]
    output: str
    scratch: str
    resources: Resources
    settings: dict[str, Any]
    salvage: Literal["partitions", "trials", "chunks", "steps", "nothing"]

    def __post_init__(self) -> None:
        if self.version != CONTRACT_VERSION:
            raise InvalidInput("version", self.version, str(CONTRACT_VERSION))


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt of one stage.

    Attributes:
        key: idempotency token of this attempt.
        stage: name of the stage.
        params: what to compute; part of the stage key. Parse with `parse_params(MyParams, job.params)`.
        inputs: by name; an absent optional input is None.
        output: folder for this attempt's outputs, fresh.
        scratch: folder that all attempts of this stage key share; where nothing may be salvaged, one of this job's own.
        resources: what the job may use.
        settings: levers: how to compute, never what. Parse with `parse_params(MySettings, job.settings, "settings")`.
        salvage: what survives a failed attempt.
        progress: tells the outside how far the job is.
    """

    key: str
    stage: str
    params: Mapping[str, Any]
    inputs: Mapping[str, Input | None]
    output: Path
    scratch: Path
    resources: Resources
    settings: Mapping[str, Any]
    salvage: str
    progress: Progress

    def output_path(self, sub: str = "") -> str:
        """Local path of `sub` in the output folder. Its parent exists; `sub` itself is the job's to create."""
        return _below(self.output, sub)

    def scratch_path(self, sub: str = "") -> str:
        """Local path of `sub` in the scratch folder."""
        return _below(self.scratch, sub)

    def dataset(self, name: str) -> DatasetInput:
        """The data set called `name`; InvalidInput if absent."""
        return self._given(name, DatasetInput)

    def artifact(self, name: str) -> ArtifactInput:
        """The artifact called `name`; InvalidInput if absent."""
        return self._given(name, ArtifactInput)

    def find_model(self, name: str) -> ModelInput | None:
        """The model called `name`, or None if the workflow gave none."""
        return self._find(name, ModelInput)

    def model(self, name: str) -> ModelInput:
        """The model called `name`; InvalidInput if absent."""
        return self._given(name, ModelInput)

    def _given(self, name: str, cls: type[T]) -> T:
        found = self._find(name, cls)
        if found is None:
            raise InvalidInput(f"inputs.{name}", None, cls.__name__)
        return found

    def _find(self, name: str, cls: type[T]) -> T | None:
        found = self.inputs.get(name)
        if found is None or isinstance(found, cls):
            return found
        raise InvalidInput(f"inputs.{name}", found.kind, cls.__name__)


def load_job(job_file: Path, progress: Progress) -> Job:
    """Reads `job.json` and creates its output and scratch folders.

    A job that may salvage nothing gets an empty scratch folder of its own, whatever other attempts left in theirs.

    Raises:
        InvalidInput: not JSON, or what `parse_job` refuses.
    """
    try:
        document = json.loads(job_file.read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidInput(str(job_file), str(error), "a readable JSON file") from error
    job = parse_job(document, progress)
    if job.salvage == "nothing":
        job = replace(job, scratch=job.scratch / f"alone-{hashlib.sha256(job.key.encode()).hexdigest()[:16]}")
        shutil.rmtree(job.scratch, ignore_errors=True)
    job.output.mkdir(parents=True, exist_ok=True)
    job.scratch.mkdir(parents=True, exist_ok=True)
    return job


def parse_job(document: Any, progress: Progress) -> Job:
    """Makes a job of the parsed JSON of `job.json`; touches no file.

    Raises:
        InvalidInput: a field that is missing, unknown or of the wrong type.
    """
    parsed = parse_params(_JobFile, document, JOB_FILE)
    return Job(
        key=parsed.job_key,
        stage=parsed.stage,
        params=parsed.params,
        inputs=parsed.inputs,
        output=local_path(parsed.output),
        scratch=local_path(parsed.scratch),
        resources=parsed.resources,
        settings=parsed.settings,
        salvage=parsed.salvage,
        progress=progress,
    )


def _below(folder: Path, sub: str) -> str:
    path = folder / sub
    if ".." in path.parts or not path.is_relative_to(folder):
        raise ValueError(f"{sub!r} leaves {folder}")
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path)
