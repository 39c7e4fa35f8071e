"""Scratch in S3: what earlier attempts finished is fetched, what this one finishes is sent while it runs.

Jobs write scratch by the rules of `jobs.lib.salvage`: a file appears whole under its final name, and the JSON beside it
that vouches for it appears last. Names with a dot in front are of one attempt, and stay with it.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.remote import s3
from jobs.remote.staging import require_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobs.remote.s3 import Place

# What Spark's executors write until the driver has fetched it: see `jobs.remote.spark_folders`.
SPARK_FOLDER = ".spark"
# One is written after all that it speaks of, and sent after it.
RECORD_ENDING = ".json"
# Lines that are added one by one: a torn last one is skipped by whoever reads them.
LOG_ENDING = ".jsonl"

Fingerprint = tuple[int, int, int]


@dataclass
class ScratchMirror:
    """The scratch folder and its twin in S3. Safe to call from several threads."""

    client: s3.S3Client
    folder: Path
    place: Place
    _sent: dict[str, Fingerprint] = field(default_factory=dict)
    _seen: dict[str, Fingerprint] = field(default_factory=dict)
    _fetched: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fetch(self) -> int:
        """Fetches what earlier attempts finished; how many files that was.

        Raises:
            DiskFull: it has no room.
        """
        found = [one for one in s3.list_below(self.client, self.place) if not is_hidden(one.path)]
        require_room(self.folder, sum(one.bytes for one in found))
        s3.fetch_all(self.client, {self.place.child(one.path): self.folder / one.path for one in found})
        with self._lock:
            self._sent = dict(self._files())
            self._fetched = True
        return len(found)

    def send(self, *, all_is_quiet: bool = False) -> int:
        """Sends what is new; how many files that was.

        A record waits until everything in its folder and below has been sent. Other files are sent once they have not
        changed from one call to the next, for engines that write in place.

        Args:
            all_is_quiet: nobody writes any more, so nothing has to wait.
        """
        with self._lock:
            if not self._fetched:
                return 0  # what is there now is being fetched
            # Records first: whatever one of them speaks of is then among the files that are looked for after it.
            records = {path: print_ for path, print_ in self._files() if path.endswith(RECORD_ENDING)}
            files = {path: print_ for path, print_ in self._files() if not path.endswith(RECORD_ENDING)}
            new = {path for path, print_ in files.items() if self._sent.get(path) != print_}
            steady = {
                path for path in new if all_is_quiet or path.endswith(LOG_ENDING) or self._seen.get(path) == files[path]
            }
            self._seen = files
            self._send_now({path: files[path] for path in steady})
            waited_for = [path for path in new - steady if not path.endswith(LOG_ENDING)]
            due = {
                path: print_
                for path, print_ in records.items()
                if self._sent.get(path) != print_ and not any(_is_beside(one, path) for one in waited_for)
            }
            self._send_now(due)
            return len(steady) + len(due)

    def send_now(self, paths: Iterable[Path]) -> None:
        """Sends these whole files, if they have not been sent: for a reader elsewhere that needs them at once."""
        with self._lock:
            wanted = {path.relative_to(self.folder).as_posix(): _fingerprint(path.stat()) for path in paths}
            self._send_now({path: print_ for path, print_ in wanted.items() if self._sent.get(path) != print_})

    def _send_now(self, files: dict[str, Fingerprint]) -> None:
        # One that is gone meanwhile was replaced or not needed any more: the next look finds what there is instead.
        there = {path: print_ for path, print_ in files.items() if (self.folder / path).is_file()}
        if there:
            s3.send_all(self.client, {self.folder / path: self.place.child(path) for path in there})
            self._sent.update(there)

    def _files(self) -> Iterator[tuple[str, Fingerprint]]:
        for folder, names, files in os.walk(self.folder):
            names[:] = [name for name in names if not name.startswith(".")]
            for name in files:
                if name.startswith("."):
                    continue
                path = Path(folder, name)
                try:
                    yield path.relative_to(self.folder).as_posix(), _fingerprint(path.stat())
                except FileNotFoundError:
                    continue  # renamed or removed while we looked


def _fingerprint(stat: os.stat_result) -> Fingerprint:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def is_hidden(path: str) -> bool:
    """Whether a path below scratch is of one attempt only."""
    return any(part.startswith(".") for part in path.split("/"))


def _is_beside(file: str, record: str) -> bool:
    """Whether the file lies in the record's folder or below it."""
    folder = record.rpartition("/")[0]
    return folder == "" or file.startswith(f"{folder}/")
