"""A fake for all tests, and clients of it."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from test.fakes.aws.job_process import PROJECT

SPEED = 600
FACTOR = 64


class Fake:
    """A running fake."""

    def __init__(self, state: Path, *options: str) -> None:
        self._ready = state.parent / "ready.json"
        self._options = options
        self.state = state
        self._process: subprocess.Popen | None = None
        self.port = 0
        self.log = state.parent / "fake.log"
        self.start()

    def start(self):
        self._ready.unlink(missing_ok=True)
        given = [
            f"--state={self.state}",
            f"--ready={self._ready}",
            f"--speed={SPEED}",
            f"--factor={FACTOR}",
            "--until-parent-ends",
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "test.fakes.aws", *given, f"--port={self.port}", *self._options],
                cwd=PROJECT,
                stderr=log,
            )
        eventually(self._ready.exists, 60)
        ready = json.loads(self._ready.read_text())
        self.endpoint = ready["endpoint"]
        self.port = int(self.endpoint.rpartition(":")[2])

    def client(self, service, **more):
        return boto3.client(
            service,
            region_name="eu-central-1",
            endpoint_url=self.endpoint,
            aws_access_key_id="AKIATEST000000000000",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **more),
        )

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_fake/{path}", method=method, data=data)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def fail_next(self, **fault):
        self.ask("POST", "faults", [fault])

    def job(self, name):
        return next(each for each in self.ask("GET", "jobs") if each["name"] == name)

    def end(self, number=signal.SIGTERM):
        self._process.send_signal(number)
        self._process.wait(60)


def eventually(check, within_seconds=120):
    """Asks until the answer is true, and returns it."""
    deadline = time.monotonic() + within_seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within_seconds} s; the last answer was {answer!r}")
        time.sleep(0.05)


def is_alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture(scope="session")
def fake(tmp_path_factory):
    running = Fake(tmp_path_factory.mktemp("fake") / "state")
    running.client("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield running
    running.end()
    print(running.log.read_text(), file=sys.stderr)
    assert not groups_left(running.state)


def groups_left(state):
    """Memory groups of jobs in this state folder."""
    uids = [each.name for each in (state / "work").iterdir()] if (state / "work").is_dir() else []
    places = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
    return [group for uid in uids for place in places for group in place.glob(f"tempered-fake-aws-{uid}-*")]


@pytest.fixture
def sagemaker(fake):
    return fake.client("sagemaker")


def put(fake, key, text):
    fake.client("s3").put_object(Bucket="data", Key=key, Body=text.encode() if isinstance(text, str) else text)
    return f"s3://data/{key}"
