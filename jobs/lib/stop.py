"""SIGTERM: stop the children, then exit at once, without a result.

The signal is taken by a thread of its own and not by a Python handler: a handler runs only between two bytecodes of the
main thread, which may be inside LightGBM for minutes, and libraries (Ray, asyncio) put their own handlers in its place.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobs.lib.process_tree import stop_descendants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What is finished is kept meanwhile. A container has 30 s to end (Kubernetes) or 120 s (SageMaker), children 5 s of it.
LAST_WORK_SECONDS = 20.0
EXIT_STOPPED = 128 + signal.SIGTERM  # what a shell reports for a process that SIGTERM ended
SIGNALS_AT_ONCE = 64


_last_work: list[Callable[[], object]] = []


@contextmanager
def before_stopped(work: Callable[[], object]) -> Iterator[None]:
    """While the block runs, a stop lets `work` run for `LAST_WORK_SECONDS` at most, after the children have ended."""
    _last_work.append(work)
    try:
        yield
    finally:
        _last_work.remove(work)


class StopRequest:
    """From now on SIGTERM stops the process tree of this job. Make one, in the main thread."""

    def __init__(self) -> None:
        self._receiver, sender = socket.socketpair()
        sender.setblocking(False)
        # A handler there must be, or the signal would simply end the process. It has nothing to do.
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        # The interpreter writes each signal's number here from C, before any handler and whatever the main thread does.
        signal.set_wakeup_fd(sender.detach(), warn_on_full_buffer=False)
        # A forked child has the same socket: without this, ending a pool's process would end the whole job.
        os.register_at_fork(after_in_child=_die_of_sigterm)
        self._asked = threading.Event()
        threading.Thread(target=self._watch, name="stop", daemon=True).start()

    def wait_for_end_if_asked(self) -> None:
        """Call where a failure would be reported: one that is only an echo of the stop must not be."""
        if self._asked.is_set() or signal.SIGTERM in self._peek(socket.MSG_DONTWAIT):
            threading.Event().wait()  # the watching thread ends the process

    def _watch(self) -> None:
        # Looks first and takes later, so that a signal is always either still in the socket or already in the event.
        while signal.SIGTERM not in self._peek():
            self._receiver.recv(SIGNALS_AT_ONCE)
        self._asked.set()
        sys.stderr.write("asked to stop (SIGTERM): stopping child processes, no result\n")
        sys.stderr.flush()
        stop_descendants()
        for work in _last_work:
            last = threading.Thread(target=work, name="last work", daemon=True)
            last.start()
            last.join(LAST_WORK_SECONDS)
        os._exit(EXIT_STOPPED)  # no exit handlers: they would wait for threads and children that are gone

    def _peek(self, flags: int = 0) -> bytes:
        try:
            return self._receiver.recv(SIGNALS_AT_ONCE, socket.MSG_PEEK | flags)
        except BlockingIOError:
            return b""


def _die_of_sigterm() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
