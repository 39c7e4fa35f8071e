"""S3 as the mirror uses it: places, listings, small objects, and transfers in parallel and in bounded memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from jobs.lib.errors import InvalidInput
from jobs.lib.files import escaped_path
from jobs.remote.s3_errors import named_s3_error, s3_errors_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

# Retries of one call, with the client's own slowing down when S3 throttles.
TRIES = 10
# Requests at a time. With 8 MiB parts and at most 100 blocks of 256 KiB waiting for the disk, transfers hold
# some 100 MB however large the files are.
PARALLEL_REQUESTS = 8
PART_BYTES = 8 << 20
BLOCKS_WAITING_FOR_THE_DISK = 100
MOST_KEYS_A_DELETE = 1000


class S3Client(Protocol):
    """What of boto3's client is called here; the names are boto3's."""

    def get_object(self, *, Bucket: str, Key: str) -> Mapping[str, Any]:  # noqa: N803
        """An object."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> Mapping[str, Any]:  # noqa: N803
        """Writes an object: the old one or the whole new one is there."""

    def delete_objects(self, *, Bucket: str, Delete: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803
        """Removes up to 1000 objects."""

    def get_paginator(self, operation_name: str) -> Any:
        """Pages of an operation that lists."""


class Transfer(Protocol):
    """A transfer that runs."""

    def result(self) -> object:
        """Waits for its end; raises why it failed."""


class Transfers(Protocol):
    """What of s3transfer's manager is called here."""

    def download(self, *, bucket: str, key: str, fileobj: str) -> Transfer:
        """Starts to fetch an object into a file, which is there only when whole."""

    def upload(self, *, fileobj: str, bucket: str, key: str) -> Transfer:
        """Starts to send a file, in parts if it is large; the object is there only when whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """An object or a prefix. The key is plain text; in a URI its names are escaped, as in a `file://` URI."""

    bucket: str
    key: str

    @staticmethod
    def parse(uri: str, field: str = "uri") -> Place:
        """Reads a URI; a slash at its end means nothing.

        Raises:
            InvalidInput: another scheme, no bucket or no key.
        """
        bucket, _, key = uri.removeprefix("s3://").rstrip("/").partition("/")
        if not uri.startswith("s3://") or not bucket or not key:
            raise InvalidInput(field, uri, "s3://bucket/key")
        return Place(bucket, unquote(key))

    @property
    def uri(self) -> str:
        """As the other side writes it."""
        return f"s3://{self.bucket}/{escaped_path(self.key)}"

    @property
    def hadoop_path(self) -> str:
        """As Hadoop's file systems, and so Spark, take it: nothing is escaped."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def parent(self) -> Place:
        """The prefix that this lies in."""
        return Place(self.bucket, self.key.rpartition("/")[0])

    def child(self, path: str) -> Place:
        """What lies in this prefix under `path`."""
        return Place(self.bucket, f"{self.key}/{path}")


@dataclass(frozen=True, slots=True)
class Found:
    """An object in a prefix, by its path below it."""

    path: str
    bytes: int


def connect() -> S3Client:
    """A client of the SDK's usual chain: region, credentials and endpoint from the environment or the role."""
    import boto3  # not at the top: it takes a fifth of a second and 30 MB, which a local job need not pay
    from botocore.config import Config

    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": TRIES}, max_pool_connections=2 * PARALLEL_REQUESTS
    )
    client: S3Client = boto3.client("s3", config=config)
    return client


def read(client: S3Client, place: Place) -> bytes:
    """A small object, whole."""
    with s3_errors_named("s3:GetObject", place.uri):
        content: bytes = client.get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
        return content


def write(client: S3Client, place: Place, content: bytes) -> None:
    """Writes a small object in one request; a reader sees the old one or the whole new one."""
    with s3_errors_named("s3:PutObject", place.uri):
        client.put_object(Bucket=place.bucket, Key=place.key, Body=content)


def list_below(client: S3Client, prefix: Place) -> list[Found]:
    """All objects in a prefix, by path. S3 lists what was written before, always."""
    start = f"{prefix.key}/"
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=start)
    with s3_errors_named("s3:ListBucket", prefix.uri):
        return [
            Found(entry["Key"].removeprefix(start), int(entry["Size"]))
            for page in pages
            for entry in page.get("Contents", [])
            if not entry["Key"].endswith("/")  # a folder as consoles make them
        ]


def remove(client: S3Client, places: Sequence[Place]) -> None:
    """Removes objects of one bucket; absent ones are fine."""
    for start in range(0, len(places), MOST_KEYS_A_DELETE):
        batch = places[start : start + MOST_KEYS_A_DELETE]
        with s3_errors_named("s3:DeleteObject", batch[0].uri):
            keys = [{"Key": place.key} for place in batch]
            answer = client.delete_objects(Bucket=batch[0].bucket, Delete={"Objects": keys, "Quiet": True})
        for refused in answer.get("Errors", []):  # S3 answers for each one, and calls the whole a success
            uri = f"s3://{batch[0].bucket}/{refused['Key']}"
            raise named_s3_error(refused["Code"], refused["Message"], "s3:DeleteObject", uri)


def remove_below(client: S3Client, prefix: Place) -> None:
    """Removes all objects in a prefix."""
    remove(client, [prefix.child(found.path) for found in list_below(client, prefix)])


@contextmanager
def transfers(client: S3Client) -> Iterator[Transfers]:
    """Transfers that share one pool of threads; those that still run after an error are cancelled."""
    from boto3.s3.transfer import TransferConfig, create_transfer_manager

    config = TransferConfig(
        max_concurrency=PARALLEL_REQUESTS,
        multipart_chunksize=PART_BYTES,
        max_io_queue=BLOCKS_WAITING_FOR_THE_DISK,
        preferred_transfer_client="classic",
    )
    with create_transfer_manager(client, config) as manager:
        yield manager


def fetch_all(client: S3Client, wanted: Mapping[Place, Path]) -> None:
    """Fetches objects into files, whose folders are made."""
    for target in wanted.values():
        target.parent.mkdir(parents=True, exist_ok=True)
    with transfers(client) as manager:
        running = {
            place: manager.download(bucket=place.bucket, key=place.key, fileobj=str(target))
            for place, target in wanted.items()
        }
        for place, one in running.items():
            with s3_errors_named("s3:GetObject", place.uri):
                one.result()


def send_all(client: S3Client, files: Mapping[Path, Place]) -> None:
    """Sends files; S3 checks the checksum of each part that arrives."""
    with transfers(client) as manager:
        running = {
            place: manager.upload(fileobj=str(path), bucket=place.bucket, key=place.key)
            for path, place in files.items()
        }
        for place, one in running.items():
            with s3_errors_named("s3:PutObject", place.uri):
                one.result()
