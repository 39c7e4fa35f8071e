"""Buckets in other regions and of other accounts, which moto would open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.s3.models import s3_backends

from test.fakes.aws.errors import ServiceError
from test.fakes.aws.foreign import refusal
from test.fakes.aws.host import ACCOUNT

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

_ELSEWHERE = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future "
    "requests to this endpoint."
)


def refusal_of_place(request: Request, region: str) -> Response | None:
    """S3's answer to a request for a bucket that lies in another region or belongs to another account."""
    name = request.path.lstrip("/").partition("/")[0]
    owner = s3_backends.bucket_accounts.get(name)
    if owner is None:
        return None
    partition, account = owner
    if account != ACCOUNT:
        return refusal("s3", ServiceError("AccessDenied", "Access Denied", 403))
    bucket_region = s3_backends[account][partition].buckets[name].region_name
    if bucket_region == region:
        return None
    answer = refusal("s3", ServiceError("PermanentRedirect", _ELSEWHERE, 301))
    answer.headers["x-amz-bucket-region"] = bucket_region
    return answer
