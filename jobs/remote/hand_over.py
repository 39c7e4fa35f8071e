"""Outputs sent to S3 and looked at there, then the job's last word: whoever reads it finds everything it speaks of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobs.lib.files import data_files
from jobs.remote import s3
from jobs.remote.remote_job import ERROR_FILE, RESULT_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.remote.remote_job import Folders, RemoteJob
    from jobs.remote.s3 import Place


class OutputChanged(OSError):  # noqa: N818 - named after what happened
    """What arrived in S3 is not what the job's result says."""


def hand_over(client: s3.S3Client, job: RemoteJob, folders: Folders) -> None:
    """Sends the outputs, checks them, and sends the result last; or the error, if there is one instead.

    Raises:
        OutputChanged: a file is missing or has another size than the job said.
    """
    result, error = folders.job / RESULT_FILE, folders.job / ERROR_FILE
    if result.is_file():
        content = result.read_bytes()
        send_folder(client, folders.output, job.output)
        _check(client, job.output, json.loads(content))
        s3.write(client, job.place.child(RESULT_FILE), content)
    elif error.is_file():
        s3.write(client, job.place.child(ERROR_FILE), error.read_bytes())


def send_folder(client: s3.S3Client, folder: Path, place: Place) -> None:
    """Sends the data files of a folder."""
    s3.send_all(client, {folder / path: place.child(path) for path in data_files(folder)})


def _check(client: s3.S3Client, place: Place, result: dict[str, Any]) -> None:
    found = {one.path: one.bytes for one in s3.list_below(client, place)}
    for name, output in result["outputs"].items():
        for file in output["files"]:
            path = f"{output['path']}/{file['path']}"
            if found.get(path) != file["bytes"]:
                size = "nothing" if path not in found else f"{found[path]} bytes"
                raise OutputChanged(f"output {name}: {size} at {place.child(path).uri}, {file['bytes']} bytes expected")
