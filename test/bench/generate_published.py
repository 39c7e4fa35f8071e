"""The published data set: the generate job against the original's way, a loop over the rows for the dates.

    PYTHONPATH=. python test/bench/generate_published.py [--rows 30000000]

Prints one JSON line. The original makes every chunk of 5 M rows anew; one is timed and counted once for each. `equal`
says that every value of every chunk is the original's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
CHUNK_ROWS = 5_000_000
SEED = 42


def main() -> None:
    """Times both, compares every value, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=30_000_000)
    rows = options.parse_args().rows
    chunks = rows / CHUNK_ROWS
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        original = original_chunk()
        original.to_parquet(Path(folder) / "chunk.parquet", index=False)
        original_seconds = (time.perf_counter() - began) * chunks
        began = time.perf_counter()
        files = run_job(Path(folder), rows)
        seconds = time.perf_counter() - began
        expected = pa.Table.from_pandas(original, preserve_index=False)
        equal = all(same_rows(pq.read_table(file), expected) for file in files)
    report = {
        "bench": "generate-published",
        "rows": rows,
        "cpus": os.cpu_count(),
        "originalSeconds": round(original_seconds, 1),
        "seconds": round(seconds, 1),
        "ratio": round(original_seconds / seconds, 1),
        "equal": equal,
    }
    print(json.dumps(report))


def original_chunk() -> pd.DataFrame:
    """One chunk, drawn column by column; the dates one by one, as the original does."""
    np.random.seed(SEED)  # noqa: NPY002 - the original's generator
    names = ["Alice", "Bob", "Charlie", "David", "Eve"]
    n = CHUNK_ROWS
    frame = pd.DataFrame(
        {
            "id": np.arange(n),
            "name": np.random.choice(names, n),  # noqa: NPY002
            "age": np.random.randint(18, 65, n),  # noqa: NPY002
            "salary": np.round(np.random.uniform(30_000, 120_000, n), 2),  # noqa: NPY002
            "signup_date": [
                np.datetime64("2020-01-01") + np.timedelta64(np.random.randint(0, 3650), "D")  # noqa: NPY002
                for _ in range(n)
            ],
            "is_active": np.random.choice([True, False], n),  # noqa: NPY002
        }
    )
    frame["signup_date"] = frame["signup_date"].astype("datetime64[us]")
    return frame


def run_job(folder: Path, rows: int) -> list[Path]:
    """The stage's own job in its own process; the files that it wrote."""
    job = {
        "version": 1,
        "jobKey": "bench/generate-00000000-a1",
        "stage": "generate",
        "params": {
            "rows": rows,
            "dataset": "published",
            "seed": SEED,
            "dataDate": "2026-11-20",
            "chunkRows": CHUNK_ROWS,
            "csv": False,
        },
        "inputs": {},
        "output": (folder / "output").as_uri(),
        "scratch": (folder / "scratch").as_uri(),
        "resources": {"memoryBytes": 2**31, "cpus": 2, "diskBytes": 2**30},
        "settings": {"concurrency": 2, "batchRows": 250_000},
        "salvage": "chunks",
    }
    (folder / "job.json").write_text(json.dumps(job))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "jobs/python/generate.py"), (folder / "job.json").as_uri()]
    subprocess.run(command, env=environment, check=True, timeout=300, stdout=subprocess.DEVNULL)
    return sorted((folder / "output").rglob("*.parquet"))


def same_rows(found: pa.Table, expected: pa.Table) -> bool:
    """True when a chunk's rows are the first rows of the original's chunk."""
    wanted = expected.slice(0, found.num_rows).cast(found.schema)
    return bool(found.equals(wanted))


if __name__ == "__main__":
    main()
