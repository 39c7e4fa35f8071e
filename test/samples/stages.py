"""Published inputs and real job processes, for the tests of the stages that work with models."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.lib.files import atomic_write_json, data_files, describe_files, file_uri
from test.samples.models import employees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobs.lib.model_features import Values

ROOT = Path(__file__).parents[2]
NAMES = np.array(["Alice", "Bob", "Charlie", "David", "Eve"])
TIME_LIMIT_SECONDS = 60
CPUS = 2


@dataclass(frozen=True, slots=True)
class Finished:
    """How a job process ended, and what it wrote."""

    exit_code: int
    folder: Path
    stdout: str
    result: dict[str, Any]
    error: dict[str, Any]


def employee_table(rows: int, seed: int) -> pa.Table:
    """Employees as the ETL hands them on: id, full_name, features and salary."""
    columns: dict[str, Values] = {"id": np.arange(rows), "full_name": NAMES[np.arange(rows) % len(NAMES)]}
    return pa.table({name: pa.array(values) for name, values in {**columns, **employees(rows, seed)}.items()})


def publish_dataset(folder: Path, tables: Sequence[pa.Table], row_group_rows: int = 1_000) -> dict[str, Any]:
    """Writes one file a table and the manifest; returns the reference."""
    folder.mkdir(parents=True)
    for number, table in enumerate(tables):
        pq.write_table(table, folder / f"part-{number:05d}.parquet", row_group_size=row_group_rows)
    rows = [table.num_rows for table in tables]
    entries = [
        {**entry.to_json(), "rows": count}
        for entry, count in zip(describe_files(folder, data_files(folder)), rows, strict=True)
    ]
    sha256 = _publish(folder, "dataset", entries)
    return {**_ref("dataset", folder, sha256), "rows": sum(rows), "bytes": 1, "schemaSha256": "0" * 64}


def publish_candidate(folder: Path) -> dict[str, Any]:
    """Publishes a saved model folder as a candidate; returns the reference."""
    sha256 = _publish(folder, "artifact", _entries(folder))
    return {**_ref("artifact", folder, sha256), "bytes": 1}


def publish_model(folder: Path) -> dict[str, Any]:
    """Publishes a saved model folder as a stored model; returns the reference."""
    sha256 = _publish(folder, "model", _entries(folder))
    return {"kind": "model", "name": "salary", "uri": file_uri(folder), "sha256": sha256, "candidateSha256": "0" * 64}


def run_stage(
    stage: str,
    folder: Path,
    inputs: Mapping[str, Any],
    params: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    salvage: str = "chunks",
) -> Finished:
    """Runs the stage's job as a process of its own in `folder`; attempts in one folder share their scratch."""
    attempt = folder / f"attempt-{len(list(folder.glob('attempt-*'))) + 1}"
    attempt.mkdir(parents=True)
    job = {
        "version": 1,
        "jobKey": f"test/{stage}/{attempt.name}",
        "stage": stage,
        "params": params,
        "inputs": inputs,
        "output": file_uri(attempt / "output"),
        "scratch": file_uri(folder / "scratch"),
        "resources": {"memoryBytes": 1 << 30, "cpus": CPUS, "diskBytes": 1 << 30},
        "settings": settings or {},
        "salvage": salvage,
    }
    atomic_write_json(attempt / "job.json", job)
    command = [sys.executable, str(ROOT / f"jobs/python/{stage}.py"), file_uri(attempt / "job.json")]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    return Finished(
        done.returncode, attempt, done.stdout, _read(attempt / "_result.json"), _read(attempt / "_error.json")
    )


def _entries(folder: Path) -> list[dict[str, Any]]:
    return [entry.to_json() for entry in describe_files(folder, data_files(folder))]


def _publish(folder: Path, kind: str, entries: list[dict[str, Any]]) -> str:
    manifest = json.dumps({"version": 1, "kind": kind, "files": entries}).encode()
    (folder / "_manifest.json").write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()


def _ref(kind: str, folder: Path, sha256: str) -> dict[str, Any]:
    return {"kind": kind, "uri": file_uri(folder), "manifestSha256": sha256}


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return document
