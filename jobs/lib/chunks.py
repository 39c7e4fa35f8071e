"""Chunks of work over a pool of processes. A killed child is noticed at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for_sentinels
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

C = TypeVar("C")
R = TypeVar("R")


class ChunkWorkerKilled(BrokenProcessPool):
    """A pool process ended in the middle of a chunk.

    Attributes:
        exit_code: of the process that ended first, negative for a signal (-9 = SIGKILL, most often the kernel's
            memory killer); None if it is not known.
    """

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        how = "ended" if exit_code is None else f"exited with code {exit_code}"
        if exit_code is not None and exit_code < 0:
            how = f"was killed by {signal.Signals(-exit_code).name}"
        super().__init__(f"a chunk worker process {how}; finished chunks are kept")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.exit_code,)


def map_chunks(
    fn: Callable[[C], R], chunks: Sequence[C], workers: int, on_done: Callable[[C, R], None] | None = None
) -> list[R]:
    """Runs `fn` on every chunk and returns the results in the order of `chunks`.

    With one worker or one chunk it runs in this process: starting another costs a third of a second.

    Args:
        fn: a function of a module (it is sent by name to fresh `spawn`ed processes, which inherit nothing).
        chunks: picklable descriptions of the work. Data itself goes through files.
        workers: processes at most.
        on_done: called in this process after each chunk, in order of completion.

    Raises:
        ChunkWorkerKilled: a process of the pool was killed. The others are stopped.
        Exception: what `fn` raised first. Running chunks are finished, waiting ones are dropped.
    """
    if min(workers, len(chunks)) <= 1:
        return [_run_here(fn, chunk, on_done) for chunk in chunks]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(chunks)), context, initializer=_end_with_parent) as pool:
        futures: dict[Future[R], int] = {pool.submit(fn, chunk): index for index, chunk in enumerate(chunks)}
        # A submit wakes the pool's watcher before it starts the process, so the death of the last one started could
        # go unseen until some chunk ends. One more submit starts none: after it the watcher knows them all.
        pool.submit(_nothing)
        children = multiprocessing.active_children()
        results: dict[int, R] = {}
        waiting = set(futures)
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    index = futures[future]
                    results[index] = future.result()
                    if on_done is not None:
                        on_done(chunks[index], results[index])
        except BrokenProcessPool as broken:
            pool.shutdown(wait=True)
            raise ChunkWorkerKilled(_first_exit_code([child.exitcode for child in children])) from broken
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [results[index] for index in range(len(chunks))]


def _nothing() -> None:
    pass


def _run_here(fn: Callable[[C], R], chunk: C, on_done: Callable[[C, R], None] | None) -> R:
    result = fn(chunk)
    if on_done is not None:
        on_done(chunk, result)
    return result


def _first_exit_code(codes: list[int | None]) -> int | None:
    """The pool ends the others by SIGTERM: the one that ended in any other way was the first."""
    ended = [code for code in codes if code not in (None, 0)]
    return next((code for code in ended if code != -signal.SIGTERM), ended[0] if ended else None)


def _end_with_parent() -> None:
    """A pool process whose parent was killed would wait for work for ever: it watches the parent and ends too."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait_for_sentinels([sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
