from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from jobs.lib.model import load_model
from jobs.lib.model_card import FORMATS, ModelFormat
from test.samples.models import saved_model
from test.samples.stages import publish_candidate, run_stage

if TYPE_CHECKING:
    from pathlib import Path

EVALUATION: dict[str, Any] = {"candidate": {"mse": 1.5, "rows": 3}, "baseline": {"name": "mean"}, "champion": None}
PARAMS = {"name": "salary", "evaluation": EVALUATION}


@pytest.mark.parametrize("model_format", FORMATS)
def test_a_stored_model_is_the_candidate_with_its_metrics(model_format: ModelFormat, tmp_path: Path) -> None:
    candidate = saved_model(model_format, tmp_path / "candidate")
    reference = publish_candidate(tmp_path / "candidate")
    done = run_stage("store", tmp_path, {"candidate": reference}, PARAMS)
    assert done.exit_code == 0, done.error
    output = done.result["outputs"]["model"]
    assert (output["kind"], output["name"], output["path"]) == ("model", "salary", "model")
    assert output["candidateSha256"] == reference["manifestSha256"]
    stored = load_model(done.folder / "output/model")
    assert stored.card.metrics == EVALUATION
    assert stored.card.candidate_sha256 == reference["manifestSha256"]
    assert stored.card.golden == candidate.card.golden
    assert stored.card.file == candidate.card.file


def test_storing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    saved_model("lightgbm-text", tmp_path / "candidate")
    inputs = {"candidate": publish_candidate(tmp_path / "candidate")}
    first, second = (run_stage("store", tmp_path, inputs, PARAMS).result["outputs"]["model"] for _ in range(2))
    assert first == second


def test_a_candidate_whose_golden_predictions_differ_is_not_stored(tmp_path: Path) -> None:
    saved_model("lightgbm-text", tmp_path / "candidate")
    path = tmp_path / "candidate/model.json"
    card = json.loads(path.read_text())
    card["golden"][2]["prediction"] += 1.0
    path.write_text(json.dumps(card))
    done = run_stage("store", tmp_path, {"candidate": publish_candidate(tmp_path / "candidate")}, PARAMS)
    assert done.exit_code == 2
    assert "inputs.candidate/model.json.golden[2].prediction" in done.error["message"]


def test_a_name_that_could_leave_the_store_is_refused(tmp_path: Path) -> None:
    saved_model("lightgbm-text", tmp_path / "candidate")
    inputs = {"candidate": publish_candidate(tmp_path / "candidate")}
    done = run_stage("store", tmp_path, inputs, {**PARAMS, "name": "../salary"})
    assert done.exit_code == 2
    assert "params.name: found '../salary'" in done.error["message"]
