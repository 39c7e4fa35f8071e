"""From an HTTP request to an operation with checked parameters, and back, by the service's own model."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import botocore.session
from werkzeug.wrappers import Response

from test.fakes.aws.errors import ServiceError
from test.fakes.aws.validation import check

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from werkzeug.wrappers import Request

Params = dict[str, Any]
Result = dict[str, Any]

_SESSION = botocore.session.Session()


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a client."""

    service: str
    operation: str
    region: str
    params: Params


class Protocol:
    """How one service reads requests and writes answers: AWS JSON 1.1 or REST with JSON."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._model: Any = _SESSION.get_service_model(service)
        self._is_rest = self._model.metadata["protocol"] == "rest-json"
        self._routes = [_route(self._model.operation_model(name)) for name in self._model.operation_names]
        # The longest first: /applications/{id}/jobruns before /applications/{id}.
        self._routes.sort(key=lambda route: -len(route[1].pattern))

    def operation_of(self, request: Request) -> str:
        """The operation's name.

        Raises:
            ServiceError: the service has no such operation.
        """
        if not self._is_rest:
            target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
            if target in self._model.operation_names:
                return str(target)
        else:
            found = self._match(request)
            if found is not None:
                return str(found[0].name)
        raise ServiceError("UnknownOperationException", f"{self.service} has no such operation: {request.path}")

    def read(self, request: Request, region: str) -> Call:
        """Reads and checks the parameters.

        Raises:
            ServiceError: they break the service's model.
        """
        operation = self.operation_of(request)
        model: Any = self._model.operation_model(operation)
        params = self._rest_params(request) if self._is_rest else _json(request)
        check(params, model.input_shape)
        return Call(self.service, operation, region, params)

    def write(self, operation: str, result: Result | None) -> Response:
        """The answer; members without a value are left out."""
        model: Any = self._model.operation_model(operation)
        answer = _without_nulls(result or {})
        if model.output_shape is not None:
            unknown = set(answer) - set(model.output_shape.members)
            assert not unknown, f"{operation} does not answer with {unknown}"
        return _respond(answer, 200, is_rest=self._is_rest)

    def refuse(self, error: ServiceError) -> Response:
        """A refusal."""
        body = {"__type": error.code, "message": error.message, **error.members}
        response = _respond(body, error.status, is_rest=self._is_rest)
        response.headers["x-amzn-ErrorType"] = error.code
        return response

    def _match(self, request: Request) -> tuple[Any, dict[str, str]] | None:
        for model, path in self._routes:
            found = path.fullmatch(request.path)
            if found and model.http["method"] == request.method:
                return model, found.groupdict()
        return None

    def _rest_params(self, request: Request) -> Params:
        found = self._match(request)
        assert found is not None
        model, labels = found
        params: Params = {}
        for name, shape in model.input_shape.members.items():
            place = shape.serialization.get("location")
            wire = shape.serialization.get("name", name)
            if place == "uri":
                params[name] = labels[wire]
            elif place == "querystring" and wire in request.args:
                values = request.args.getlist(wire)
                params[name] = values if shape.type_name == "list" else _typed(values[0], shape.type_name)
            elif place == "header" and wire in request.headers:
                params[name] = request.headers[wire]
        payload = model.input_shape.serialization.get("payload")
        if payload is not None:
            params[payload] = request.get_data()
        elif request.method in {"POST", "PUT", "PATCH"}:
            params.update(_json(request))
        return params


def now() -> float:
    """Seconds since 1970, to the millisecond, as the services answer."""
    return round(datetime.now().astimezone().timestamp(), 3)


def _route(model: OperationModel) -> tuple[Any, re.Pattern[str]]:
    path = re.sub(r"\{(\w+)\+?\}", r"(?P<\1>[^/]+)", str(model.http["requestUri"]).partition("?")[0])
    return model, re.compile(path)


def _json(request: Request) -> Params:
    body = request.get_data()
    try:
        read = json.loads(body) if body else {}
    except ValueError as error:
        raise ServiceError("SerializationException", f"the body is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise ServiceError("SerializationException", "the body is not a JSON object")
    kept: Params = _without_nulls(read)
    return kept


def _typed(text: str, kind: str) -> Any:
    if kind in {"integer", "long"}:
        return int(text) if re.fullmatch(r"-?\d+", text) else text
    if kind == "boolean":
        return text == "true"
    if kind == "timestamp":
        return datetime.fromisoformat(text).timestamp()
    return text


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value


def _respond(body: Result, status: int, *, is_rest: bool) -> Response:
    kind = "application/json" if is_rest else "application/x-amz-json-1.1"
    response = Response(json.dumps(body), status=status, content_type=kind)
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response
