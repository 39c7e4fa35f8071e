"""Requests to the services that moto plays: what they call for, and how they refuse."""

from __future__ import annotations

import functools
import io
import json
import urllib.parse
import uuid
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import botocore.exceptions
import botocore.session
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from test.fakes.aws.errors import ServiceError

_OBJECT = {"GET": "GetObject", "PUT": "PutObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
_BUCKET = {"GET": "ListObjects", "PUT": "CreateBucket", "HEAD": "HeadBucket", "DELETE": "DeleteBucket"}


def operation_of(service: str, request: Request) -> str:
    """The operation's name; for REST services other than S3, the method and path."""
    target = request.headers.get("X-Amz-Target")
    if target is not None:
        return target.rpartition(".")[2]
    if service == "s3":
        return _s3_operation(request)
    form = "application/x-www-form-urlencoded"
    if request.method == "POST" and (request.content_type or "").startswith(form):
        body = request.get_data()
        request.environ["wsgi.input"] = io.BytesIO(body)  # moto reads it again
        return urllib.parse.parse_qs(body.decode(errors="replace")).get("Action", ["?"])[0]
    return f"{request.method} {request.path}"


def _s3_operation(request: Request) -> str:
    _bucket, _, key = request.path.lstrip("/").partition("/")
    if request.path == "/":
        return "ListBuckets"
    return _bucket_operation(request) if key == "" else _object_operation(request)


def _bucket_operation(request: Request) -> str:
    if "list-type" in request.args:
        return "ListObjectsV2"
    if request.method == "POST" and "delete" in request.args:
        return "DeleteObjects"
    for name in ("location", "versioning", "uploads", "policy", "lifecycle", "encryption", "publicAccessBlock"):
        if name in request.args:
            return f"{request.method.capitalize()}Bucket{name[0].upper()}{name[1:]}"
    return _BUCKET.get(request.method, request.method)


def _object_operation(request: Request) -> str:
    if "uploadId" in request.args:
        by_method = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}
        return by_method.get(request.method, "ListParts")
    if "uploads" in request.args:
        return "CreateMultipartUpload"
    if request.method == "PUT" and "x-amz-copy-source" in request.headers:
        return "CopyObject"
    return _OBJECT.get(request.method, request.method)


def refusal(service: str, error: ServiceError) -> Response:
    """A refusal in the service's protocol."""
    request_id = str(uuid.uuid4())
    kind = _protocol(service)
    if kind == "rest-xml":
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{error.code}</Code>'
            f"<Message>{escape(error.message)}</Message><RequestId>{request_id}</RequestId></Error>"
        )
        return Response(body, status=error.status, content_type="application/xml")
    if kind in {"query", "ec2"}:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{error.code}</Code><Message>{escape(error.message)}"
            f"</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return Response(body, status=error.status, content_type="text/xml")
    body = json.dumps({"__type": error.code, "message": error.message})
    response = Response(body, status=error.status, content_type="application/x-amz-json-1.1")
    response.headers["x-amzn-ErrorType"] = error.code
    return response


@functools.cache
def _protocol(service: str) -> str:
    session = botocore.session.Session()
    try:
        return str(session.get_service_model(service).metadata["protocol"])
    except botocore.exceptions.UnknownServiceError:
        return "json"
