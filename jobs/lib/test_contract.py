"""The shell around a job, with real processes."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from jobs.lib.contract import Result
from jobs.lib.process_tree import is_running

ROOT = Path(__file__).parents[2]
JOB = {
    "version": 1,
    "jobKey": "k",
    "stage": "s",
    "params": {},
    "inputs": {},
    "resources": {"memoryBytes": 1 << 30, "cpus": 1, "diskBytes": 0},
    "settings": {},
    "salvage": "nothing",
}


def start(folder, body, job=JOB):
    """Starts a job whose `main` has this body."""
    body = textwrap.indent(textwrap.dedent(body), "    ")
    (folder / "program.py").write_text(
        f"from jobs.lib.contract import *\ndef main(job):\n{body}\n"
        'if __name__ == "__main__":\n    run_job(main, "python")\n'
    )
    document = {**job, "output": f"file://{folder}/output", "scratch": f"file://{folder}/scratch"}
    (folder / "job.json").write_text(json.dumps(document))
    command = [sys.executable, str(folder / "program.py"), f"file://{folder}/job.json"]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)


def run(folder, body, job=JOB):
    process = start(folder, body, job)
    process.communicate(timeout=60)
    found = {}
    for name in ("_result.json", "_error.json", "progress.json"):
        path = folder / name
        found[name] = json.loads(path.read_text()) if path.exists() else None
    return process.returncode, found["_result.json"], found["_error.json"], found["progress.json"]


def eventually(check, within_seconds=20.0):
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.05)
    return False


def test_a_job_that_returns_has_a_result_and_no_error(tmp_path):
    code, result, error, progress = run(
        tmp_path,
        """
        from pathlib import Path
        Path(job.output_path("notes")).mkdir()
        Path(job.output_path("notes/a.txt")).write_text("{}")
        job.progress.update(3, 4, "tasks", "nearly", "http://localhost/ui")
        job.progress.update(4, 4, "tasks", "done")
        outputs = {"notes": artifact_output(job, "notes")}
        return Result(outputs, 5, 3, 2, values={"x": 1}, salvaged=Salvaged(1, 2, "trials"))
        """,
    )
    assert (code, error) == (0, None)
    assert result["outputs"]["notes"]["files"][0]["path"] == "a.txt"
    assert (result["rowsIn"], result["rowsOut"], result["rowsRejected"], result["values"]) == (5, 3, 2, {"x": 1})
    assert result["salvaged"] == {"before": 1, "now": 2, "unit": "trials"}
    assert result["peakBytes"] > 5_000_000
    assert result["startedAt"] < result["endedAt"]
    assert (progress["percent"], progress["message"]) == (100, "done")
    assert progress["trackingUrl"] == "http://localhost/ui"


def test_rows_that_do_not_add_up_are_refused():
    with pytest.raises(AssertionError, match="5 in, 3 out, 1 rejected"):
        Result({}, 5, 3, 1)


@pytest.mark.parametrize(
    ("body", "code", "error_class", "kind"),
    [
        ("1 / 0", 1, "ZeroDivisionError", None),
        ("raise MemoryError", 1, "MemoryError", "out-of-memory"),
        ("raise InvalidInput('params.x', 1, '2')", 2, "InvalidInput", "invalid-input"),
        ("exit()", 1, "SystemExit", None),
        ("return None", 1, "AttributeError", None),
        ("return Result({}, 1, 1, metrics={'mse': float('nan')})", 1, "ValueError", None),
        ("artifact_output(job, 'absent')", 1, "FileNotFoundError", None),
    ],
)
def test_a_job_that_fails_has_an_error_and_no_result(tmp_path, body, code, error_class, kind):
    found_code, result, error, _ = run(tmp_path, body)
    assert (found_code, result) == (code, None)
    assert (error["errorClass"], error["kind"]) == (error_class, kind)
    assert error["traceback"]


def test_a_job_file_with_an_unknown_field_is_a_wrong_input(tmp_path):
    code, result, error, _ = run(tmp_path, "return Result({}, 0, 0)", {**JOB, "colour": "red"})
    assert (code, result, error["kind"]) == (2, None, "invalid-input")
    assert "job.json.colour" in error["message"]


def test_without_an_argument_it_says_how_it_is_used(tmp_path):
    (tmp_path / "program.py").write_text("from jobs.lib.contract import *\nrun_job(print, 'python')\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")], env=environment, capture_output=True, check=False
    )
    assert ran.returncode == 1
    assert b"usage:" in ran.stderr


def test_sigterm_stops_the_children_and_leaves_no_result(tmp_path):
    process = start(
        tmp_path,
        """
        import signal, subprocess, time
        child = subprocess.Popen(["sleep", "300"])
        signal.signal(signal.SIGTERM, lambda *_: exit(7))  # as Ray does
        job.progress.update(child.pid, None, "tasks", "child started")
        time.sleep(300)
        """,
    )

    def child_pid():
        path = tmp_path / "progress.json"
        return json.loads(path.read_text())["done"] if path.exists() else 0

    assert eventually(child_pid)
    pid = child_pid()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert not is_running(pid)
    assert not (tmp_path / "_result.json").exists()
    assert not (tmp_path / "_error.json").exists()


def test_pool_processes_end_with_a_killed_parent(tmp_path):
    process = start(
        tmp_path,
        """
        from jobs.lib.chunks import map_chunks
        from jobs.lib.test_chunks import wait_and_tell
        map_chunks(wait_and_tell, [job.scratch_path()] * 2, 2)
        """,
    )
    scratch = tmp_path / "scratch"
    assert eventually(lambda: len(list(scratch.rglob("*.pid"))) == 2)
    pids = [int(path.stem) for path in scratch.rglob("*.pid")]
    process.kill()
    process.communicate(timeout=30)
    assert eventually(lambda: not any(is_running(pid) for pid in pids), 5)
