"""What S3 refused, said so that one knows whose turn it is: who gave the job its role, or nobody but time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobs.lib.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
UNKNOWN = {"InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch", "UnrecognizedClientException"}
DENIED = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "403"}
ABSENT = {"NoSuchKey", "NoSuchBucket", "404"}
ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "301"}


class CredentialsExpired(PermissionError):  # noqa: N818 - named as AWS names it
    """The job's credentials were good once. Another attempt gets new ones."""


class NoCredentials(PermissionError):  # noqa: N818
    """The job has no credentials, or ones that AWS does not know."""


class S3Unavailable(ConnectionError):  # noqa: N818
    """S3 could not be reached, or refused to serve more requests, for as long as was waited."""


@contextmanager
def s3_errors_named(action: str, uri: str) -> Iterator[None]:
    """Raises ours in place of botocore's.

    Args:
        action: the permission that the block needs, as `s3:GetObject`.
        uri: on what.

    Raises:
        InvalidInput: denied to this role, absent, or in another region: no retry helps.
        CredentialsExpired: another attempt helps.
        NoCredentials: the platform or the fake has none for the job.
        S3Unavailable: network, throttling, or an error of S3's own, after all retries.
    """
    from boto3.exceptions import RetriesExceededError, S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

    try:
        yield
    except ClientError as error:
        raise named_s3_error(str(error.response.get("Error", {}).get("Code")), str(error), action, uri) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise NoCredentials(f"{action} on {uri}: {error}") from error
    except (BotoCoreError, RetriesExceededError, S3UploadFailedError) as error:
        raise S3Unavailable(f"{action} on {uri}: {error}") from error


def named_s3_error(code: str, text: str, action: str, uri: str) -> Exception:
    """Our error for a code of S3's."""
    if code in EXPIRED:
        return CredentialsExpired(f"{action} on {uri}: the job's credentials have expired ({code})")
    if code in UNKNOWN:
        return NoCredentials(f"{action} on {uri}: {text}")
    if code in DENIED:
        return InvalidInput(uri, text, f"a role of the job that allows {action} there")
    if code in ABSENT:
        return InvalidInput(uri, text, "an object that is there")
    if code in ELSEWHERE:
        return InvalidInput(uri, text, "a bucket in the region of the job")
    return S3Unavailable(f"{action} on {uri}: {text}")
