"""A model's container with the command `serve`: started, pinged, asked."""

from __future__ import annotations

import socket
import tarfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import download, download_prefix
from test.fakes.aws.job_process import PROJECT
from test.fakes.aws.machines import find_machine
from test.fakes.aws.sagemaker.container import OPT_ML, make_container

if TYPE_CHECKING:
    from pathlib import Path

    from test.fakes.aws.host import Host
    from test.fakes.aws.job_process import ProcessSpec

PING_SECONDS = 2
INVOCATION_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model server said."""

    status: int
    body: bytes
    content_type: str


def server_process(
    host: Host, folder: Path, model: dict[str, Any], *, instance_type: str, region: str, port: int
) -> ProcessSpec:
    """How to serve a model. The container listens on the port of SAGEMAKER_BIND_TO_PORT, as among several there.

    Raises:
        ValueError: its data is not there.
    """
    container = make_container(host, folder, 1, 1)
    primary = primary_container(model)
    s3 = host.client("s3")
    target = container.local(f"{OPT_ML}/model")
    source = primary.get("ModelDataSource", {}).get("S3DataSource")
    uri = primary.get("ModelDataUrl") if source is None else source["S3Uri"]
    is_packed = source is None or source.get("CompressionType") == "Gzip"
    if uri is not None and is_packed:
        archive = download(s3, uri, container.folder)
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
    elif uri is not None and download_prefix(s3, uri, target) == 0:
        raise ValueError(f"Could not find model data at {uri}.")
    environment = {"PYTHONPATH": str(PROJECT), "SAGEMAKER_BIND_TO_PORT": str(port), **primary.get("Environment", {})}
    machine = find_machine(instance_type)
    return container.process(host.serve, environment, machine=machine, region=region, timeout_seconds=None)


def primary_container(model: dict[str, Any]) -> dict[str, Any]:
    """The container of a model that answers requests."""
    found: dict[str, Any] = model.get("PrimaryContainer") or model["Containers"][0]
    return found


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers_ping(port: int) -> bool:
    """The health check: GET /ping answers 200 within two seconds."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=PING_SECONDS) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except OSError:
        return False


def invoke(port: int, body: bytes, headers: dict[str, str], timeout_seconds: int = INVOCATION_SECONDS) -> Answer:
    """POST /invocations.

    Raises:
        OSError: nobody answers.
    """
    request = urllib.request.Request(f"http://127.0.0.1:{port}/invocations", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:  # noqa: S310 - http, ours
            kind = answer.headers.get("Content-Type", "application/octet-stream")
            return Answer(answer.status, answer.read(), kind)
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read(), error.headers.get("Content-Type", "text/plain"))
