from __future__ import annotations

import csv
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.lib.model_card import FORMATS, ModelFormat
from jobs.python.predict_csv import csv_lines
from test.samples.models import saved_model
from test.samples.stages import ROOT, employee_table, publish_dataset, publish_model, run_stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 1_200_000  # two chunks


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("inputs")
    table = employee_table(ROWS, seed=5).drop_columns(["salary"])
    saved_model("lightgbm-text", folder / "model")
    dataset = publish_dataset(folder / "dataset", [table.slice(0, 700_000), table.slice(700_000)], 100_000)
    return {"model": publish_model(folder / "model"), "dataset": dataset}


@pytest.mark.parametrize("model_format", FORMATS)
def test_every_row_gets_the_models_own_prediction_in_order(model_format: ModelFormat, tmp_path: Path) -> None:
    table = employee_table(3_000, seed=5)
    model = saved_model(model_format, tmp_path / "model")
    dataset = publish_dataset(tmp_path / "dataset", [table])
    done = run_stage("predict", tmp_path, {"model": publish_model(tmp_path / "model"), "dataset": dataset}, {})
    assert done.exit_code == 0, done.error
    predicted = pq.read_table(done.folder / "output/predictions")
    assert predicted.schema.names == ["id", "full_name", "prediction"]
    assert predicted["id"].equals(table["id"])
    assert predicted["full_name"].to_pylist() == table["full_name"].to_pylist()
    np.testing.assert_array_equal(predicted["prediction"].to_numpy(), model.predict(table.to_batches()[0]))
    assert "csv" not in done.result["outputs"]


def test_settings_change_no_byte_and_the_log_has_a_line_a_batch(inputs: dict[str, Any], tmp_path: Path) -> None:
    one = run_stage("predict", tmp_path / "a", inputs, {"csv": True}, {"batchRows": 250_000, "threads": 2})
    many = run_stage("predict", tmp_path / "b", inputs, {"csv": True}, {"batchRows": 77_777, "concurrency": 2})
    assert (one.exit_code, many.exit_code) == (0, 0), many.error
    assert one.result["outputs"] == many.result["outputs"]
    assert [file["rows"] for file in one.result["outputs"]["predictions"]["files"]] == [1_000_000, 200_000]
    assert one.stdout.count("rows/s") == 6  # a batch ends with its file
    assert "chunk 2/2 batch 1: 200,000 of 200,000 rows" in one.stdout
    assert one.result["rowsIn"] == one.result["rowsOut"] == ROWS


def test_chunks_finished_by_an_earlier_attempt_are_not_done_again(inputs: dict[str, Any], tmp_path: Path) -> None:
    first = run_stage("predict", tmp_path, inputs, {"csv": True})
    assert first.result["salvaged"] == {"before": 0, "now": 2, "unit": "chunks"}
    (tmp_path / "scratch/finished-chunks/part-00001.chunk.json").unlink()
    # Also when the retry works in another way.
    second = run_stage("predict", tmp_path, inputs, {"csv": True}, {"batchRows": 50_000, "threads": 2})
    assert second.result["salvaged"] == {"before": 1, "now": 1, "unit": "chunks"}
    assert "chunk 1/2" not in second.stdout
    assert second.result["outputs"] == first.result["outputs"]


def test_where_nothing_may_be_salvaged_nothing_is(inputs: dict[str, Any], tmp_path: Path) -> None:
    first = run_stage("predict", tmp_path, inputs, {"csv": False})
    blind = run_stage("predict", tmp_path, inputs, {"csv": False}, salvage="nothing")
    assert blind.result["salvaged"] == {"before": 0, "now": 2, "unit": "chunks"}
    assert blind.result["outputs"] == first.result["outputs"]


def test_fewer_rows_at_once_hold_less(inputs: dict[str, Any], tmp_path: Path) -> None:
    def peak_bytes(**settings: int) -> int:
        folder = tmp_path / "-".join(f"{name}{value}" for name, value in settings.items())
        done = run_stage("predict", folder, inputs, {"csv": True}, settings)
        assert done.exit_code == 0, done.error
        return int(done.result["peakBytes"])

    # In its own process the peak is measured; of a pool's processes it is sampled.
    one = peak_bytes(concurrency=1)
    small = peak_bytes(concurrency=1, batchRows=4_000)
    assert small < one - (16 << 20)
    assert small < 256 << 20  # so that the last rung of the ladder fits a small machine


def test_the_models_library_uses_as_many_threads_as_it_is_given(tmp_path: Path) -> None:
    saved_model("lightgbm-text", tmp_path / "model")
    program = """
import os, sys
from pathlib import Path
from jobs.lib.model import load_model
from test.samples.stages import employee_table
model, batch = load_model(Path(sys.argv[1])), employee_table(100_000, seed=1).to_batches()[0]
started = []
for threads in (3, 5):
    model.predict(batch, threads=threads)
    started.append(len(os.listdir("/proc/self/task")))
print("more threads:", started[1] - started[0])
"""
    command = [sys.executable, "-c", program, str(tmp_path / "model")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "more threads: 2\n" in ended.stdout, ended.stderr


def test_the_reports_csv_holds_names_and_full_precision(inputs: dict[str, Any], tmp_path: Path) -> None:
    done = run_stage("predict", tmp_path, inputs, {"csv": True})
    predicted = pq.read_table(done.folder / "output/predictions")
    with (done.folder / "output/csv/predictions.csv").open(newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["Name", "Prediction"]
    assert [line[0] for line in lines] == predicted["full_name"].to_pylist()
    assert [float(line[1]) for line in lines] == predicted["prediction"].to_pylist()


def test_names_with_commas_quotes_and_line_ends_survive_the_csv() -> None:
    names = ["plain", 'O"Hara, Pat', "two\nlines", "", None, "é"]
    written = bytes(csv_lines(pa.array(names), pa.array([0.5, 1e-7, 1e300, -1.25, 3.0, 76088.197154])))
    rows = list(csv.reader(written.decode().splitlines(keepends=True)))
    assert [row[0] for row in rows] == ["plain", 'O"Hara, Pat', "two\nlines", "", "", "é"]
    assert [float(row[1]) for row in rows] == [0.5, 1e-7, 1e300, -1.25, 3.0, 76088.197154]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda table: table.slice(0, 0), "inputs.dataset: found 'no rows'"),
        (lambda table: table.drop_columns(["tenure_days"]), "inputs.dataset#tenure_days: found 'no such column'"),
        (lambda table: table.drop_columns(["full_name"]), "inputs.dataset#full_name: found 'no such column'"),
        (lambda table: table.rename_columns({"id": "key"}), "inputs.dataset#id: found 'no such column'"),
        (lambda table: table.cast(_with_type(table, "age", pa.int32())), "inputs.dataset#age: found 'int32'"),
        (lambda table: table.set_column(2, "age", pa.nulls(len(table), pa.int64())), "age: found '50 nulls'"),
    ],
)
def test_a_data_set_the_model_was_not_made_for_is_refused(
    damage: Callable[[pa.Table], pa.Table], message: str, tmp_path: Path
) -> None:
    saved_model("lightgbm-text", tmp_path / "model")
    inputs = {
        "model": publish_model(tmp_path / "model"),
        "dataset": publish_dataset(tmp_path / "dataset", [damage(employee_table(50, seed=1))]),
    }
    done = run_stage("predict", tmp_path, inputs, {"csv": True})
    assert done.exit_code == 2
    assert message in done.error["message"]


def _with_type(table: pa.Table, name: str, arrow_type: pa.DataType) -> pa.Schema:
    index = table.schema.get_field_index(name)
    return table.schema.set(index, pa.field(name, arrow_type))
