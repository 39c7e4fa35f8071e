"""The thread that carries what the job leaves on this machine to S3 while it runs."""

from __future__ import annotations

import sys
import threading
from functools import partial
from typing import TYPE_CHECKING

from jobs.remote import s3
from jobs.remote.remote_job import PROGRESS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jobs.remote.s3 import Place
    from jobs.remote.scratch import ScratchMirror

LOOK_SECONDS = 1.0
PROGRESS_SECONDS = 5.0  # S3 bills each write; whoever reads it looks no more often


class Courier:
    """Sends progress every few seconds, and finished work in scratch as it comes. What fails is tried again.

    Args:
        client: of S3.
        job_folder: where the job writes `progress.json`.
        job: the job's folder in S3.
        scratch: None while there is nothing to be sent of it.
    """

    def __init__(self, client: s3.S3Client, job_folder: Path, job: Place, scratch: ScratchMirror | None) -> None:
        self._client = client
        self._progress = job_folder / PROGRESS_FILE
        self._place = job.child(PROGRESS_FILE)
        self._scratch = scratch
        self._sent = b""
        self._said: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        sends: list[tuple[float, Callable[[], object]]] = [(PROGRESS_SECONDS, self.send_progress)]
        if scratch is not None:
            sends.append((LOOK_SECONDS, scratch.send))
        # One each: a large file on its way must not keep progress back.
        self._threads = [threading.Thread(target=self._run, args=send, name="courier", daemon=True) for send in sends]

    def __enter__(self) -> Courier:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def send_progress(self) -> None:
        """Sends the newest progress, if it differs from what was sent last."""
        with self._lock:
            content = self._progress.read_bytes() if self._progress.is_file() else b""
            if content and content != self._sent:
                s3.write(self._client, self._place, content)
                self._sent = content

    def send_last(self) -> None:
        """Sends all that is finished: nobody writes any more. Whatever cannot be sent is said and left."""
        if self._scratch is not None:
            self._try(partial(self._scratch.send, all_is_quiet=True))
        self._try(self.send_progress)

    def _run(self, seconds: float, send: Callable[[], object]) -> None:
        while not self._over.wait(seconds):
            self._try(send)

    def _try(self, send: Callable[[], object]) -> None:
        try:
            send()
        except Exception as error:  # noqa: BLE001 - the job goes on: what is lost is only work done twice
            text = f"{type(error).__name__}: {error}"
            if text not in self._said:
                self._said.add(text)
                sys.stderr.write(f"not sent to S3 for now: {text}\n")
