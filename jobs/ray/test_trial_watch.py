from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from ray.exceptions import WorkerCrashedError

from jobs.ray import trial_watch
from jobs.ray.pulse import beating, read_beats
from jobs.ray.trial_watch import Quiet, Sign, TrialStalled, TrialWatch

if TYPE_CHECKING:
    from pathlib import Path

WORKER = """
import sys, threading
from pathlib import Path
from jobs.ray.pulse import beating
with beating(Path(sys.argv[1]), "trial-1", 64):
    print("at work", flush=True)
    if sys.argv[2] == "hangs":
        threading.Event().wait()
    while True:
        pass
"""


@pytest.mark.parametrize(
    ("signs", "seconds"),
    [
        ([(0, 0.0, 0), (0, 0.0, 30), (0, 0.0, 50)], 50),
        ([(0, 0.0, 0), (0, 0.0, 30), (1, 0.0, 50)], 0),
        ([(0, 0.0, 0), (0, 0.0, 30), (0, 1.0, 50)], 0),
        ([(0, 0.0, 0), (0, 0.1, 30), (0, 0.2, 50)], 50),
        ([(5, 9.0, 0), (6, 9.0, 10), (6, 9.0, 30)], 20),
        ([(0, None, 0), (0, None, 30), (0, None, 50)], 0),
    ],
    ids=["nothing", "a new round", "busy", "as idle as Ray", "nothing since a round", "unreadable"],
)
def test_a_process_is_quiet_without_rounds_and_without_processor_time(
    signs: list[tuple[int, float | None, float]], seconds: float
) -> None:
    first, *others = (Sign(*sign) for sign in signs)
    quiet = Quiet(first)
    assert [quiet.seconds(sign) for sign in others][-1] == seconds


def test_a_beat_is_there_while_the_work_lasts(tmp_path: Path) -> None:
    with beating(tmp_path, "trial-1", 64, 3):
        [beat] = read_beats(tmp_path)
        assert (beat.work, beat.rounds, beat.total, beat.pid) == ("trial-1", 3, 64, os.getpid())
    assert read_beats(tmp_path) == []


def test_the_beat_of_a_dead_process_is_removed(tmp_path: Path) -> None:
    with worker(tmp_path, "hangs") as process:
        process.kill()
        process.wait()
    assert read_beats(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_hanging_process_is_ended_and_a_busy_one_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_watch, "STALL_SECONDS", 1.0)
    looks = 0
    enough = threading.Event()

    def tell(*_: object) -> None:
        nonlocal looks
        looks += 1
        if looks == 20:
            enough.set()

    with worker(tmp_path, "works") as busy, worker(tmp_path, "hangs") as hanging, TrialWatch(tmp_path, tell) as watch:
        assert hanging.wait(30) == -9
        assert enough.wait(30)
        assert busy.poll() is None
        busy.kill()
    watch.require_alive("trial-2", WorkerCrashedError())
    watch.require_alive("trial-1", ValueError("its own mistake"))
    with pytest.raises(TrialStalled, match="trial-1: no new round"):
        watch.require_alive("trial-1", WorkerCrashedError())


def worker(folder: Path, does: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(folder), does]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    return process
