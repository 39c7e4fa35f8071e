"""The job itself, as the platform starts it: a process with Ray."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jobs.lib.model import load_model
from test.samples.tuning import NOISE, employees, publish, write_job

ROOT = Path(__file__).resolve().parents[2]
OPTUNA = {
    "search": "optuna",
    "learners": ["lightgbm", "xgboost"],
    "trials": 4,
    "seed": 42,
    "target": "salary",
    "features": ["age", "is_active", "tenure_days"],
}
GRID = {**OPTUNA, "search": "report-grid", "features": ["age"]}


def run(job_file: Path, *python: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and the content of `_result.json` or `_error.json`."""
    command = [*(python or [sys.executable]), str(ROOT / "jobs/ray/tune.py"), job_file.as_uri()]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120, check=False)
    answer = job_file.with_name("_result.json" if done.returncode == 0 else "_error.json")
    return done.returncode, json.loads(answer.read_text())


@pytest.mark.engine
def test_a_search_finds_a_good_model_and_a_second_attempt_runs_no_trial_again(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(20_000, 1, tenure_values=5)])
    code, result = run(write_job(tmp_path / "jobs", train, OPTUNA))
    assert code == 0
    assert result["values"]["best"]["score"] < NOISE**2 * 1.2
    assert [len(result["values"]["trialsTable"]), result["values"]["trials"], result["rowsIn"]] == [4, 4, 20_000]
    model = load_model(tmp_path / "jobs/attempt-1/output/candidate")
    assert model.card.training_snapshot.rows == 20_000

    code, again = run(write_job(tmp_path / "jobs", train, OPTUNA, {"concurrency": 2, "threads": 1}, attempt=2))
    assert code == 0
    assert again["salvaged"] == {"before": 4, "now": 0, "unit": "trials"}
    assert again["outputs"] == result["outputs"]
    assert not list((tmp_path / "jobs/scratch").glob("ray-folder*"))


@pytest.mark.engine
def test_the_report_grid_makes_24_fits_and_keeps_each(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(600, 2)])
    code, result = run(write_job(tmp_path / "jobs", train, GRID))
    assert code == 0
    assert result["salvaged"] == {"before": 0, "now": 24, "unit": "trials"}
    assert math.isclose(result["metrics"]["mse"], min(row["score"] for row in result["values"]["trialsTable"]))
    (tmp_path / "jobs/scratch/fits/candidate-3-fold-1.json").unlink()
    levers = {"concurrency": 1, "threads": 2}
    code, again = run(write_job(tmp_path / "jobs", train, GRID, levers, attempt=2))
    assert again["salvaged"] == {"before": 23, "now": 1, "unit": "trials"}
    assert again["outputs"] == result["outputs"]


def test_an_environment_without_ray_is_named(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(100, 3)])
    hide_ray = "import sys; sys.modules['ray'] = None; del sys.argv[0]; exec(open(sys.argv[0]).read())"
    code, error = run(write_job(tmp_path / "jobs", train, OPTUNA), sys.executable, "-c", hide_ray)
    assert code == 2
    assert error["kind"] == "invalid-input"
    assert sys.executable in error["message"]
    assert "requirements.lock" in error["message"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"features": ["age", "height"]}, "inputs.train#height"),
        ({"features": ["age", "salary"]}, "params.features"),
        ({"learners": ["catboost"]}, r"params.learners[0]"),
        ({"trials": 0}, "params.trials"),
        ({"treils": 20}, "did you mean trials?"),
    ],
)
def test_a_wrong_parameter_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    train = publish(tmp_path / "train", [employees(100, 4)])
    code, error = run(write_job(tmp_path / "jobs", train, {**OPTUNA, **change}))
    assert code == 2
    assert named in error["message"]


def test_a_sample_too_large_for_forests_is_refused(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(200_001, 5)], row_group_rows=100_000)
    code, error = run(write_job(tmp_path / "jobs", train, GRID))
    assert code == 2
    assert "200,001 rows" in error["message"]
