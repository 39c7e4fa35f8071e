import os
import pickle
import signal
import time
from pathlib import Path

import pytest

from jobs.lib.chunks import ChunkWorkerKilled, map_chunks


def square(value):
    return value * value, os.getpid()


def fail_on_two(value):
    if value == 2:
        raise MemoryError("two is too much")
    return value


def die_on_two(value):
    if value == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(30)


def wait_and_tell(folder):
    Path(folder, f"{os.getpid()}.pid").touch()
    time.sleep(60)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_chunks(workers):
    done = []
    results = map_chunks(square, [3, 1, 2], workers, lambda chunk, result: done.append((chunk, result[0])))
    assert [result for result, _ in results] == [9, 1, 4]
    assert sorted(done) == [(1, 1), (2, 4), (3, 9)]
    assert all((pid == os.getpid()) is (workers == 1) for _, pid in results)


def test_nothing_to_do_is_done():
    assert map_chunks(square, [], 4) == []


def test_an_error_in_a_worker_keeps_its_class():
    with pytest.raises(MemoryError, match="two is too much"):
        map_chunks(fail_on_two, [1, 2, 3], 2)


def test_a_killed_worker_is_noticed_at_once_with_its_signal():
    started = time.monotonic()
    with pytest.raises(ChunkWorkerKilled, match="killed by SIGKILL") as error:
        map_chunks(die_on_two, [1, 2], 2)
    assert error.value.exit_code == -signal.SIGKILL
    assert time.monotonic() - started < 10
    assert pickle.loads(pickle.dumps(error.value)).exit_code == -signal.SIGKILL
