import subprocess
import sys
import time

import pytest

from jobs.lib.held_folder import held_folder

HOLD = """
import os, sys
from pathlib import Path
from jobs.lib.held_folder import held_folder
folder = Path(sys.argv[1])
with held_folder(folder):
    (folder / "file").touch()
    print("held", flush=True)
    sys.stdin.read()
"""


def until(found):
    give_up_at = time.monotonic() + 30
    while not found():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


@pytest.fixture
def holder(tmp_path):
    """A process that holds `tmp_path / "job"`."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "job")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_it_is_gone_after_the_block(tmp_path):
    folder = tmp_path / "a/job"
    with held_folder(folder):
        (folder / "file").touch()
    until(lambda: not folder.exists())
    assert (tmp_path / "a").is_dir()


def test_it_is_gone_after_its_process_was_killed(holder, tmp_path):
    holder.kill()
    until(lambda: not (tmp_path / "job").exists())


def test_the_next_to_hold_it_waits_until_all_of_the_one_before_is_gone(holder, tmp_path):
    holder.kill()
    with held_folder(tmp_path / "job"):
        assert list((tmp_path / "job").iterdir()) == []
        assert (tmp_path / "job").is_dir()
