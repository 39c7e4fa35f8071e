"""Files of one host that trials on the other hosts of the same Ray read. With one host there is nothing to do."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

# In the environment of Ray's processes: folders as every host has them, and the place in S3 that mirrors each.
TWINS = "TEMPERED_TWINS"


@dataclass(frozen=True, slots=True)
class LentHosts:
    """What the hosts of a Ray that is not this job's own must be told, for they started before it and go on after it.

    Attributes:
        folder: of this job on every host, to be removed after it.
        twins: as in `TWINS`.
    """

    folder: Path
    twins: Mapping[str, str]

    @property
    def runtime_env(self) -> dict[str, dict[str, str]]:
        """What Ray gives to the processes of this job, wherever they run."""
        return {"env_vars": {TWINS: json.dumps(self.twins)}}


_send: Callable[[Iterable[Path]], None] | None = None
_lent: LentHosts | None = None


@contextmanager
def other_hosts_get(send: Callable[[Iterable[Path]], None], lent: LentHosts | None = None) -> Iterator[None]:
    """Inside the block, `share` in this process sends files by `send`, and a Ray that it uses may be a lent one."""
    global _send, _lent
    before = _send, _lent
    _send, _lent = send, lent
    try:
        yield
    finally:
        _send, _lent = before


def lent_hosts() -> LentHosts | None:
    """In the driver: what hosts that are lent to this job must be told; None where they know."""
    return _lent


def share(files: Iterable[str], folder: Path) -> None:
    """In the driver: lets the other hosts read those of `files` that lie below `folder`; they have the others."""
    if _send is not None:
        _send([Path(file) for file in files if Path(file).is_relative_to(folder)])


def here(file: str) -> str:
    """In a trial: the file, fetched first if this host does not have it."""
    twins = os.environ.get(TWINS)
    if twins is not None and not Path(file).exists():
        _fetch(Path(file), json.loads(twins))
    return file


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Inside the block, no other process of this host is inside the same block for `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(file: Path, twins: Mapping[str, str]) -> None:
    from jobs.remote import s3  # only where there is more than one host

    for folder, uri in twins.items():
        if file.is_relative_to(folder):
            place = s3.Place.parse(uri).child(file.relative_to(folder).as_posix())
            s3.fetch_all(s3.connect(), {place: file})
