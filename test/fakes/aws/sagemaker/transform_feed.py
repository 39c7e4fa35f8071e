"""Feeds a model server with the objects of a transform job and keeps its answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import keys_under, split_uri
from test.fakes.aws.sagemaker.endpoints import STARTUP_SECONDS
from test.fakes.aws.sagemaker.model_server import answers_ping, invoke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from test.fakes.aws.host import Host

MIB = 2**20
DEFAULT_PAYLOAD_MIB = 6
_OK = range(200, 300)


class Feed:
    """Called again and again while the server runs: one object at a time, and at the end it says that it is enough."""

    def __init__(self, host: Host, request: dict[str, Any], port: Callable[[], int]) -> None:
        self._s3 = host.client("s3")
        self._request = request
        self._port = port
        self._deadline = time.monotonic() + STARTUP_SECONDS
        self._keys: list[str] | None = None
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
            uri = self._request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
            self._keys = list(keys_under(self._s3, uri))
            if not self._keys:
                self.refusal = f"ClientError: No S3 objects found under {uri}"
                return True
        if self._keys:
            return not self._transform(self._keys.pop(0))
        self.is_done = True
        return True

    def _transform(self, key: str) -> bool:
        bucket, prefix = split_uri(self._request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        body = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        headers = {"Content-Type": self._request["TransformInput"].get("ContentType", "application/octet-stream")}
        output = self._request["TransformOutput"]
        if "Accept" in output:
            headers["Accept"] = output["Accept"]
        answers = []
        for part in self._parts(body):
            try:
                answer = invoke(self._port(), part, headers)
            except OSError:
                return True  # the server is gone: how it ended is the reason
            if answer.status not in _OK:
                self.refusal = "AlgorithmError: See job logs for more information"
                return False
            answers.append(answer.body)
        target_bucket, target = split_uri(output["S3OutputPath"])
        name = key[prefix.rfind("/") + 1 :]
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
