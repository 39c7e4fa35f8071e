"""The shell around every job: read `job.json`, run, write `_result.json` or `_error.json`, exit.

A job file ends with:

    if __name__ == "__main__":
        run_job(main, engine="python")
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from jobs.lib.errors import InvalidInput, describe_failure
from jobs.lib.files import atomic_write_json, local_path
from jobs.lib.job import ArtifactInput, DatasetInput, Input, Job, ModelInput, Resources, load_job
from jobs.lib.outputs import Output, OutputArtifact, OutputDataset, OutputModel, artifact_output, model_output
from jobs.lib.progress import Progress
from jobs.lib.stop import StopRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "ArtifactInput",
    "DatasetInput",
    "Input",
    "InvalidInput",
    "Job",
    "ModelInput",
    "Output",
    "OutputArtifact",
    "OutputDataset",
    "OutputModel",
    "Resources",
    "Result",
    "Salvaged",
    "artifact_output",
    "model_output",
    "run_job",
]

EXIT_OK, EXIT_FAILED, EXIT_WRONG_INPUT = 0, 1, 2
VERSIONED = ("numpy", "pyarrow", "pandas", "pyspark", "ray", "optuna", "lightgbm", "xgboost", "sklearn", "skops")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Work units found finished by earlier attempts (`before`) and done by this one (`now`)."""

    before: int
    now: int
    unit: Literal["partitions", "trials", "chunks", "steps"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a job's `main` returns. `rows_in` must be `rows_out + rows_rejected`.

    Attributes:
        outputs: by name, as the stage's contract names them.
        rows_in: rows read (or made, for a generator).
        rows_out: rows that went on.
        rows_rejected: rows kept aside with a reason.
        values: small plain JSON that becomes part of the stage's output.
        metrics: numbers for people and dashboards.
        salvaged: None if the stage salvages nothing.
    """

    outputs: Mapping[str, Output]
    rows_in: int
    rows_out: int
    rows_rejected: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    salvaged: Salvaged | None = None

    def __post_init__(self) -> None:
        if self.rows_in != self.rows_out + self.rows_rejected:
            raise AssertionError(
                f"rows do not add up: {self.rows_in} in, {self.rows_out} out, {self.rows_rejected} rejected"
            )


def run_job(main: Callable[[Job], Result], engine: Literal["python", "ray", "spark"]) -> NoReturn:
    """Runs `main` on the job whose `job.json` URI is the only argument, and exits.

    Exit code 0 with `_result.json`; 1 with `_error.json`; 2 with `_error.json` for a wrong input; 143 without either
    when asked to stop (SIGTERM), children stopped first.
    """
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program's name and one argument
        sys.exit(f"usage: {sys.argv[0]} file:///path/of/job.json")
    stop_request = StopRequest()
    job_file = local_path(sys.argv[1])
    folder = job_file.parent
    started_at = _now()
    progress = Progress(folder / "progress.json")
    try:
        progress.start()
        job = load_job(job_file, progress)
        result = main(job)
        progress.end()
        atomic_write_json(folder / "_result.json", result_document(result, engine, started_at, progress.peak_bytes))
    except BaseException as error:  # noqa: BLE001 - a job that ends by SystemExit or KeyboardInterrupt failed as well
        stop_request.wait_for_end_if_asked()
        sys.exit(_report_failure(folder, progress, error))
    sys.stdout.flush()
    sys.exit(EXIT_OK)


def _report_failure(folder: Path, progress: Progress, error: BaseException) -> int:
    document = describe_failure(error)
    atomic_write_json(folder / "_error.json", document)
    sys.stderr.write(document["traceback"])
    sys.stderr.write(f"job failed: {document['errorClass']}: {document['message']}\n")
    progress.end()
    return EXIT_WRONG_INPUT if document["kind"] == "invalid-input" else EXIT_FAILED


def result_document(result: Result, engine: str, started_at: str, peak_bytes: int) -> dict[str, Any]:
    """The content of `_result.json`."""
    salvaged = result.salvaged
    return {
        "outputs": {name: output.to_json() for name, output in result.outputs.items()},
        "values": dict(result.values),
        "rowsIn": result.rows_in,
        "rowsOut": result.rows_out,
        "rowsRejected": result.rows_rejected,
        "metrics": dict(result.metrics),
        "peakBytes": peak_bytes,
        "salvaged": salvaged and {"before": salvaged.before, "now": salvaged.now, "unit": salvaged.unit},
        "engine": engine,
        "versions": _versions(),
        "startedAt": started_at,
        "endedAt": _now(),
    }


def _versions() -> dict[str, str]:
    """Of Python and of those libraries that this job really loaded."""
    loaded = {name: sys.modules[name] for name in VERSIONED if name in sys.modules}
    return {"python": platform.python_version()} | {name: str(module.__version__) for name, module in loaded.items()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
