"""A search over two hosts of a SageMaker training job: two programs, each with a disk and a Ray of its own."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from jobs.lib.errors import InvalidInput
from jobs.lib.process_tree import descendants
from jobs.remote.sagemaker_hosts import find_hosts
from test.samples.tuning import employees, publish

HEAD, WORKER = "127.0.0.1", "127.0.0.2"
PARAMS = {
    "search": "optuna",
    "learners": ["lightgbm"],
    "trials": 4,
    "seed": 42,
    "target": "salary",
    "features": ["age", "is_active", "tenure_days"],
}
# A disk of its own: what is written below the job's folder on one host is not there on the other.
OWN_DISK = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


@pytest.fixture
def cluster(bucket, faults, tmp_path):
    """`start(number, trials)` starts both hosts on attempt `number` of the search."""
    assert faults.url == bucket.environment["AWS_ENDPOINT_URL"]
    train = publish(tmp_path / "train", [employees(20_000, 1, tenure_values=5)])
    reference = {
        "kind": "dataset",
        "uri": bucket.put_folder(tmp_path / "train", "train"),
        "manifestSha256": train.manifest_sha256,
        "rows": train.rows,
        "bytes": train.bytes,
        "schemaSha256": "0" * 64,
    }
    started = []

    def start(number, trials):
        job = bucket.put_job(
            f"run/tune-a{number}",
            stage="tune",
            salvage="trials",
            params={**PARAMS, "trials": trials},
            inputs={"train": reference},
            settings={"concurrency": 2, "threads": 1},  # one trial on each host
            resources={"memoryBytes": 4 << 30, "cpus": 2, "diskBytes": 0},
        )
        hosts = [host(bucket, job, tmp_path, number, address) for address in (HEAD, WORKER)]
        started.extend(hosts)
        return hosts

    yield start
    for process in started:
        for one in descendants(process.pid):
            os.kill(one.pid, signal.SIGKILL)
        process.kill()
        process.wait(30)


def host(bucket, job, folder, number, address):
    disk, work = folder / f"disk-{number}-{address}", folder / "opt/w"
    disk.mkdir()
    work.mkdir(parents=True, exist_ok=True)
    environment = {
        **bucket.environment,
        "PATH": os.environ["PATH"],
        "SM_HOSTS": json.dumps([HEAD, WORKER]),
        "SM_CURRENT_HOST": address,
        "SM_NUM_CPUS": "1",
        "TMPDIR": "/tmp",
    }
    command = bucket.command("jobs/ray/tune.py", job, work)
    own_disk = ["unshare", "--mount", "sh", "-c", OWN_DISK, "sh", str(disk), str(work)]
    with (folder / f"log-{number}-{address}").open("wb") as log:
        return subprocess.Popen([*own_disk, *command], env=environment, stdout=log, stderr=log)


def log_of(folder, number, address):
    return (folder / f"log-{number}-{address}").read_text()


@pytest.mark.engine
@pytest.mark.long
def test_a_search_uses_both_hosts_and_goes_on_when_ray_on_one_is_killed(bucket, faults, cluster, tmp_path):
    head, worker = cluster(1, trials=6)
    trials = "_scratch/tune/0a1b/search/trials.jsonl"
    until(lambda: trials in bucket.paths("_scratch/tune/"), head, tmp_path)
    [raylet] = [one for one in descendants(worker.pid) if command_of(one.pid).endswith("raylet/raylet")]
    head.send_signal(signal.SIGSTOP)  # else it may end the search before the worker has joined it again
    os.kill(raylet.pid, signal.SIGKILL)
    try:
        until(lambda: "time 1 of 3" in log_of(tmp_path, 1, WORKER), worker, tmp_path)
    finally:
        head.send_signal(signal.SIGCONT)
    assert head.wait(300) == 0, log_of(tmp_path, 1, HEAD)
    assert worker.wait(60) == 0, log_of(tmp_path, 1, WORKER)
    result = bucket.json("_work/run/tune-a1/_result.json")
    assert result["salvaged"] == {"before": 0, "now": 6, "unit": "trials"}
    # Only the other host has to fetch what the first one wrote.
    assert [request for request in faults.seen if request.startswith("GET") and "/_scratch/" in request]


@pytest.mark.engine
@pytest.mark.long
def test_a_worker_ends_when_the_head_is_killed_and_the_next_attempt_goes_on(bucket, cluster, tmp_path):
    head, worker = cluster(1, trials=6)
    trials = "_scratch/tune/0a1b/search/trials.jsonl"
    until(lambda: trials in bucket.paths("_scratch/tune/") and bucket.get(trials).count(b"\n") > 1, head, tmp_path)
    head.kill()
    killed_at = time.monotonic()
    assert worker.wait(60) == 1, log_of(tmp_path, 1, WORKER)
    assert time.monotonic() - killed_at < 45
    assert "has left neither _result.json nor _error.json" in log_of(tmp_path, 1, WORKER)

    head, worker = cluster(2, trials=6)
    assert head.wait(300) == 0, log_of(tmp_path, 2, HEAD)
    assert worker.wait(60) == 0
    salvaged = bucket.json("_work/run/tune-a2/_result.json")["salvaged"]
    assert salvaged["before"] > 0
    assert salvaged["before"] + salvaged["now"] == 6


def until(found, process, folder):
    give_up_at = time.monotonic() + 300
    while not found():
        logs = [log_of(folder, 1, address) for address in (HEAD, WORKER)]
        assert process.poll() is None, logs
        assert time.monotonic() < give_up_at, logs
        time.sleep(0.1)


def command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]


def test_hosts_are_read_from_the_environment_or_from_the_services_file(monkeypatch, tmp_path):
    for name in ("SM_HOSTS", "SM_CURRENT_HOST"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "resourceconfig.json"
    assert find_hosts(config) is None
    names = [f"algo-{number}" for number in range(1, 12)]
    config.write_text(json.dumps({"current_host": "algo-10", "hosts": names}))
    found = find_hosts(config)
    assert (found.head, found.is_head, found.names[9]) == ("algo-1", False, "algo-10")
    monkeypatch.setenv("SM_HOSTS", '["algo-1"]')
    monkeypatch.setenv("SM_CURRENT_HOST", "algo-1")
    assert find_hosts(config) is None
    monkeypatch.setenv("SM_HOSTS", '["algo-1", "algo-2"]')
    monkeypatch.setenv("SM_CURRENT_HOST", "algo-3")
    with pytest.raises(InvalidInput, match=r"SM_CURRENT_HOST: found 'algo-3', allowed: one of algo-1, algo-2"):
        find_hosts(config)
