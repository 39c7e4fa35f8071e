"""The whole job, as a process."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
PARAMS = {"rows": 1000, "dataset": "described", "seed": 42, "dataDate": "2026-11-20", "chunkRows": 300, "csv": False}


def start(folder, settings=None, salvage="chunks", **params):
    (folder / "job.json").write_text(
        json.dumps(
            {
                "version": 1,
                "jobKey": "salary-1/generate-2-a1",
                "stage": "generate",
                "params": {**PARAMS, **params},
                "inputs": {},
                "output": f"file://{folder}/output",
                "scratch": f"file://{folder}/scratch",
                "resources": {"memoryBytes": 1 << 30, "cpus": 2, "diskBytes": 0},
                "settings": settings or {},
                "salvage": salvage,
            }
        )
    )
    command = [sys.executable, str(ROOT / "jobs/python/generate.py"), f"file://{folder}/job.json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def run(folder, settings=None, salvage="chunks", **params):
    folder.mkdir(exist_ok=True)
    process = start(folder, settings, salvage, **params)
    _, stderr = process.communicate(timeout=120)
    name = "_result.json" if process.returncode == 0 else "_error.json"
    assert (folder / name).exists(), stderr.decode()
    return process.returncode, json.loads((folder / name).read_text())


def hashes(result):
    return [file["sha256"] for output in result["outputs"].values() for file in output["files"]]


def test_the_same_bytes_whatever_the_settings(tmp_path):
    results = [
        run(tmp_path / str(index), settings, csv=True)[1]
        for index, settings in enumerate([{"concurrency": 1, "batchRows": 7}, {"concurrency": 2, "batchRows": 100_000}])
    ]
    assert hashes(results[0]) == hashes(results[1])
    assert [file["rows"] for file in results[0]["outputs"]["dataset"]["files"]] == [300, 300, 300, 100]
    assert [file["path"] for file in results[0]["outputs"]["csv"]["files"]][3] == "part-00003.csv"
    table = pq.read_table(tmp_path / "0" / "output" / "raw")
    assert table.column("id").to_pylist() == list(range(1000))


def test_the_result_says_what_was_made(tmp_path):
    _, result = run(tmp_path)
    assert (result["rowsIn"], result["rowsOut"], result["rowsRejected"]) == (1000, 1000, 0)
    assert result["values"]["source"] == "described"
    assert result["values"]["noiseFloor"]["bestR2"] == pytest.approx(0.5415, abs=1e-4)
    assert result["salvaged"] == {"before": 0, "now": 4, "unit": "chunks"}
    assert [column["type"] for column in result["outputs"]["dataset"]["schema"]] == [
        "int64",
        "string",
        "int64",
        "double",
        "timestamp[us]",
        "bool",
    ]
    assert "pandas" not in result["versions"]


def test_a_retry_makes_only_what_is_missing_or_damaged(tmp_path):
    _, first = run(tmp_path)
    scratch = tmp_path / "scratch" / "chunks"
    (scratch / "part-00001.parquet").write_bytes(b"damaged")
    (scratch / "chunk-00002.chunk.json").unlink()
    for path in (tmp_path / "output").rglob("*.parquet"):
        path.unlink()
    _, second = run(tmp_path)
    assert second["salvaged"] == {"before": 2, "now": 2, "unit": "chunks"}
    assert hashes(second) == hashes(first)


def test_a_killed_job_leaves_whole_chunks_and_the_retry_uses_them(tmp_path):
    process = start(tmp_path, {"concurrency": 2}, rows=6_000_000, chunkRows=500_000)
    records = tmp_path / "scratch" / "chunks"
    deadline = time.monotonic() + 60
    while len(list(records.glob("*.chunk.json"))) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    # The retry finds them also when it works in another way.
    _, result = run(tmp_path, {"concurrency": 1, "batchRows": 10_000}, rows=6_000_000, chunkRows=500_000)
    assert result["salvaged"]["before"] >= 2
    assert result["salvaged"]["before"] + result["salvaged"]["now"] == 12
    assert pq.read_table(tmp_path / "output" / "raw", columns=["id"]).num_rows == 6_000_000


def test_where_nothing_may_be_salvaged_nothing_is(tmp_path):
    _, first = run(tmp_path)
    _, second = run(tmp_path, salvage="nothing")
    assert second["salvaged"] == {"before": 0, "now": 4, "unit": "chunks"}
    assert hashes(second) == hashes(first)
    _, third = run(tmp_path, salvage="nothing")
    assert third["salvaged"] == {"before": 0, "now": 4, "unit": "chunks"}


@pytest.mark.parametrize("dataset", ["described", "published"])
def test_the_last_rung_of_the_ladder_fits_a_small_machine(tmp_path, dataset):
    _, result = run(tmp_path, {"concurrency": 1}, dataset=dataset, rows=1_000_000, chunkRows=250_000)
    assert result["metrics"]["concurrency"] == 1
    assert result["peakBytes"] < 256 << 20  # of its own process, which is measured and not sampled
    _, two = run(tmp_path / "two", {"concurrency": 2}, dataset=dataset, rows=1_000_000, chunkRows=250_000)
    assert two["metrics"]["concurrency"] == 2


@pytest.mark.parametrize(
    ("params", "settings", "message"),
    [
        ({"rows": 0}, {}, "params.rows: found 0, allowed: 1 to 10,000,000,000"),
        ({"rows": -5}, {}, "params.rows: found -5"),
        ({"rows": 10**12}, {}, "params.rows: found 1000000000000"),
        ({"dataset": "real"}, {}, "params.dataset: found 'real', allowed: 'described' or 'published'"),
        ({"dataset": "published", "seed": 7}, {}, "params.seed: found 7, allowed: 42"),
        ({"dataDate": "2079-01-01"}, {}, "params.dataDate: found '2079-01-01', allowed: 1980-01-01 to 2059-01-01"),
        ({"colour": "red"}, {}, "params.colour"),
        ({}, {"concurrency": -1}, "settings.concurrency: found -1, allowed: 0 or more"),
    ],
)
def test_a_wrong_parameter_is_named_within_a_second(tmp_path, params, settings, message):
    started = time.monotonic()
    code, error = run(tmp_path, settings, **params)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert message in error["message"]
    assert time.monotonic() - started < 3  # a third of a second on a quiet machine


def test_a_disk_too_small_is_noticed_before_the_work(tmp_path):
    code, error = run(tmp_path, rows=10**10, chunkRows=50_000_000, csv=True)
    assert (code, error["kind"]) == (1, "disk-full")
    assert "the output needs about 600,000,000,000 bytes" in error["message"]
