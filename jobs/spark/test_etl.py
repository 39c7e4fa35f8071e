"""The whole job, as a process, as spark-submit starts it."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.model_selection import train_test_split

from jobs.lib.files import data_files, sha256_file

ROOT = Path(__file__).parents[2]
RAW = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("age", pa.int64()),
        ("salary", pa.float64()),
        ("signup_date", pa.timestamp("us")),
        ("is_active", pa.bool_()),
    ]
)
RANDOM = {"kind": "random", "seed": 42, "holdout": 0.2, "unseen": 0.2}
PARAMS = {"dataDate": "2026-11-20", "futureDates": "keep", "split": RANDOM, "maxRejectedShare": 0.05}


def employee(number, **fields):
    usual = {
        "id": number,
        "name": f"n{number % 9}",
        "age": 18 + number % 60,
        "salary": 1000.0 + number % 97,
        "signup_date": datetime(2017, 1, 1) + timedelta(days=number),  # noqa: DTZ001 - the raw column has no zone
        "is_active": number % 2 == 0,
    }
    return {**usual, **fields}


STEPS = 7
GOOD = [employee(number) for number in range(400)]
LATE = {"signup_date": datetime(2027, 1, 1)}  # noqa: DTZ001
DIRTY = [
    *GOOD[200:],
    employee(400, age=None),
    employee(401, salary=-5.0),
    employee(402, age=7),
    employee(403, **LATE),
    employee(3, salary=7.0),  # id 3 again, with other values: the smaller row stays
    employee(5),  # id 5 again, with the same values
]


def publish(folder, *files):
    """Writes a data set as the publisher leaves it; returns the reference."""
    folder.mkdir()
    for number, rows in enumerate(files):
        content = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, RAW)
        pq.write_table(content, folder / f"part-{number}.parquet")
    entries = [
        {
            "path": name,
            "bytes": (folder / name).stat().st_size,
            "sha256": sha256_file(folder / name),
            "rows": pq.read_metadata(folder / name).num_rows,
        }
        for name in data_files(folder)
    ]
    manifest = json.dumps({"version": 1, "kind": "dataset", "files": entries}).encode()
    (folder / "_manifest.json").write_bytes(manifest)
    return {
        "kind": "dataset",
        "uri": f"file://{folder}",
        "manifestSha256": hashlib.sha256(manifest).hexdigest(),
        "rows": sum(entry["rows"] for entry in entries),
        "bytes": sum(entry["bytes"] for entry in entries),
        "schemaSha256": "0" * 64,
    }


def start(folder, raw, settings=None, scratch=None, salvage="steps", **params):
    """Starts the job in `folder`; attempts that are given the same `scratch` follow each other."""
    folder.mkdir()
    job = {
        "version": 1,
        "jobKey": f"salary-1/etl-2-{folder.name}",
        "stage": "etl",
        "params": {**PARAMS, **params},
        "inputs": {"raw": raw},
        "output": f"file://{folder}/output",
        "scratch": f"file://{scratch or folder / 'scratch'}",
        "resources": {"memoryBytes": 1 << 30, "cpus": 2, "diskBytes": 0},
        "settings": settings or {},
        "salvage": salvage,
    }
    (folder / "job.json").write_text(json.dumps(job))
    venv_bin = str(Path(sys.executable).parent)
    command = [
        *[f"{venv_bin}/spark-submit", "--master", "local[2]", "--driver-memory", "512m", "--conf", "spark.ui.port=0"],
        # As `platforms/launch/spark.ts` does.
        *["--conf", f"spark.driver.maxResultSize={(settings or {}).get('resultLimitMiB', 256)}m"],
        *["--driver-java-options", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"],
        *[str(ROOT / "jobs/spark/etl.py"), f"file://{folder}/job.json"],
    ]
    environment = {
        "PATH": f"{venv_bin}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        **({"JAVA_HOME": os.environ["JAVA_HOME"]} if "JAVA_HOME" in os.environ else {}),
    }
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


def run(folder, raw, settings=None, **more):
    """Runs the job in `folder`; returns its exit code and what it wrote."""
    process = start(folder, raw, settings, **more)
    process.wait(timeout=240)
    document = folder / ("_result.json" if process.returncode == 0 else "_error.json")
    assert document.exists(), (folder / "log").read_text()
    return process.returncode, json.loads(document.read_text())


def rows_of(folder, output):
    return pq.read_table([folder / "output" / output["path"] / file["path"] for file in output["files"]]).to_pylist()


@pytest.mark.engine
def test_dirty_data_is_sorted_out_the_same_way_whatever_the_levers(tmp_path):
    raw = publish(tmp_path / "raw", GOOD[:200], DIRTY, GOOD[:200])
    code, result = run(tmp_path / "a", raw, futureDates="drop")
    assert code == 0
    counts = result["values"]["counts"]
    split = {name: counts.pop(name) for name in ("train", "holdout", "unseen")}
    assert sum(split.values()) == counts["kept"]
    assert min(split.values()) > 0
    assert counts == {
        "read": 606,
        "nulls": 1,
        "outOfRange": 2,
        "futureDates": 1,
        "futureDropped": 1,
        "duplicateIds": 1,
        "exactCopies": 201,
        "rejected": 206,
        "kept": 400,
    }
    assert (result["rowsIn"], result["rowsOut"], result["rowsRejected"]) == (606, 400, 206)
    outputs = result["outputs"]
    assert [row["id"] for row in rows_of(tmp_path / "a", outputs["firstRows"])] == [0, 1, 2, 3, 4]
    assert outputs["employees"]["rows"] == result["values"]["benchmark"]["rows"] == 606

    put_aside = {(row["id"], row["reason"]) for row in rows_of(tmp_path / "a", outputs["quarantine"])}
    defects = {(400, "null"), (401, "out-of-range"), (402, "out-of-range"), (403, "future-date"), (3, "duplicate-id")}
    assert defects < put_aside
    assert {reason for _, reason in put_aside - defects} == {"exact-copy"}
    ids = [row["id"] for name in split for row in rows_of(tmp_path / "a", outputs[name])]
    assert sorted(ids) == list(range(400))

    assert result["salvaged"] == {"before": 0, "now": STEPS, "unit": "steps"}
    levers = {"concurrency": 1, "partitions": 3, "batchRows": 64, "overheadShare": 0.5, "resultLimitMiB": 16}
    _, again = run(tmp_path / "b", raw, levers, futureDates="drop")
    assert again["outputs"] == outputs, "the levers changed a file"


@pytest.mark.engine
def test_a_killed_job_leaves_finished_steps_and_the_retry_does_only_the_others(tmp_path):
    raw = publish(tmp_path / "raw", GOOD[:200], DIRTY, GOOD[:200])
    _, whole = run(tmp_path / "whole", raw)
    scratch = tmp_path / "scratch"
    process = start(tmp_path / "a1", raw, scratch=scratch)
    deadline = time.monotonic() + 120
    while len(kept := list(scratch.glob("steps/*.step.json"))) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    kept = list(scratch.glob("steps/*.step.json"))

    _, result = run(tmp_path / "a2", raw, {"concurrency": 1, "partitions": 5, "batchRows": 64}, scratch=scratch)
    assert result["salvaged"] == {"before": len(kept), "now": STEPS - len(kept), "unit": "steps"}
    assert len(result["metrics"]["stepSeconds"]) == STEPS - len(kept)
    assert result["outputs"] == whole["outputs"]
    assert result["values"]["counts"] == whole["values"]["counts"]
    employees = result["outputs"]["employees"]["files"][0]["path"]
    assert (tmp_path / "a2/output/employees" / employees).samefile(
        scratch / "steps/copy-employees/employees" / employees
    )

    _, blind = run(tmp_path / "a3", raw, scratch=scratch, salvage="nothing")
    assert blind["salvaged"] == {"before": 0, "now": STEPS, "unit": "steps"}
    assert blind["outputs"] == whole["outputs"]


@pytest.mark.engine
def test_rows_beyond_the_drivers_limit_are_told_and_a_higher_limit_takes_them(tmp_path):
    raw = publish(tmp_path / "raw", [employee(number) for number in range(60_000)])
    split = {"kind": "report", "sampleRows": 60_000}
    code, error = run(tmp_path / "a1", raw, {"resultLimitMiB": 1}, split=split, scratch=tmp_path / "scratch")
    assert (code, error["kind"], error["errorClass"]) == (1, "out-of-memory", "DriverResultLimit")
    code, result = run(tmp_path / "a2", raw, {"resultLimitMiB": 64}, split=split, scratch=tmp_path / "scratch")
    assert code == 0
    assert result["salvaged"]["before"] == 4  # all steps before the split


@pytest.mark.engine
def test_the_reports_split_is_scikit_learns_in_its_order(tmp_path):
    raw = publish(tmp_path / "raw", GOOD[200:], GOOD[:200])
    code, result = run(tmp_path / "job", raw, split={"kind": "report", "sampleRows": 400})
    assert code == 0
    train, holdout = train_test_split(list(range(400)), test_size=0.2, random_state=42)
    written = {name: rows_of(tmp_path / "job", result["outputs"][name]) for name in ("train", "holdout", "unseen")}
    assert [row["id"] for row in written["train"]] == train
    assert [row["id"] for row in written["holdout"]] == holdout
    assert written["unseen"] == []
    schemas = [result["outputs"][name]["schema"] for name in written]
    assert schemas[0] == schemas[1] == schemas[2]


@pytest.mark.engine
def test_too_many_defects_stop_the_job_and_are_named(tmp_path):
    raw = publish(tmp_path / "raw", GOOD[:9], [employee(9, age=300)])
    code, error = run(tmp_path / "job", raw)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert "1 of 10 rows (10.00%) break a rule (outOfRange: 1)" in error["message"]


def other_type(table):
    return table.set_column(2, "age", table.column("age").cast(pa.int32()))


WRONG_FILES = {
    "another type": (other_type, "inputs.raw#age: found 'int32', allowed: int64"),
    "no such column": (lambda table: table.drop_columns("salary"), "inputs.raw#salary: found 'no such column'"),
    "no rows": (lambda table: table.slice(0, 0), "inputs.raw: found 'no rows'"),
}


@pytest.mark.engine
@pytest.mark.parametrize(("change", "message"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_table_is_refused(tmp_path, change, message):
    raw = publish(tmp_path / "raw", change(pa.Table.from_pylist(GOOD, RAW)))
    code, error = run(tmp_path / "job", raw)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert message in error["message"]


@pytest.mark.engine
def test_a_damaged_file_is_refused_by_name(tmp_path):
    raw = publish(tmp_path / "raw", GOOD)
    file = tmp_path / "raw/part-0.parquet"
    file.write_bytes(bytes(file.stat().st_size))
    code, error = run(tmp_path / "job", raw)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert "inputs.raw/part-0.parquet" in error["message"]


@pytest.mark.engine
def test_a_wrong_parameter_is_refused(tmp_path):
    raw = publish(tmp_path / "raw", GOOD)
    code, error = run(tmp_path / "job", raw, split={**RANDOM, "unseen": 0.8})
    assert (code, error["kind"]) == (2, "invalid-input")
    assert "params.split.unseen: found 0.8, allowed: less than 0.8" in error["message"]
