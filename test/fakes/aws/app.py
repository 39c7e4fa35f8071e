"""One endpoint for all of AWS: our services by the credential's scope, everything else by moto."""

from __future__ import annotations

import re
import socket
import time
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request

from test.fakes.aws.bucket_place import refusal_of_place
from test.fakes.aws.control import Control
from test.fakes.aws.errors import ServiceError
from test.fakes.aws.foreign import operation_of, refusal
from test.fakes.aws.host import INTERNAL_KEY, JOB_KEY, REGION
from test.fakes.aws.protocol import Protocol, Result
from test.fakes.aws.services.emr import Emr
from test.fakes.aws.services.emr_serverless import EmrServerless
from test.fakes.aws.services.sagemaker import SageMaker
from test.fakes.aws.services.sagemaker_runtime import SageMakerRuntime
from test.fakes.aws.services.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from werkzeug.wrappers import Response

    from test.fakes.aws.faults import Fault
    from test.fakes.aws.host import Host

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_SCOPES = {"elasticmapreduce": "emr"}
_REST_ERROR_STATUS = {"ThrottlingException": 429, "TooManyRequestsException": 429, "AccessDeniedException": 403}
_REST_ERROR_STATUS |= {"SlowDown": 503, "ServiceUnavailable": 503, "InternalError": 500, "AccessDenied": 403}
_REST_ERROR_STATUS |= {"InternalServerException": 500, "InternalFailure": 500, "InternalServerError": 500}


class Application:
    """The WSGI application."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._moto = DomainDispatcherApplication(create_backend_app)
        sagemaker = SageMaker(host)
        self._services: list[Service] = [
            Emr(host),
            EmrServerless(host),
            sagemaker,
            SageMakerRuntime(host, sagemaker.endpoints),
        ]
        self._operations = {each.name: each.operations for each in self._services}
        self._protocols = {each.name: Protocol(each.name) for each in self._services}
        self._control = Control(host, lambda: [job for each in self._services for job in each.jobs()])

    def resume(self) -> None:
        """Goes on with the jobs of a fake that is no more."""
        for service in self._services:
            service.resume()

    def join(self, seconds: float) -> None:
        """Waits until no thread holds a job any more."""
        for service in self._services:
            service.join(seconds)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        request = Request(environ)
        if request.path.startswith("/_fake/"):
            return self._control.respond(request)(environ, start_response)
        key, region, service = _scope(request)
        if service in self._protocols:
            answer = self._answered(request, service, region, key)
        else:
            place = refusal_of_place(request, region) if service == "s3" else None
            answer = place if place is not None else self._passed_on(request, service, key)
        if answer is None:
            return self._moto(environ, start_response)  # type: ignore[no-any-return]  # moto has no types
        if isinstance(answer, _Lost):
            answer.finish(environ, self._moto)
            raise ConnectionAbortedError("the response is lost on purpose")
        return answer(environ, start_response)

    def _answered(self, request: Request, service: str, region: str, key: str) -> Response | _Lost | None:
        protocol = self._protocols[service]
        try:
            operation = protocol.operation_of(request)
        except ServiceError as error:
            return protocol.refuse(error)
        handler = self._operations[service].get(operation)
        self._count(key, service, operation)
        try:
            self._hinder(service, operation, key)
            if handler is None:
                return None  # moto may know it
            result: Result | None = handler(protocol.read(request, region))
        except ServiceError as error:
            return protocol.refuse(error)
        if key != INTERNAL_KEY and self._host.faults.take(service, operation, "lost-response"):
            return _Lost(None)
        if service == "sagemaker-runtime":
            assert result is not None
            return SageMakerRuntime.respond(result)
        return protocol.write(operation, result)

    def _passed_on(self, request: Request, service: str, key: str) -> Response | _Lost | None:
        operation = operation_of(service, request)
        self._count(key, service, operation)
        try:
            self._hinder(service, operation, key)
        except ServiceError as error:
            return refusal(service, error)
        if key != INTERNAL_KEY and self._host.faults.take(service, operation, "lost-response"):
            return _Lost(request)
        return None

    def _count(self, key: str, service: str, operation: str) -> None:
        if key != INTERNAL_KEY:
            self._control.count("job" if key == JOB_KEY else "client", service, operation)

    def _hinder(self, service: str, operation: str, key: str) -> None:
        """What goes wrong before the call.

        Raises:
            ServiceError: the fault's.
        """
        if key == INTERNAL_KEY:
            return
        slow = self._host.faults.take(service, operation, "slow")
        if slow is not None:
            time.sleep(slow.get("seconds", 1))
        fault = self._host.faults.take(service, operation, "error", "expired", "access-denied")
        if fault is not None:
            raise _error(service, operation, fault)


class _Lost:
    """An answer that never arrives: the call is made, and the connection is cut."""

    def __init__(self, request: Request | None) -> None:
        self._request = request

    def finish(self, environ: dict[str, Any], moto: Any) -> None:
        """Lets moto answer, to nobody, and cuts the connection."""
        if self._request is not None:
            list(moto(environ, lambda *_: None))
        connection: socket.socket = environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)


def _scope(request: Request) -> tuple[str, str, str]:
    """Access key, region and service of a request; unsigned ones are taken for S3, as moto does."""
    authorization = request.headers.get("Authorization", "") or f"Credential={request.args.get('X-Amz-Credential', '')}"
    found = _CREDENTIAL.search(authorization)
    if found is None:
        return "", REGION, "s3"
    key, region, service = found.groups()
    service = _SCOPES.get(service, service)
    if service == "sagemaker" and request.path.startswith("/endpoints/"):
        service = "sagemaker-runtime"
    return key, region, service


def _error(service: str, operation: str, fault: Fault) -> ServiceError:
    is_s3 = service == "s3"
    if fault["kind"] == "expired":
        text = "The security token included in the request is expired"
        return ServiceError("ExpiredToken" if is_s3 else "ExpiredTokenException", text, 400 if is_s3 else 403)
    if fault["kind"] == "access-denied":
        text = f"User: arn:aws:iam::123456789012:user/tempered is not authorized to perform: {service}:{operation}"
        return ServiceError("AccessDenied" if is_s3 else "AccessDeniedException", text, 403 if is_s3 else 400)
    code: str = fault["error"]
    rest = is_s3 or service in {"emr-serverless", "sagemaker-runtime"}
    usual = _REST_ERROR_STATUS.get(code, 400) if rest or code.startswith("Internal") else 400
    return ServiceError(code, str(fault.get("message") or _MESSAGES.get(code, code)), fault.get("status", usual))


_MESSAGES = {
    "ThrottlingException": "Rate exceeded",
    "SlowDown": "Please reduce your request rate.",
    "ResourceLimitExceeded": (
        "The account-level service limit 'ml.m6i.xlarge for training job usage' is 0 Instances, with current "
        "utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an "
        "increase for this quota."
    ),
}
