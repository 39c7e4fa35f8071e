"""Runs one case within its limits and says what a platform sees of it."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory_group import MemoryGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from case import Case

PROJECT = Path(__file__).resolve().parents[4]
BIN = Path(sys.executable).parent
MIB = 2**20
LOG_TAIL_BYTES = 64 * 1024
LOOK_EVERY_SECONDS = 0.05
GUARD = Path(__file__).resolve().parent / "guard.py"


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, before anything is made neutral."""

    work: Path
    returncode: int
    log: bytes
    oom_kills: int
    peak_bytes: int
    own_error: dict[str, Any] | None


class GaveUp(Exception):  # noqa: N818 - says what happened
    """The case did not end by itself, or its signal never came due."""


def run_case(case: Case) -> Observation:
    """Runs it in a fresh folder and a fresh memory group; nothing of either is left.

    Raises:
        GaveUp: it did not end in its time.
        subprocess.CalledProcessError: a command of `prepare` failed.
    """
    with _work_folder(case) as work:
        for command in case.prepare:
            subprocess.run(list(command), cwd=work, env=_environment(case, work), check=True, timeout=120)
        group = MemoryGroup(case.limits.memory_mib * MIB, case.limits.tasks)
        try:
            returncode = _run(case, work, group)
            own = work / "_error.json"
            return Observation(
                work=work,
                returncode=returncode,
                log=(work / ".log").read_bytes()[-LOG_TAIL_BYTES:],
                oom_kills=group.oom_kills(),
                peak_bytes=group.peak_bytes(),
                own_error=json.loads(own.read_bytes()) if own.exists() else None,
            )
        finally:
            group.remove()


def _run(case: Case, work: Path, group: MemoryGroup) -> int:
    log = work / ".log"
    with log.open("ab") as output:
        job = subprocess.Popen(
            command_line(case, work),
            cwd=work,
            env=_environment(case, work),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=lambda: _confine(group),  # noqa: PLW1509 - this program has one thread
        )
    deadline = time.monotonic() + case.limits.seconds
    ending = case.ending
    while job.poll() is None:
        if time.monotonic() > deadline:
            group.signal_all(signal.SIGKILL)
            job.wait()
            raise GaveUp(
                f"{case.name} ran longer than {case.limits.seconds} s:\n{log.read_text(errors='replace')[-2000:]}"
            )
        if ending is not None and _is_due(ending.after, log, group):
            number = signal.Signals[ending.signal]
            if ending.whole:
                group.signal_all(number)
            else:
                job.send_signal(number)
            ending = None
        time.sleep(LOOK_EVERY_SECONDS)
    if ending is not None:
        raise GaveUp(f"{case.name} ended before its signal:\n{log.read_text(errors='replace')[-2000:]}")
    return job.returncode


def _confine(group: MemoryGroup) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    group.enter()


def _is_due(after: str | None, log: Path, group: MemoryGroup) -> bool:
    return group.oom_kills() > 0 if after is None else after.encode() in log.read_bytes()


def command_line(case: Case, work: Path) -> list[str]:
    """The whole command with its limits."""
    limits = case.limits
    asked = {"as": limits.address_mib, "fsize": limits.file_mib}
    flags = [f"--{name}={mib * MIB}" for name, mib in asked.items() if mib is not None]
    if limits.open_files is not None:
        flags.append(f"--nofile={limits.open_files}")
    argv = [_filled(word, work) for word in case.argv]
    if case.own_error:
        argv = [argv[0], str(GUARD), *argv[1:]]
    return ["prlimit", *flags, *argv] if flags else argv


def _filled(text: str, work: Path) -> str:
    names = {"{python}": sys.executable, "{bin}": str(BIN), "{disk}": str(work / "disk"), "{guard}": str(GUARD)}
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def _environment(case: Case, work: Path) -> dict[str, str]:
    cargo = Path.home() / ".cargo" / "bin"
    return {
        "PATH": f"{BIN}:/usr/local/go/bin:{cargo}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(work) if not case.prepare else str(Path.home()),
        "LANG": "C.UTF-8",
        "TMPDIR": str(work),
        "PYTHONPATH": str(PROJECT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(work / "spark"),
        "RAY_usage_stats_enabled": "0",
        "RAY_TMPDIR": str(work),
        **{name: _filled(value, work) for name, value in case.env.items()},
    }


@contextlib.contextmanager
def _work_folder(case: Case) -> Iterator[Path]:
    # Short: Ray puts the paths of sockets below it.
    work = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))
    disk = work / "disk"
    try:
        for name, text in case.files.items():
            (work / name).write_text(_filled(text, work))
        if case.limits.disk_mib is not None:
            disk.mkdir()
            size = f"size={case.limits.disk_mib}m"
            subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=True)
        yield work
    finally:
        if os.path.ismount(disk):
            subprocess.run(["/bin/umount", "-l", str(disk)], check=True)
        shutil.rmtree(work, ignore_errors=True)
