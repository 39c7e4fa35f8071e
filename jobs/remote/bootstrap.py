"""What every platform on AWS starts: fetches the code of the jobs, unpacks it, and runs one job from it.

    bootstrap.py --code s3://.../_code/<sha256>.zip --entry jobs/python/x.py --job s3://.../job.json --work DIR

One file, for it travels alone: it imports the standard library and boto3 and nothing of ours until the code is there.
What it cannot fetch or unpack is told in `_error.json` beside the job's `job.json`, as a job tells its own failures.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
import zipfile
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

EXIT_FAILED, EXIT_WRONG_INPUT, EXIT_STOPPED = 1, 2, 128 + signal.SIGTERM
TRIES = 10
BLOCK_BYTES = 1 << 20
REFUSED = {"AccessDenied", "403", "NoSuchKey", "NoSuchBucket", "404", "PermanentRedirect", "AllAccessDisabled"}


class WrongCode(Exception):  # noqa: N818 - named after what it says, as `jobs.lib.errors.InvalidInput` is
    """The code cannot be had as it was asked for: no retry helps."""


class _Client(Protocol):
    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]: ...  # noqa: N803 - boto3's names

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> dict[str, Any]: ...  # noqa: N803


def main(arguments: list[str]) -> int:
    """Runs the job; its exit code, or 1 (2: no retry helps) when it could not be started."""
    # Before the job takes the signal itself: the first process of a container is never ended by one it does not take.
    signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(EXIT_STOPPED))
    options = _parse(arguments)
    try:
        code = unpack_code(options.code, Path(options.work))
    except Exception as error:  # noqa: BLE001 - whatever it is, the outside must hear of it
        return _report(options.job, options.code, error)
    sys.path.insert(0, str(code))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(code), os.environ.get("PYTHONPATH")]))
    from jobs.remote.run import run

    return run(str(code / options.entry), options.job, Path(options.work))


def unpack_code(uri: str, work: Path) -> Path:
    """The folder with the unpacked code; found there already if another process of this job was here before.

    Raises:
        WrongCode: absent, not to be read by this role, or other bytes than the name says.
    """
    bucket, key = _place(uri)
    sha256 = Path(key).stem
    folder = work / f"code-{sha256[:16]}"
    if folder.is_dir():
        return folder
    work.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".code-", dir=work))
    try:
        archive = unfinished / "code.zip"
        found = _fetch(bucket, key, archive)
        if found != sha256:
            raise WrongCode(f"{uri}: its bytes have sha256 {found}, not the one of its name")
        with zipfile.ZipFile(archive) as content:
            content.extractall(unfinished / "code")  # our own archive, checked by its hash
        try:
            (unfinished / "code").rename(folder)  # in one step: a folder with this name is whole
        except OSError as error:  # another process of this job was faster
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _fetch(bucket: str, key: str, target: Path) -> str:
    from botocore.exceptions import ClientError

    digest = hashlib.sha256()
    try:
        body = _client().get_object(Bucket=bucket, Key=key)["Body"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in REFUSED:
            raise WrongCode(f"cannot read s3://{bucket}/{key}: {error}; the job's role needs s3:GetObject") from error
        raise
    with target.open("wb") as out:
        for block in body.iter_chunks(BLOCK_BYTES):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def _report(job: str, code: str, error: Exception) -> int:
    kind = None
    if isinstance(error, WrongCode):
        kind = "invalid-input"
    elif isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        kind = "disk-full"
    document = {
        "errorClass": type(error).__name__,
        "mro": [cls.__qualname__ for cls in type(error).__mro__ if cls is not object],
        "message": f"cannot start from {code}: {error}",
        "traceback": "".join(traceback.format_exception(error)),
        "region": None,
        "kind": kind,
    }
    sys.stderr.write(f"{document['traceback']}job failed: {document['errorClass']}: {document['message']}\n")
    bucket, key = _place(job)
    try:
        body = json.dumps(document, indent=2).encode()
        _client().put_object(Bucket=bucket, Key=f"{key.rpartition('/')[0]}/_error.json", Body=body)
    except Exception as unsaid:  # noqa: BLE001 - the log has it all
        sys.stderr.write(f"and _error.json could not be written: {unsaid}\n")
    return EXIT_WRONG_INPUT if kind == "invalid-input" else EXIT_FAILED


def _client() -> _Client:
    import boto3
    from botocore.config import Config

    client: _Client = boto3.client("s3", config=Config(retries={"mode": "adaptive", "total_max_attempts": TRIES}))
    return client


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        sys.exit(f"{uri!r} is no s3://bucket/key")
    return bucket, unquote(key)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="Runs one job from an archive of code in S3.")
    parser.add_argument("--code", required=True, help="s3://bucket/.../<sha256>.zip")
    parser.add_argument("--entry", required=True, help="the job's program in the archive, as jobs/python/predict.py")
    parser.add_argument("--job", required=True, help="s3://bucket/.../job.json")
    parser.add_argument("--work", required=True, help="folder of this job's own on a local disk")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
