"""Spark's part of the mirror: executors on other machines read inputs, and write folders, in S3 itself."""

from __future__ import annotations

import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.lib.files import data_files
from jobs.remote import s3
from jobs.remote.s3 import Place
from jobs.remote.scratch import SPARK_FOLDER, is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobs.remote.remote_job import Folders, RemoteJob
    from jobs.remote.scratch import ScratchMirror

# Spark leaves it when all tasks of a write have been committed.
DONE_MARK = "_SUCCESS"


class SparkFolders:
    """See `jobs.spark.executors.Executors`. What Spark writes lies in a prefix of scratch that nobody takes for more.

    The prefix has a new random name for each write and is removed when the driver has its files. What a killed attempt
    left is removed by the next one, or with all of scratch when the stage is published.
    """

    def __init__(self, client: s3.S3Client, job: RemoteJob, folders: Folders, scratch: ScratchMirror) -> None:
        self._client = client
        self._folders = folders
        self._scratch = scratch
        self._own = job.scratch.child(SPARK_FOLDER)
        self._inputs = {
            name: Place.parse(str(source["uri"])) for name, source in job.inputs.items() if source is not None
        }

    def readable(self, path: str) -> list[str]:
        """The same files in S3, one by one: its folder may hold more than the driver's, of an attempt that was killed.

        Raises:
            ValueError: neither an input nor in scratch.
        """
        file = Path(path)
        files = [file / name for name in data_files(file)] if file.is_dir() else [file]
        if file.is_relative_to(self._folders.inputs):
            return [self._input(one) for one in files]
        if file.is_relative_to(self._folders.scratch):
            return self._sent(files)
        raise ValueError(f"executors cannot read {path}: it is neither an input nor in scratch")

    @contextmanager
    def written(self, folder: str) -> Iterator[str]:
        """A new prefix, and after the block its files in `folder`.

        Raises:
            FileExistsError: the folder is there already.
            FileNotFoundError: Spark did not commit what it wrote.
        """
        place = self._new_place()
        try:
            yield place.hadoop_path
            self._fetch(place, Path(folder))
        finally:
            with suppress(Exception):  # a leftover is removed later; what went wrong before is what matters
                s3.remove_below(self._client, place)

    def _input(self, file: Path) -> str:
        name, *rest = file.relative_to(self._folders.inputs).parts
        return self._inputs[name].child("/".join(rest)).hadoop_path

    def _sent(self, files: list[Path]) -> list[str]:
        paths = {file: file.relative_to(self._folders.scratch).as_posix() for file in files}
        if not any(is_hidden(path) for path in paths.values()):
            self._scratch.send_now(files)
            return [self._scratch.place.child(path).hadoop_path for path in paths.values()]
        # A step that is not finished yet: its files are nobody else's, and soon have another name.
        place = self._new_place()
        sent = {file: place.child(file.name) for file in files}
        s3.send_all(self._client, sent)
        return [one.hadoop_path for one in sent.values()]

    def _new_place(self) -> Place:
        return self._own.child(uuid.uuid4().hex)

    def _fetch(self, place: Place, folder: Path) -> None:
        found = s3.list_below(self._client, place)
        if DONE_MARK not in {one.path for one in found}:
            raise FileNotFoundError(f"{place.uri} has no {DONE_MARK}: what Spark wrote there was not committed")
        folder.mkdir(parents=True)
        files = [one.path for one in found if not one.path.rpartition("/")[2].startswith(("_", "."))]
        s3.fetch_all(self._client, {place.child(path): folder / path for path in files})
