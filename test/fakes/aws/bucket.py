"""Moves files between a job's folder and S3."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`; `s3a` and `s3n` too."""
    scheme, _, rest = uri.partition("://")
    assert scheme in {"s3", "s3a", "s3n"}, uri
    bucket, _, key = rest.partition("/")
    return bucket, key


def keys_under(s3: Any, uri: str) -> Iterator[str]:
    """Keys that begin with the prefix, as S3 means prefixes."""
    bucket, prefix = split_uri(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", []):
            yield each["Key"]


def download(s3: Any, uri: str, folder: Path) -> Path:
    """One object into a folder, under its own name."""
    bucket, key = split_uri(uri)
    target = folder / key.rpartition("/")[2]
    folder.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, key, str(target))
    return target


def download_prefix(s3: Any, uri: str, folder: Path) -> int:
    """Everything under a prefix, with the names that follow its last slash. Returns how many files came."""
    bucket, prefix = split_uri(uri)
    cut = prefix.rfind("/") + 1
    count = 0
    folder.mkdir(parents=True, exist_ok=True)
    names = [key for key in keys_under(s3, uri) if not key.endswith("/")]
    # A prefix without a final slash that is itself a folder: its children lie directly in the local folder.
    if names and all(key.startswith(f"{prefix}/") for key in names):
        cut = len(prefix) + 1
    for key in names:
        target = folder / key[cut:]
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(target))
        count += 1
    return count


def upload_folder(s3: Any, folder: Path, uri: str, known: dict[str, tuple[int, int]] | None = None) -> None:
    """Every file of a folder to below a prefix; with `known`, only what has changed since it was last seen."""
    bucket, prefix = split_uri(uri)
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = str(file.relative_to(folder))
        stat = file.stat()
        version = (stat.st_mtime_ns, stat.st_size)
        if known is not None and known.get(name) == version:
            continue
        s3.upload_file(str(file), bucket, f"{prefix.rstrip('/')}/{name}")
        if known is not None:
            known[name] = version


def put_gzip(s3: Any, uri: str, text: bytes) -> None:
    """One compressed object, as the services keep logs."""
    bucket, key = split_uri(uri)
    s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(text), ContentType="application/x-gzip")
