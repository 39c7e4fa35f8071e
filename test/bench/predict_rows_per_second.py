"""Inference speed and memory: the job `predict` against a plain pyarrow+LightGBM loop over the same rows.

    PYTHONPATH=. python test/bench/predict_rows_per_second.py [--rows 4000000] [--trees 100]

Prints one JSON line. Each contestant is a process of its own, so that its peak memory is its own; start-up is left out
of both speeds and shown apart. `wide` has a feature too fine for the table of predictions, so every row asks the model.
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

ROOT = Path(__file__).parents[2]
BATCH_ROWS = 250_000
THREADS = 2
TIME_LIMIT_SECONDS = 300
TURNS = 3  # the best of each: what disturbs a run only ever slows it down
# The table covers whole numbers up to here; one step finer, and it would be larger than its limit.
TENURE_DAYS = {"narrow": 3_650, "wide": 10_000_000}


def main() -> None:
    """Makes the inputs in a temporary folder, measures, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=4_000_000)
    options.add_argument("--trees", type=int, default=100)
    options.add_argument("--one", nargs=2, metavar=("CONTESTANT", "FOLDER"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one[0], Path(chosen.one[1]))))
        return
    report: dict[str, Any] = {"bench": "predict", "rows": chosen.rows, "trees": chosen.trees, "cpus": os.cpu_count()}
    for data, most_days in TENURE_DAYS.items():
        with tempfile.TemporaryDirectory() as folder:
            prepare(Path(folder), chosen.rows, chosen.trees, most_days)
            turns = [[in_own_process(contestant, folder) for contestant in ("loop", "job")] for _ in range(TURNS)]
        loop, job = (max(runs, key=lambda run: run["rowsPerSecond"]) for runs in zip(*turns, strict=True))
        report[data] = {"loop": loop, "job": job, "ratio": round(job["rowsPerSecond"] / loop["rowsPerSecond"], 2)}
    print(json.dumps(report))


def prepare(folder: Path, rows: int, trees: int, most_days: int) -> None:
    """Writes a model and a data set as the pipeline would publish them."""
    import lightgbm as lgb
    import numpy as np
    import pyarrow as pa

    from jobs.lib.model import golden_predictions, save_model
    from jobs.lib.model_card import Feature, ModelCard, TrainingSnapshot
    from test.samples.models import profile
    from test.samples.stages import NAMES, publish_dataset, publish_model

    draws = np.random.default_rng(1)
    columns: dict[str, Any] = {
        "age": draws.integers(18, 81, rows),
        "is_active": draws.random(rows) < 0.7,  # noqa: PLR2004 - a share like the described data's
        "tenure_days": draws.integers(0, most_days, rows),
    }
    salary = 30_000.0 + 900.0 * columns["age"] + draws.normal(0, 5_000, rows)
    sample = {name: values[:200_000] for name, values in columns.items()}
    matrix = np.column_stack([values.astype(np.float64) for values in sample.values()])
    data = lgb.Dataset(matrix, salary[: len(matrix)], feature_name=list(sample))
    model = lgb.train({"verbose": -1, "num_threads": THREADS, "seed": 1}, data, trees)
    types = {"age": "int64", "is_active": "bool", "tenure_days": "int64"}
    golden = {name: values[:5] for name, values in sample.items()}
    card = ModelCard(
        format="lightgbm-text",
        learner="lightgbm",
        features=tuple(Feature(name, arrow_type) for name, arrow_type in types.items()),
        target="salary",
        params={"trees": trees},
        seed=1,
        training_snapshot=TrainingSnapshot("0" * 64, len(matrix)),
        versions={"lightgbm": lgb.__version__},
        target_mean=float(salary.mean()),
        golden=golden_predictions(model, "lightgbm-text", golden, folder),
        training_profile={name: profile(values) for name, values in columns.items()},
    )
    save_model(folder / "model", model, card)
    everybody: dict[str, Any] = {"id": np.arange(rows), "full_name": NAMES[np.arange(rows) % len(NAMES)], **columns}
    table = pa.table(everybody)
    dataset = publish_dataset(folder / "dataset", [table], BATCH_ROWS)
    (folder / "inputs.json").write_text(json.dumps({"model": publish_model(folder / "model"), "dataset": dataset}))


def in_own_process(contestant: str, folder: str) -> dict[str, Any]:
    """Measures one contestant in a fresh process."""
    command = [sys.executable, __file__, "--one", contestant, folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT_SECONDS, check=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(contestant: str, folder: Path) -> dict[str, Any]:
    """Speed without start-up, and the peak memory of this process."""
    inputs = json.loads((folder / "inputs.json").read_text())
    began = time.perf_counter()
    rows, seconds = (plain_loop if contestant == "loop" else run_job_here)(folder, inputs)
    return {
        "rowsPerSecond": round(rows / seconds),
        "seconds": round(seconds, 2),
        "startSeconds": round(time.perf_counter() - began - seconds, 2),
        "peakGiB": round(peak_bytes() / (1 << 30), 3),
    }


def peak_bytes() -> int:
    """Of this program alone: on Linux, `ru_maxrss` begins at what the parent held when it started us."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def plain_loop(folder: Path, inputs: dict[str, Any]) -> tuple[int, float]:
    """What anybody would write first."""
    import lightgbm as lgb
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    booster = lgb.Booster(model_file=folder / "model/model.txt")
    names = booster.feature_name()
    types: dict[str, pa.DataType] = {"id": pa.int64(), "full_name": pa.string(), "prediction": pa.float64()}
    schema = pa.schema(types)
    began = time.perf_counter()
    with pq.ParquetWriter(folder / "loop.parquet", schema) as writer:
        file = pq.ParquetFile(folder / "dataset/part-00000.parquet")
        for batch in file.iter_batches(BATCH_ROWS, columns=["id", "full_name", *names]):
            arrays = [batch.column(name).to_numpy(zero_copy_only=False) for name in names]
            matrix = np.column_stack([array.astype(np.float64) for array in arrays])
            predictions = pa.array(booster.predict(matrix, num_threads=THREADS))
            kept = [batch.column("id"), batch.column("full_name"), predictions]
            writer.write_batch(pa.RecordBatch.from_arrays(kept, schema=schema))
    rows: int = inputs["dataset"]["rows"]
    return rows, time.perf_counter() - began


def run_job_here(folder: Path, inputs: dict[str, Any]) -> tuple[int, float]:
    """The job's own `main`, everything included: checks of the inputs, hashes of the outputs."""
    from jobs.lib.job import DatasetInput, Job, ModelInput, Resources
    from jobs.lib.params import parse_params
    from jobs.lib.progress import Progress
    from jobs.python.predict import main as predict
    from jobs.python.predict_chunks import load_once

    model = parse_params(ModelInput, inputs["model"])
    load_once(model)
    turn = Path(tempfile.mkdtemp(dir=folder))  # with the scratch of another turn, nothing would be left to do
    job = Job(
        key="bench",
        stage="predict",
        params={"csv": False},
        inputs={"model": model, "dataset": parse_params(DatasetInput, inputs["dataset"])},
        output=turn / "output",
        scratch=turn / "scratch",
        resources=Resources(1 << 30, THREADS, 1 << 30),
        settings={"batchRows": BATCH_ROWS, "threads": THREADS},
        salvage="chunks",
        progress=Progress(turn / "progress.json"),
    )
    began = time.perf_counter()
    result = predict(job)
    return result.rows_out, time.perf_counter() - began


if __name__ == "__main__":
    main()
