"""The published grid search: 24 fits as Ray tasks against a serial loop over the same fits, once Ray is up.

    PYTHONPATH=. python test/bench/tune_report_grid.py [--rows 8000]

Prints one JSON line. `ratio` is Ray's seconds by the serial loop's, best of three turns each; `firstRaySeconds`
includes the import of scikit-learn in Ray's worker processes.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jobs.lib.progress import Progress
from jobs.ray.grid_fits import CANDIDATES, FOLDS, fold_mse
from jobs.ray.ray_cluster import ray_cluster

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS = 3
CPUS = 2


def main() -> None:
    """Draws ages and salaries as the published generator does, fits, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=8_000)
    rows = options.parse_args().rows
    draw = np.random.default_rng(42)
    matrix = draw.integers(18, 65, (rows, 1)).astype(np.float64)
    target = np.round(draw.uniform(30_000, 120_000, rows), 2)
    fits = list(itertools.product(range(len(CANDIDATES)), range(FOLDS)))

    def serial() -> dict[tuple[int, int], float]:
        return {fit: fold_mse(matrix, target, CANDIDATES[fit[0]], fit[1]) for fit in fits}

    with tempfile.TemporaryDirectory() as folder, ray_cluster(CPUS, Path(folder)):
        from jobs.ray.report_grid import GridFits

        def on_ray() -> dict[tuple[int, int], float]:
            with tempfile.TemporaryDirectory() as fits_folder:
                progress = Progress(Path(fits_folder) / "progress.json")
                return GridFits(Path(fits_folder), CPUS, 1, progress).run(matrix, target, {})

        first_seconds, ray_scores = timed(on_ray)
        ray_seconds = min(timed(on_ray)[0] for _ in range(TURNS))
    serial_turns = [timed(serial) for _ in range(TURNS)]
    serial_seconds = min(seconds for seconds, _ in serial_turns)
    print(
        json.dumps(
            {
                "bench": "tune-report-grid",
                "rows": rows,
                "fits": len(fits),
                "cpus": os.cpu_count(),
                "serialSeconds": round(serial_seconds, 2),
                "raySeconds": round(ray_seconds, 2),
                "firstRaySeconds": round(first_seconds, 2),
                "ratio": round(ray_seconds / serial_seconds, 2),
                "equal": ray_scores == serial_turns[0][1],
            }
        )
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what `work` gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
