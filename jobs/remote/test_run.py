"""Real jobs, started as every platform on AWS starts them, on a real S3 server."""

import hashlib
import os
import signal
import time

import pytest

from jobs.lib.stop import EXIT_STOPPED
from test.fakes.fault_proxy import Fault

GENERATE = {"rows": 30_000, "dataDate": "2026-11-20", "chunkRows": 10_000}
MANY_CHUNKS = {**GENERATE, "rows": 4_000_000, "chunkRows": 50_000}
PROGRAM = "jobs/python/generate.py"


def records(bucket):
    return [path for path in bucket.paths("_scratch/") if path.endswith(".chunk.json")]


def until(found, process):
    give_up_at = time.monotonic() + 120
    while not found():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def end(process):
    try:
        return process.communicate(timeout=60)[0]
    finally:
        process.kill()


def objects(bucket, key):
    """Hash by path of what the job handed over, as S3 has it."""
    start = f"_work/{key}/output/"
    return {path.removeprefix(start): hashlib.sha256(bucket.get(path)).hexdigest() for path in bucket.paths(start)}


def listed(result):
    return {
        f"{output['path']}/{file['path']}": file["sha256"]
        for output in result["outputs"].values()
        for file in output["files"]
    }


def test_a_job_reads_and_writes_only_s3_and_its_last_word_comes_last(bucket, faults, tmp_path):
    key = "salary run é/generate-a1"  # a workflow id is anybody's text
    job = bucket.put_job(key, params=GENERATE)
    code, log = bucket.run(PROGRAM, job.replace(" ", "%20").replace("é", "%C3%A9"), tmp_path)
    assert code == 0, log
    result = bucket.json(f"_work/{key}/_result.json")
    assert (result["rowsOut"], result["salvaged"]) == (30_000, {"before": 0, "now": 3, "unit": "chunks"})
    assert objects(bucket, key) == listed(result)
    assert bucket.json(f"_work/{key}/progress.json")["percent"] == 100
    writes = [request for request in faults.seen if request.startswith(("PUT", "POST"))]
    assert writes[-1].endswith("/_result.json")
    assert [path.name for path in (tmp_path / "w").iterdir()] == [path.name for path in (tmp_path / "w").glob("code-*")]

    code, log = bucket.run(PROGRAM, job.replace(" ", "%20").replace("é", "%C3%A9"), tmp_path)
    assert (code, "handed over its result before" in log) == (0, True)
    assert [request for request in faults.seen if request.startswith("PUT")][-1:] == writes[-1:]


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_killed_attempt_finished_is_found_by_the_next(bucket, tmp_path, how):
    first = bucket.put_job("run/generate-a1", params=MANY_CHUNKS)
    (tmp_path / "one").mkdir()
    process = bucket.bootstrap(PROGRAM, first, tmp_path / "one")
    until(lambda: len(records(bucket)) >= 2, process)
    os.kill(process.pid, how)
    log = end(process)
    assert process.returncode == (-how if how == signal.SIGKILL else EXIT_STOPPED), log
    left = bucket.paths("_work/run/generate-a1/")
    assert not [path for path in left if path.endswith(("_result.json", "_error.json"))]
    finished = len(records(bucket))
    if how == signal.SIGTERM:
        # Whatever was finished by then was sent before the end: nothing is left that S3 does not have.
        local = list((tmp_path / "one/w/scratch/chunks").glob("*.chunk.json"))
        assert len(local) - finished <= 1  # the job's thread goes on while the last of them is being sent

    second = bucket.put_job("run/generate-a2", params=MANY_CHUNKS)
    code, log = bucket.run(PROGRAM, second, tmp_path / "two")
    assert code == 0, log
    result = bucket.json("_work/run/generate-a2/_result.json")
    assert result["salvaged"] == {"before": finished, "now": 80 - finished, "unit": "chunks"}
    assert finished >= 2
    assert objects(bucket, "run/generate-a2") == listed(result)


def test_a_wrong_parameter_is_told_with_the_jobs_own_exit_code(bucket, tmp_path):
    job = bucket.put_job("run/generate-a1", params={**GENERATE, "rows": 0})
    code, log = bucket.run(PROGRAM, job, tmp_path)
    assert code == 2, log
    error = bucket.json("_work/run/generate-a1/_error.json")
    assert (error["kind"], error["message"][:20]) == ("invalid-input", "params.rows: found 0")
    assert not bucket.paths("_work/run/generate-a1/output/")


def test_a_stop_while_outputs_are_sent_leaves_no_result(bucket, faults, tmp_path):
    stalled = faults.add(Fault("PUT", "/output/raw/part-00001"))
    process = bucket.bootstrap(PROGRAM, bucket.put_job("run/generate-a1", params=GENERATE), tmp_path)
    until(stalled.reached.is_set, process)
    process.terminate()
    log = end(process)
    assert process.returncode == EXIT_STOPPED, log
    assert not [path for path in bucket.paths("_work/") if path.endswith(("_result.json", "_error.json"))]

    stalled.release.set()
    faults.faults.clear()
    bucket.put("_work/run/generate-a1/output/raw/part-00009.parquet", b"left by a start of the same job that ended")
    code, log = bucket.run(PROGRAM, bucket.put_job("run/generate-a1", params=GENERATE), tmp_path)
    assert code == 0, log
    assert objects(bucket, "run/generate-a1") == listed(bucket.json("_work/run/generate-a1/_result.json"))


def test_a_job_that_was_told_to_stop_before_it_began_does_nothing(bucket, faults, tmp_path):
    job = bucket.put_job("run/generate-a1", params=GENERATE)
    bucket.put("_work/run/generate-a1/_stop.json", {"reason": "cancel"})
    code, log = bucket.run(PROGRAM, job, tmp_path)
    assert (code, log) == (EXIT_STOPPED, "this job was told to stop before it began: nothing to do\n")
    assert not [request for request in faults.seen if request.startswith(("PUT", "POST"))]


def test_a_stop_while_inputs_are_fetched_ends_at_once(bucket, faults, tmp_path):
    stalled = faults.add(Fault("GET", "/scratch-file"))
    bucket.put("_scratch/generate/0a1b/scratch-file", b"finished before")
    process = bucket.bootstrap(PROGRAM, bucket.put_job("run/generate-a1", params=GENERATE), tmp_path)
    until(stalled.reached.is_set, process)
    process.terminate()
    log = end(process)
    assert process.returncode == EXIT_STOPPED, log


def test_throttling_is_waited_out(bucket, faults, tmp_path):
    faults.add(Fault("PUT", "/_work/", 503, "SlowDown", times=4))
    code, log = bucket.run(PROGRAM, bucket.put_job("run/generate-a1", params=GENERATE), tmp_path)
    assert code == 0, log


def test_credentials_that_expire_during_the_job_are_named(bucket, faults, tmp_path):
    faults.add(Fault("PUT", "/output/", 400, "ExpiredToken"))
    code, log = bucket.run(PROGRAM, bucket.put_job("run/generate-a1", params=GENERATE), tmp_path)
    assert (code, "CredentialsExpired: s3:PutObject on s3://" in log) == (1, True), log
    assert bucket.json("_work/run/generate-a1/_error.json")["errorClass"] == "CredentialsExpired"


OWN_JOB = """
import subprocess
import sys

import rain_rules
from jobs.lib.contract import Result, run_job


def main(job):
    child = "import rain_rules; print(rain_rules.threshold())"
    below = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True).stdout
    return Result({}, rows_in=0, rows_out=0, values={"here": rain_rules.threshold(), "below": int(below)})


if __name__ == "__main__":
    run_job(main, engine="python")
"""


def test_a_job_of_a_users_own_imports_what_lies_beside_it_and_so_do_the_processes_that_it_starts(bucket, tmp_path):
    own = tmp_path / "rain"
    own.mkdir()
    (own / "wettest.py").write_text(OWN_JOB)
    (own / "rain_rules.py").write_text("def threshold():\n    return 7\n")
    job = bucket.put_job("run/wettest-a1", stage="wettest")
    command = bucket.command("wettest.py", job, tmp_path / "w", code=bucket.put_code(own))
    log, _ = (process := bucket.start(command)).communicate(timeout=240)
    assert process.returncode == 0, log
    assert bucket.json("_work/run/wettest-a1/_result.json")["values"] == {"here": 7, "below": 7}
