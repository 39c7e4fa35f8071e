"""Files of one host that trials on the other hosts of the same Ray read. With one host there is nothing to do."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# In the environment of Ray on every host: the scratch folder there, and the place in S3 that mirrors it.
SCRATCH_TWIN = "TEMPERED_SCRATCH_TWIN"

_send: Callable[[Iterable[Path]], None] | None = None


@contextmanager
def other_hosts_get(send: Callable[[Iterable[Path]], None]) -> Iterator[None]:
    """Inside the block, `share` in this process sends files by `send`."""
    global _send  # noqa: PLW0603 - one process is one job's driver
    before, _send = _send, send
    try:
        yield
    finally:
        _send = before


def share(files: Iterable[str], folder: Path) -> None:
    """In the driver: lets the other hosts read those of `files` that lie below `folder`; they have the others."""
    if _send is not None:
        _send([Path(file) for file in files if Path(file).is_relative_to(folder)])


def here(file: str) -> str:
    """In a trial: the file, fetched first if this host does not have it."""
    twin = os.environ.get(SCRATCH_TWIN)
    if twin is not None and not Path(file).exists():
        _fetch(Path(file), **json.loads(twin))
    return file


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Inside the block, no other process of this host is inside the same block for `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(file: Path, folder: str, uri: str) -> None:
    from jobs.remote import s3  # only where there is more than one host

    place = s3.Place.parse(uri).child(file.relative_to(folder).as_posix())
    s3.fetch_all(s3.connect(), {place: file})
