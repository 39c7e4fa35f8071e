"""The tune job with its default search, on salaries of the described kind: seconds, peak memory, distance to the noise.

    PYTHONPATH=. python test/bench/tune_search.py [--rows 24000000] [--trials 20] [--distinct]

Prints one JSON line. `--distinct` makes every row different, so that nothing can be merged and all rows are streamed
into LightGBM. `processPeakBytes` is the peak of the largest single process, `treePeakBytes` that of all together, Ray
included (shared pages count once a process).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from test.samples.tuning import publish, write_job

ROOT = Path(__file__).parents[2]
FILE_ROWS = 4_000_000
ROW_GROUP_ROWS = 250_000
NOISE = 12_000.0
TIME_LIMIT_SECONDS = 1_800


def main() -> None:
    """Writes the data, runs the job, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=24_000_000)
    options.add_argument("--trials", type=int, default=20)
    options.add_argument("--distinct", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        starts = range(0, chosen.rows, FILE_ROWS)
        tables = (employees(min(FILE_ROWS, chosen.rows - start), start, distinct=chosen.distinct) for start in starts)
        train = publish(folder / "train", tables, ROW_GROUP_ROWS)
        job_file = write_job(folder, train, {"search": "optuna", "trials": chosen.trials})
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, str(ROOT / "jobs/ray/tune.py"), job_file.as_uri()],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=TIME_LIMIT_SECONDS,
            check=True,
        )
        seconds = time.perf_counter() - started
        result: dict[str, Any] = json.loads(job_file.with_name("_result.json").read_text())
    mse = result["metrics"]["mse"]
    print(
        json.dumps(
            {
                "bench": "tune-search",
                "rows": chosen.rows,
                "distinct": chosen.distinct,
                "trials": chosen.trials,
                "cpus": os.cpu_count(),
                "seconds": round(seconds, 1),
                "processPeakBytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
                "treePeakBytes": result["peakBytes"],
                "mseByNoise": round(mse / NOISE**2, 5),
            }
        )
    )


def employees(rows: int, seed: int, *, distinct: bool) -> pa.Table:
    """Salaries normal around a mean that rises with age and flattens."""
    draw = np.random.default_rng(seed)
    age = draw.integers(18, 81, rows)
    tenure = draw.integers(0, 3_650, rows)
    columns = {
        "age": age,
        "is_active": draw.random(rows) < 0.7,  # noqa: PLR2004 - skewed as described
        "tenure_days": tenure + draw.random(rows) if distinct else tenure,
        "salary": 30_000 + 1_200 * (age - 18) - 8 * (age - 18) ** 2 + draw.normal(0, NOISE, rows),
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


if __name__ == "__main__":
    main()
