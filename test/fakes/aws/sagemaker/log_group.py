"""What a container writes, line by line and late, in CloudWatch Logs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BATCH_LINES = 1000
LINE_LIMIT = 100_000
SHIP_EVERY_SECONDS = 0.5


class LogStream:
    """One file that becomes one stream. How far it has come stands beside the file, for the next fake."""

    def __init__(self, logs: Any, group: str, stream: str, file: Path) -> None:
        self._logs = logs
        self._group = group
        self._stream = stream
        self._file = file
        self._mark = file.with_name(f"{file.name}.shipped")
        self._next = 0.0

    def ship(self, *, final: bool = False) -> None:
        """Sends the whole lines that are new; at the end the rest too."""
        if not final and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SHIP_EVERY_SECONDS
        if not self._file.exists():
            return
        start = int(self._mark.read_text()) if self._mark.exists() else 0
        with self._file.open("rb") as file:
            file.seek(start)
            fresh = file.read()
        if not final:
            fresh = fresh[: fresh.rfind(b"\n") + 1]
        if not fresh:
            return
        if start == 0:
            self._create()
        lines = [line.decode(errors="replace")[:LINE_LIMIT] for line in fresh.splitlines() if line.strip()]
        for first in range(0, len(lines), BATCH_LINES):
            at = int(time.time() * 1000)
            events = [{"timestamp": at, "message": line} for line in lines[first : first + BATCH_LINES]]
            self._logs.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=events)
        self._mark.write_text(str(start + len(fresh)))

    def _create(self) -> None:
        for make, names in (
            (self._logs.create_log_group, {"logGroupName": self._group}),
            (self._logs.create_log_stream, {"logGroupName": self._group, "logStreamName": self._stream}),
        ):
            try:
                make(**names)
            except self._logs.exceptions.ResourceAlreadyExistsException:
                continue
