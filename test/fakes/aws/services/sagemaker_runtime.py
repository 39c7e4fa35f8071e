"""SageMaker Runtime: requests to endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from test.fakes.aws.errors import ServiceError
from test.fakes.aws.host import ACCOUNT
from test.fakes.aws.sagemaker.model_server import invoke

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record
    from test.fakes.aws.sagemaker.endpoints import Endpoints

_SERVER_ERROR = 500
_OK = range(200, 300)


class SageMakerRuntime:
    """Its one operation."""

    name = "sagemaker-runtime"

    def __init__(self, host: Host, endpoints: Endpoints) -> None:
        del host
        self._endpoints = endpoints
        self.operations: dict[str, Callable[[Call], Result | None]] = {"InvokeEndpoint": self._invoke}

    def resume(self) -> None:
        """It has no jobs."""

    def jobs(self) -> list[Record]:
        """It has none."""
        return []

    def join(self, seconds: float) -> None:
        """It has no threads."""

    def _invoke(self, call: Call) -> Result:
        name = call.params["EndpointName"]
        found = self._endpoints.port_of(name)
        if found is None:
            raise ServiceError("ValidationError", f"Endpoint {name} of account {ACCOUNT} not found.")
        port, variant = found
        kinds = {"Content-Type": call.params.get("ContentType", "application/octet-stream")}
        if "Accept" in call.params:
            kinds["Accept"] = call.params["Accept"]
        try:
            answer = invoke(port, call.params["Body"], kinds)
        except OSError as error:
            raise _model_error(
                call, 500, "Your invocation timed out while waiting for a response from container primary. Review the "
                "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.",
            ) from error  # fmt: skip
        if answer.status not in _OK:
            raise _model_error(call, answer.status, answer.body.decode(errors="replace"))
        return {"Body": answer.body, "ContentType": answer.content_type, "InvokedProductionVariant": variant}

    @staticmethod
    def respond(result: dict[str, Any]) -> Response:
        """The model's bytes as they are."""
        response = Response(result["Body"], status=200, content_type=result["ContentType"])
        response.headers["x-Amzn-Invoked-Production-Variant"] = result["InvokedProductionVariant"]
        return response


def _model_error(call: Call, status: int, text: str) -> ServiceError:
    whose = "server" if status >= _SERVER_ERROR else "client"
    group = f"/aws/sagemaker/Endpoints/{call.params['EndpointName']}"
    message = f'Received {whose} error ({status}) from primary with message "{text}". See {group} for more information.'
    members = {
        "OriginalStatusCode": status,
        "OriginalMessage": text,
        "LogStreamArn": f"arn:aws:logs:{call.region}:{ACCOUNT}:log-group:{group}",
    }
    return ServiceError("ModelError", message, 424, members)
