"""What every service needs of this machine: the state folder, the pace, the limits, and clients of the fake itself."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from test.fakes.aws.faults import Faults
from test.fakes.aws.memory_group import groups_folder

ACCOUNT = "123456789012"
REGION = "eu-central-1"
INTERNAL_KEY = "AKIAFAKEAWSINTERNAL0"
"""The fake's own calls to itself, which nobody counts."""
JOB_KEY = "AKIAFAKEAWSJOBROLE00"
"""What jobs sign with: their calls are counted apart."""

PYTHON_BIN = Path(sys.executable).parent


class ShuttingDown(Exception):  # noqa: N818 - says what happens
    """The fake ends; the job's record stays as it is."""


class Host:
    """This machine as a data centre."""

    def __init__(self, state: Path, *, factor: float, speed: float, jars: Path | None, serve: list[str]) -> None:
        self.state = state
        self.factor = factor
        """Memory of the real machine divided by that of ours."""
        self.speed = speed
        """Seconds of the service in one of ours; what a job does itself is not sped up."""
        self.jars = jars
        """S3A and what it needs, for `s3://` in Spark."""
        self.serve = serve
        """What the command `serve` is in every image: the program of a model server."""
        self.faults = Faults()
        self.groups = groups_folder()
        self.has_mounts = _can_mount()
        self.stopping = threading.Event()
        self.endpoint = ""

    def pause(self, service_seconds: float) -> None:
        """Waits as long as the service takes, sped up.

        Raises:
            ShuttingDown: the fake ends.
        """
        if self.stopping.wait(service_seconds / self.speed):
            raise ShuttingDown

    def scaled(self, real_bytes: float) -> int:
        """Memory here for memory there."""
        return int(real_bytes / self.factor)

    @functools.cache  # noqa: B019 - there is one host in a process
    def client(self, service: str) -> Any:
        """A client of the fake itself."""
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=INTERNAL_KEY,
            aws_secret_access_key="internal",  # noqa: S106 - nobody checks it
            config=Config(max_pool_connections=50, s3={"addressing_style": "path"}),
        )

    def job_environment(self, folder: Path, region: str) -> dict[str, str]:
        """What every job's process finds: its home, its credentials and where AWS is."""
        temporary = folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return {
            "PATH": f"{PYTHON_BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder),
            "TMPDIR": str(temporary),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": JOB_KEY,
            "AWS_SECRET_ACCESS_KEY": "job",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def _can_mount() -> bool:
    if os.geteuid() != 0 or shutil.which("unshare") is None or not Path("/opt").is_dir():
        return False
    trial = subprocess.run(
        ["unshare", "--mount", "mount", "--bind", "/opt", "/opt"],  # noqa: S607 - found a line above
        check=False,
        capture_output=True,
    )
    return trial.returncode == 0
