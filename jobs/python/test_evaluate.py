from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import explained_variance_score, mean_absolute_error, mean_squared_error, r2_score

from jobs.lib.model_card import FORMATS, ModelFormat
from test.samples.models import saved_model
from test.samples.stages import (
    Finished,
    employee_table,
    publish_candidate,
    publish_dataset,
    publish_model,
    run_stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARAMS = {"target": "salary", "bootstrapSamples": 200, "seed": 42}


def evaluate(
    folder: Path,
    table: pa.Table,
    model_format: ModelFormat = "lightgbm-text",
    more: dict[str, Any] | None = None,
    **changes: Any,
) -> Finished:
    saved_model(model_format, folder / "candidate")
    inputs = {
        "candidate": publish_candidate(folder / "candidate"),
        "holdout": publish_dataset(folder / "holdout", [table.slice(0, 1_500), table.slice(1_500)]),
        "firstRows": publish_dataset(folder / "first", [table.slice(0, 5)]),
        "champion": None,
    }
    return run_stage("evaluate", folder, {**inputs, **changes}, {**PARAMS, **(more or {})}, {"batchRows": 700})


@pytest.mark.parametrize("model_format", FORMATS)
def test_metrics_equal_scikit_learns_to_the_last_digit(model_format: ModelFormat, tmp_path: Path) -> None:
    table = employee_table(3_000, seed=3)
    done = evaluate(tmp_path, table, model_format)
    assert done.exit_code == 0, done.error
    rows = pq.read_table(done.folder / "output/predictions").to_pydict()
    assert rows["id"] == table["id"].to_pylist()
    labels, predictions = np.array(rows["label"]), np.array(rows["prediction"])
    assert rows["label"] == table["salary"].to_pylist()
    assert done.result["values"]["samplePredictions"] == rows["prediction"][:5]
    found = done.result["values"]["candidate"]
    assert found["mse"] == mean_squared_error(labels, predictions)
    assert found["mae"] == mean_absolute_error(labels, predictions)
    assert found["r2"] == r2_score(labels, predictions)
    assert found["explainedVariance"] == explained_variance_score(labels, predictions)
    assert found["rows"] == 3_000
    assert done.result["values"]["champion"] is None


def test_predictions_are_the_models_own(tmp_path: Path) -> None:
    table = employee_table(2_000, seed=3)
    done = evaluate(tmp_path, table)
    model = saved_model("lightgbm-text", tmp_path / "again")
    predictions = pq.read_table(done.folder / "output/predictions")["prediction"].to_numpy()
    np.testing.assert_array_equal(predictions, model.predict(table.to_batches()[0]))
    assert done.result["values"]["samplePredictions"] == list(predictions[:5])


def test_the_baseline_is_the_training_mean_and_intervals_hold_the_metrics(tmp_path: Path) -> None:
    table = employee_table(3_000, seed=3)
    values = evaluate(tmp_path, table).result["values"]
    mean = saved_model("lightgbm-text", tmp_path / "again").card.target_mean
    assert values["baseline"]["name"] == "mean"
    baseline_mse = mean_squared_error(table["salary"].to_numpy(), np.full(3_000, mean))
    assert values["baseline"]["metrics"]["mse"] == baseline_mse
    intervals, candidate = values["intervals"], values["candidate"]
    assert intervals["mse"][0] < candidate["mse"] < intervals["mse"][1]
    assert intervals["r2"][0] < candidate["r2"] < intervals["r2"][1]
    low, high = intervals["improvementOverBaseline"]
    assert 0 < low < baseline_mse - candidate["mse"] < high
    assert intervals["improvementOverChampion"] is None


def test_the_strongest_of_several_baselines_is_the_one_to_beat(tmp_path: Path) -> None:
    table = employee_table(2_000, seed=3)
    salary = table["salary"].to_numpy()
    near, far = salary + 3_000.0, salary + 90_000.0
    for name, values in (("near", near), ("far", far)):
        table = table.append_column(pa.field(name, pa.float64()), [pa.array(values)])
    done = evaluate(tmp_path, table, more={"baselines": ["far", "near"], "keep": ["full_name"]})
    assert done.exit_code == 0, done.error
    values = done.result["values"]
    assert [one["name"] for one in values["baselines"]] == ["mean", "far", "near"]
    assert values["baseline"] == values["baselines"][2]
    assert values["baseline"]["metrics"]["mse"] == mean_squared_error(salary, near)
    low, high = values["intervals"]["improvementOverBaseline"]
    assert low < values["baseline"]["metrics"]["mse"] - values["candidate"]["mse"] < high
    rows = pq.read_table(done.folder / "output/predictions")
    shown = ["id", "full_name", "label", "prediction", "champion_prediction", "far", "near"]
    assert rows.column_names == shown
    assert rows["near"].to_pylist() == near.tolist()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"baselines": ["yesterday"]}, "inputs.holdout#yesterday: found 'no such column'"),
        ({"baselines": ["mean"]}, "params.baselines: found ('mean',), allowed: names other than mean"),
        ({"keep": ["label"]}, "params.keep: found ('label',), allowed: columns that the predictions do not have"),
        ({"keep": ["town"]}, "params.keep: found 'town', allowed: a column of the holdout: id, full_name"),
    ],
)
def test_a_baseline_or_column_that_is_not_there_is_refused(more: dict[str, Any], message: str, tmp_path: Path) -> None:
    done = evaluate(tmp_path, employee_table(200, seed=3), more=more)
    assert done.exit_code == 2
    assert message in done.error["message"]


def test_a_champion_is_measured_on_the_same_rows(tmp_path: Path) -> None:
    saved_model("sklearn-skops", tmp_path / "champion", seed=9)
    done = evaluate(tmp_path, employee_table(2_000, seed=3), champion=publish_model(tmp_path / "champion"))
    assert done.exit_code == 0, done.error
    rows = pq.read_table(done.folder / "output/predictions").to_pydict()
    values = done.result["values"]
    assert values["champion"]["mse"] == mean_squared_error(rows["label"], rows["champion_prediction"])
    low, high = values["intervals"]["improvementOverChampion"]
    assert low < values["champion"]["mse"] - values["candidate"]["mse"] < high


def many_rows(folder: Path, row_group_rows: int) -> dict[str, Any]:
    """Inputs of 600,000 rows to evaluate on."""
    saved_model("lightgbm-text", folder / "candidate")
    table = employee_table(600_000, seed=3)
    return {
        "candidate": publish_candidate(folder / "candidate"),
        "holdout": publish_dataset(folder / "holdout", [table], row_group_rows),
        "firstRows": publish_dataset(folder / "first", [table.slice(0, 5)]),
        "champion": None,
    }


def test_fewer_rows_at_once_measure_the_same_in_bounded_memory(tmp_path: Path) -> None:
    inputs = many_rows(tmp_path, row_group_rows=300_000)
    many, few = (
        run_stage("evaluate", tmp_path / str(rows), inputs, PARAMS, {"batchRows": rows}, salvage="nothing").result
        for rows in (300_000, 3_000)
    )
    # Of columns as few as these a batch is less than what an allocator keeps: the peaks differ by chance.
    assert max(few["peakBytes"], many["peakBytes"]) < 320 << 20
    assert (few["values"], few["outputs"]) == (many["values"], many["outputs"])


def test_chunks_finished_by_an_earlier_attempt_are_not_done_again(tmp_path: Path) -> None:
    inputs = many_rows(tmp_path, row_group_rows=250_000)
    first = run_stage("evaluate", tmp_path, inputs, PARAMS)
    assert first.result["salvaged"] == {"before": 0, "now": 3, "unit": "chunks"}
    (tmp_path / "scratch/finished-chunks/part-00001.chunk.json").unlink()
    second = run_stage("evaluate", tmp_path, inputs, PARAMS, {"batchRows": 50_000})
    assert second.result["salvaged"] == {"before": 2, "now": 1, "unit": "chunks"}
    assert (second.result["values"], second.result["outputs"]) == (first.result["values"], first.result["outputs"])


def without(column: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns([column])


def with_column(name: str, make: Callable[[pa.Table], Any]) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.schema.get_field_index(name), name, make(table))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda table: table.slice(0, 0), "inputs.holdout: found 'no rows'"),
        (without("age"), "inputs.holdout#age: found 'no such column'"),
        (without("salary"), "inputs.holdout#salary: found 'no such column'"),
        (with_column("age", lambda t: t["age"].cast(pa.float64())), "inputs.holdout#age: found 'double'"),
        (with_column("is_active", lambda t: t["is_active"].cast(pa.string())), "inputs.holdout#is_active: found"),
        (with_column("salary", lambda t: pa.nulls(len(t), pa.float64())), "salary: found '1500 nulls'"),
        (with_column("salary", lambda t: pa.array([float("nan")] * len(t))), "inputs.holdout#salary: found 'NaN"),
    ],
)
def test_a_holdout_that_cannot_be_measured_is_refused(
    damage: Callable[[pa.Table], pa.Table], message: str, tmp_path: Path
) -> None:
    done = evaluate(tmp_path, damage(employee_table(2_000, seed=3)))
    assert done.exit_code == 2
    assert done.error["kind"] == "invalid-input"
    assert message in done.error["message"]


def test_a_candidate_that_was_touched_is_refused_by_file(tmp_path: Path) -> None:
    saved_model("lightgbm-text", tmp_path / "touched")
    reference = publish_candidate(tmp_path / "touched")
    card = tmp_path / "touched/model.json"
    card.write_text(card.read_text().replace('"seed": 42', '"seed": 43'))
    done = evaluate(tmp_path, employee_table(2_000, seed=3), candidate=reference)
    assert done.exit_code == 2
    assert "inputs.candidate/model.json: found 'sha256" in done.error["message"]
