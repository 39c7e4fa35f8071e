"""A real S3 server on the loopback, one a test run; each test has a bucket of its own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest

from test.fakes.fault_proxy import fault_proxy

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="session")
def s3_environment():
    """What a program needs to reach the server."""
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        for line in server.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            raise AssertionError("the server did not start")
        # Its log must go on being read, or it stands still once the pipe is full.
        drain = subprocess.Popen(["/bin/cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
        yield {**ENVIRONMENT, "AWS_ENDPOINT_URL": found[0]}
    finally:
        server.terminate()
        server.wait(30)
        drain.wait(30)
        server.stderr.close()


class Bucket:
    """A bucket with a storage root, and what the other side does with it."""

    def __init__(self, name, environment):
        self.name = name
        self.environment = environment
        self.root = f"s3://{name}/team/root"
        self.client = boto3.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL"])
        self.client.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": environment["AWS_REGION"]}
        )

    def put(self, path, content):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.client.put_object(Bucket=self.name, Key=f"team/root/{path}", Body=content)
        return f"{self.root}/{path}"

    def get(self, path):
        return self.client.get_object(Bucket=self.name, Key=f"team/root/{path}")["Body"].read()

    def json(self, path):
        return json.loads(self.get(path))

    def paths(self, below=""):
        start = f"team/root/{below}"
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=start)
        return [entry["Key"].removeprefix("team/root/") for page in pages for entry in page.get("Contents", [])]

    def put_folder(self, folder, path):
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.put(f"{path}/{file.relative_to(folder).as_posix()}", file.read_bytes())
        return f"{self.root}/{path}"

    def put_job(self, key, stage="generate", salvage="chunks", params=None, inputs=None, **more):
        document = {
            "version": 1,
            "jobKey": key,
            "stage": stage,
            "params": params or {},
            "inputs": inputs or {},
            "output": f"{self.root}/_work/{key}/output",
            "scratch": f"{self.root}/_scratch/{stage}/0a1b",
            "resources": {"memoryBytes": 1 << 30, "cpus": 1, "diskBytes": 0},
            "settings": {},
            "salvage": salvage,
            **more,
        }
        return self.put(f"_work/{key}/job.json", document)

    def put_code(self, own=None):
        """The archive as the platforms make it: the jobs without their tests, and at its top a user's own folder."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as content:
            for path in sorted((ROOT / "jobs").rglob("*.py")):
                if not path.name.startswith(("test_", "conftest")):
                    content.write(path, path.relative_to(ROOT))
            for path in sorted(own.rglob("*.py")) if own else ():
                content.write(path, path.relative_to(own))
        return self.put(f"_code/{hashlib.sha256(archive.getvalue()).hexdigest()}.zip", archive.getvalue())

    def start(self, command, **environment):
        """Starts a program that finds this bucket's server, and nothing of this checkout."""
        own = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
        return subprocess.Popen(
            command,
            env={**own, **self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, entry, job, work, **environment):
        """Runs a job as every platform starts it; its exit code and log."""
        process = self.bootstrap(entry, job, work, **environment)
        log, _ = process.communicate(timeout=240)
        return process.returncode, log

    def bootstrap(self, entry, job, work, **environment):
        work.mkdir(exist_ok=True)
        return self.start(self.command(entry, job, work / "w"), **environment)

    def command(self, entry, job, work, code=None):
        program = work.parent / "bootstrap.py"
        program.write_bytes((ROOT / "jobs/remote/bootstrap.py").read_bytes())
        options = ["--code", code or self.put_code(), "--entry", entry, "--job", job, "--work", str(work)]
        return [sys.executable, str(program), *options]


@pytest.fixture
def bucket(s3_environment, request, monkeypatch):
    for name, value in s3_environment.items():
        monkeypatch.setenv(name, value)
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[-50:].strip("-")
    return Bucket(f"b-{name}", s3_environment)


@pytest.fixture
def faults(bucket, monkeypatch):
    """A proxy through which the bucket's programs, and this one, reach the server."""
    with fault_proxy(bucket.environment["AWS_ENDPOINT_URL"]) as proxy:
        bucket.environment = {**bucket.environment, "AWS_ENDPOINT_URL": proxy.url}
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy
