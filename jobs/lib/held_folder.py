"""A folder that goes when the process that holds it does, also when that is killed and nobody is left to tidy up."""

from __future__ import annotations

import fcntl
import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Waits for the end of its input. It is nobody's child and in a session of its own, so whoever ends a process with its
# children and its group does not end this. A second later the others have ended too, and nobody writes any more.
REMOVER = 'exec 3<&0; (read -r _ <&3; sleep 1; rm -rf "$0") &'


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Inside the block the folder is there and this process's own; soon afterwards it is gone, however the block ends.

    Waits while another process holds it, and until what that left has been removed.
    """
    lock = _lock(folder)
    try:
        remover = subprocess.Popen(
            ["/bin/sh", "-c", REMOVER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=lock,  # says nothing, but holds the lock: the next one has the folder when all of it is gone
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    finally:
        os.close(lock)
    with remover:
        yield


def _lock(folder: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # removed at this moment
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists() and os.path.samestat(os.fstat(lock), folder.stat()):
            return lock
        os.close(lock)  # it was waited for, and is gone with whoever had it
