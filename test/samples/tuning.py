"""Small training data for the tests of the tune job: salaries that rise with age, with known noise."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.lib.files import atomic_write_json, describe_files, file_uri
from jobs.lib.job import DatasetInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOISE = 1_000.0
GIB = 2**30


def employees(rows: int, seed: int, *, tenure_values: int = 3_650) -> pa.Table:
    """Fewer `tenure_values` make more rows equal."""
    draw = np.random.default_rng(seed)
    age = draw.integers(18, 81, rows)
    salary = 20_000 + 900 * age + draw.normal(0, NOISE, rows)
    columns = {
        "id": np.arange(rows),
        "age": age,
        "is_active": draw.random(rows) < 0.5,  # noqa: PLR2004 - a fair coin
        "tenure_days": draw.integers(0, tenure_values, rows),
        "salary": salary,
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def publish(folder: Path, tables: Iterable[pa.Table], row_group_rows: int = 700) -> DatasetInput:
    """Writes a data set with its manifest, one file a table, as the publisher does."""
    folder.mkdir(parents=True)
    row_counts: dict[str, int] = {}
    for number, table in enumerate(tables):
        name = f"part-{number:05d}.parquet"
        pq.write_table(table, folder / name, row_group_size=row_group_rows)
        row_counts[name] = table.num_rows
    entries = describe_files(folder, list(row_counts))
    files = [{**entry.to_json(), "rows": row_counts[entry.path]} for entry in entries]
    rows, size = sum(row_counts.values()), sum(entry.bytes for entry in entries)
    manifest = {"version": 1, "kind": "dataset", "dataset": "train", "rows": rows, "bytes": size, "files": files}
    atomic_write_json(folder / "_manifest.json", manifest)
    sha256 = hashlib.sha256((folder / "_manifest.json").read_bytes()).hexdigest()
    return DatasetInput("dataset", file_uri(folder), sha256, rows, size, "")


def write_job(
    folder: Path, train: DatasetInput, params: dict[str, Any], settings: dict[str, Any] | None = None, attempt: int = 1
) -> Path:
    """`job.json` of an attempt; all attempts in `folder` share one scratch."""
    attempt_folder = folder / f"attempt-{attempt}"
    attempt_folder.mkdir(parents=True)
    job = {
        "version": 1,
        "jobKey": f"test/tune-a{attempt}",
        "stage": "tune",
        "params": params,
        "inputs": {
            "train": {
                "kind": "dataset",
                "uri": train.uri,
                "manifestSha256": train.manifest_sha256,
                "rows": train.rows,
                "bytes": train.bytes,
                "schemaSha256": train.schema_sha256,
            }
        },
        "output": file_uri(attempt_folder / "output"),
        "scratch": file_uri(folder / "scratch"),
        "resources": {"memoryBytes": 4 * GIB, "cpus": 2, "diskBytes": GIB},
        "settings": settings or {},
        "salvage": "trials",
    }
    (attempt_folder / "job.json").write_text(json.dumps(job))
    return attempt_folder / "job.json"
