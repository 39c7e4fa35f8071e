"""Feeds a model server with the objects of a transform job and keeps its answers."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import keys_under, split_uri
from test.fakes.aws.sagemaker.endpoints import STARTUP_SECONDS
from test.fakes.aws.sagemaker.model_server import answers_ping, invoke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from test.fakes.aws.host import Host

MIB = 2**20
DEFAULT_PAYLOAD_MIB, MOST_PAYLOAD_MIB = 6, 100
DEFAULT_TIMEOUT_SECONDS = 600
_OK = range(200, 300)


class Feed:
    """Called again and again while the server runs: one object at a time, and at the end it says that it is enough."""

    def __init__(self, host: Host, request: dict[str, Any], port: Callable[[], int]) -> None:
        self._s3 = host.client("s3")
        self._request = request
        self._port = port
        self._deadline = time.monotonic() + STARTUP_SECONDS
        self._keys: list[str] | None = None
        self._bucket, self._cut = "", 0
        self.is_done = False
        self.refusal: str | None = None
        """FailureReason, when the server refused or never came up."""

    def __call__(self) -> bool:
        """Whether it is enough: everything is transformed, or something was refused."""
        if self._keys is None:
            if not answers_ping(self._port()):
                if time.monotonic() > self._deadline:
                    self.refusal = "AlgorithmError: Model container did not pass the ping health check"
                return self.refusal is not None
            self._bucket, self._cut, self._keys = self._objects()
            if not self._keys:
                self.refusal = f"ClientError: No S3 objects found under {self._source['S3Uri']}"
                return True
        if self._keys:
            return not self._transform(self._keys.pop(0))
        self.is_done = True
        return True

    @property
    def _source(self) -> dict[str, str]:
        found: dict[str, str] = self._request["TransformInput"]["DataSource"]["S3DataSource"]
        return found

    def _objects(self) -> tuple[str, int, list[str]]:
        """Bucket, length of what outputs are not named after, and keys."""
        uri = self._source["S3Uri"]
        bucket, prefix = split_uri(uri)
        if self._source["S3DataType"] == "S3Prefix":
            return bucket, prefix.rfind("/") + 1, list(keys_under(self._s3, uri))
        first, *names = json.loads(self._s3.get_object(Bucket=bucket, Key=prefix)["Body"].read())
        bucket, prefix = split_uri(first["prefix"])
        return bucket, len(prefix), [f"{prefix}{name}" for name in names]

    def _transform(self, key: str) -> bool:
        body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        limit = self._request.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MIB)
        if self._request["TransformInput"].get("SplitType", "None") == "None" and len(body) > limit * MIB:
            self.refusal = f"ClientError: Too much data for max payload size: {key} has more than {limit} MB"
            return False
        headers = {"Content-Type": self._request["TransformInput"].get("ContentType", "application/octet-stream")}
        output = self._request["TransformOutput"]
        if "Accept" in output:
            headers["Accept"] = output["Accept"]
        timeout = self._request.get("ModelClientConfig", {}).get("InvocationsTimeoutInSeconds", DEFAULT_TIMEOUT_SECONDS)
        answers = []
        for part in self._parts(body):
            try:
                answer = invoke(self._port(), part, headers, timeout)
            except OSError:
                return True  # the server is gone: how it ended is the reason
            if answer.status not in _OK:
                self.refusal = "AlgorithmError: See job logs for more information"
                return False
            answers.append(answer.body)
        target_bucket, target = split_uri(output["S3OutputPath"])
        name = key[self._cut :]
        joined = (b"\n" if output.get("AssembleWith") == "Line" else b"").join(answers)
        self._s3.put_object(Bucket=target_bucket, Key=f"{target.rstrip('/')}/{name}.out", Body=joined)
        return True

    def _parts(self, body: bytes) -> Iterator[bytes]:
        if self._request["TransformInput"].get("SplitType", "None") != "Line":
            yield body
            return
        limit = self._request.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MIB) * MIB
        single = self._request.get("BatchStrategy") == "SingleRecord"
        part = b""
        for line in body.splitlines(keepends=True):
            if part and (single or len(part) + len(line) > limit):
                yield part
                part = b""
            part += line
        if part:
            yield part
