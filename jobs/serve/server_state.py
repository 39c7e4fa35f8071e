"""How a server on one machine is found: small files in its folder, and a lock that only one server can have."""

from __future__ import annotations

import fcntl
import os
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from jobs.lib.files import atomic_write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCK, SERVER, READY, FAILED = "server.lock", "server.json", "ready.json", "failed.json"
LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ServerState:
    """The claimed folder of an endpoint. Its lock ends with the process, however that ends."""

    folder: Path
    lock: IO[bytes]

    @staticmethod
    def claim(folder: Path) -> ServerState | None:
        """Claims the folder for this process; None when another server has it, or when it was removed meanwhile."""
        try:
            lock = (folder / LOCK).open("ab")
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / READY).unlink(missing_ok=True)
            (folder / FAILED).unlink(missing_ok=True)
            atomic_write_json(folder / SERVER, {"pid": os.getpid()}, durable=False)
        except (BlockingIOError, FileNotFoundError):
            lock.close()
            return None
        return ServerState(folder, lock)

    def ready(self, port: int) -> None:
        """Says that requests are answered, and where."""
        atomic_write_json(self.folder / READY, {"pid": os.getpid(), "port": port}, durable=False)

    def failed(self, reason: str) -> None:
        """Says why there will be no server."""
        atomic_write_json(self.folder / FAILED, {"reason": reason}, durable=False)

    def when_removed(self, stop: Callable[[], None]) -> None:
        """Calls `stop` once the folder is gone: an endpoint that nobody knows of must not stay."""

        def watch() -> None:
            ever = threading.Event()
            while (self.folder / SERVER).exists():
                ever.wait(LOOK_EVERY_SECONDS)
            stop()

        threading.Thread(target=watch, name="endpoint-folder", daemon=True).start()
