"""What a training process says while it trains: its round. The driver reads it for progress, and to notice hangs."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from jobs.lib.files import atomic_write_json
from jobs.ray.process_times import process_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BEAT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Beat:
    """The newest word of a process that is at work.

    Attributes:
        work: what it does, e.g. a trial's id.
        rounds: boosting rounds or trees it has.
        total: rounds it may come to.
        host, pid, started: the process. `started` tells it from a later one with the same number.
    """

    work: str
    rounds: int
    total: int
    host: str
    pid: int
    started: int


@contextlib.contextmanager
def beating(folder: Path, work: str, total: int, rounds: int = 0) -> Iterator[Callable[[int], None]]:
    """While the block runs, this process has a beat in `folder`. Gives the function to call with the rounds so far."""
    times = process_times(os.getpid())
    path = folder / f"{os.getpid()}.json"
    written_at = float("-inf")

    def tell(rounds: int) -> None:
        nonlocal written_at
        if time.monotonic() - written_at >= BEAT_SECONDS:
            beat = Beat(work, rounds, total, socket.gethostname(), os.getpid(), times.started if times else 0)
            atomic_write_json(path, asdict(beat), durable=False)
            written_at = time.monotonic()

    folder.mkdir(parents=True, exist_ok=True)
    tell(rounds)
    try:
        yield tell
    finally:
        path.unlink(missing_ok=True)


def read_beats(folder: Path) -> list[Beat]:
    """Of all processes at work. That of a process that died meanwhile is removed."""
    beats = []
    for path in sorted(folder.glob("*.json")):
        try:
            beat = Beat(**json.loads(path.read_bytes()))
        except OSError:
            continue  # it came to rest while we looked
        times = process_times(beat.pid)
        if beat.host == socket.gethostname() and (times is None or times.started != beat.started):
            path.unlink(missing_ok=True)
        else:
            beats.append(beat)
    return beats
