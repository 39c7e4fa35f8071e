from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.lib.model import load_model
from test.samples.tuning import NOISE, employees, publish, write_job

ROOT = Path(__file__).resolve().parents[2]
PARAMS = {"trees": 60, "leaves": 64, "seed": 42, "target": "salary", "features": ["age", "is_active", "tenure_days"]}
STREAMED = {"collect": False, "threads": 2}


def run(job_file: Path) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, str(ROOT / "jobs/ray/train_forest.py"), job_file.as_uri()]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120, check=False)
    answer = job_file.with_name("_result.json" if done.returncode == 0 else "_error.json")
    return done.returncode, json.loads(answer.read_text())


def holdout_mse(folder: Path) -> float:
    model = load_model(folder / "output/candidate")
    table = employees(5_000, 99, tenure_values=5)
    predictions = model.predict({name: table[name].to_numpy() for name in model.card.feature_names})
    return float(np.mean((predictions - table["salary"].to_numpy()) ** 2))


@pytest.mark.parametrize(("settings", "collected"), [({"collect": True, "threads": 2}, True), (STREAMED, False)])
def test_gathered_or_streamed_the_forest_is_as_good(tmp_path: Path, settings: dict[str, Any], collected: bool) -> None:
    train = publish(tmp_path / "train", [employees(20_000, 1, tenure_values=5)])
    code, result = run(write_job(tmp_path / "jobs", train, PARAMS, settings))
    assert code == 0
    assert result["values"] == {"trees": 60, "trainRows": 20_000, "collected": collected, "sampled": None}
    assert holdout_mse(tmp_path / "jobs/attempt-1") < NOISE**2 * 1.1


def test_groups_of_trees_are_grown_once_and_a_lost_one_again_the_same(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(20_000, 1, tenure_values=5)])
    _, result = run(write_job(tmp_path / "jobs", train, PARAMS, STREAMED))
    assert result["salvaged"] == {"before": 0, "now": 3, "unit": "trials"}
    (tmp_path / "jobs/scratch/trees/group-0001.txt").unlink()
    code, again = run(write_job(tmp_path / "jobs", train, PARAMS, {**STREAMED, "threads": 1}, attempt=2))
    assert code == 0
    assert again["salvaged"] == {"before": 2, "now": 1, "unit": "trials"}
    models = [tmp_path / f"jobs/attempt-{attempt}/output/candidate/model.txt" for attempt in (1, 2)]
    first, second = (path.read_text().replace("[num_threads: 2]", "[num_threads: 1]") for path in models)
    assert first == second
    assert first.count("Tree=") == 60


def test_a_sample_is_said_in_the_result_and_in_the_card(tmp_path: Path) -> None:
    train = publish(tmp_path / "train", [employees(250_000, 2)], row_group_rows=100_000)
    few_trees = {**PARAMS, "trees": 5}
    code, result = run(write_job(tmp_path / "jobs", train, few_trees, {**STREAMED, "sampleShare": 0.5}))
    assert code == 0
    assert result["values"]["sampled"] == {"share": 0.5, "rows": pytest.approx(125_000, rel=0.02)}
    card = load_model(tmp_path / "jobs/attempt-1/output/candidate").card
    assert card.sampled is not None
    assert card.training_snapshot.rows == card.sampled.rows == result["values"]["sampled"]["rows"]


@pytest.mark.parametrize(
    ("params", "settings", "named"),
    [
        ({"trees": 0}, {}, "params.trees"),
        ({"features": ["height"]}, {}, "inputs.train#height"),
        ({}, {"sampleShare": 0}, "settings.sampleShare"),
        ({}, {"colect": False}, "did you mean collect?"),
    ],
)
def test_a_wrong_input_is_named(tmp_path: Path, params: dict[str, Any], settings: dict[str, Any], named: str) -> None:
    train = publish(tmp_path / "train", [employees(100, 3)])
    code, error = run(write_job(tmp_path / "jobs", train, {**PARAMS, **params}, settings))
    assert code == 2
    assert named in error["message"]
