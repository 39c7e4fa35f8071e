"""Ends from outside: by somebody unknown, or by us on request; the kernel killed nothing."""

from __future__ import annotations

from typing import Literal

from case import Case, Ending, Limits, not_memory, program

JOB = ("{python}", "job.py")
READY = "ready, pid"

WAIT = """
    import os
    import time
    data = bytearray(20 << 20)
    print("ready, pid", os.getpid(), flush=True)
    time.sleep(600)
"""
FULL = """
    import time
    data = bytearray(230 << 20)
    print("memory: 230 of 256 MiB used", flush=True)
    print("ready, pid", 0, flush=True)
    time.sleep(600)
"""
SURVIVED = """
    import time
    try:
        data = bytearray(40 << 30)
    except MemoryError:
        print("MemoryError: 40 GiB do not fit, using memory-mapped files instead", flush=True)
    print("ready, pid", 0, flush=True)
    time.sleep(600)
"""
CHILD_WAITS = """
    import subprocess
    import sys
    child = "import os, time; print('ready, pid', os.getpid(), flush=True); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", child])
    import os, signal, time
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGKILL)
    if process.wait() != 0:
        raise subprocess.CalledProcessError(process.returncode, "exporter")
"""
LOKY = """
    import os
    import signal
    import time
    from joblib import Parallel, delayed

    def fit(fold):
        if fold == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.2)
        return fold

    if __name__ == "__main__":
        print(Parallel(n_jobs=2)(delayed(fit)(fold) for fold in range(4)))
"""
POOL = """
    import os
    import signal
    from concurrent.futures import ProcessPoolExecutor

    def fit(fold):
        if fold == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return fold

    if __name__ == "__main__":
        with ProcessPoolExecutor(2) as pool:
            print(list(pool.map(fit, range(4))))
"""
JAVA = """
    public class Job {
        public static void main(String[] args) throws Exception {
            System.out.println("ready, pid 0");
            Thread.sleep(600000);
        }
    }
"""
SHELL = '#!/bin/bash\n{python} job.py\necho "step ended with $?"\nexit 137\n'
SHELL_CHILD = """
    import os
    import signal
    print("training", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _ended(name: str, text: str, kind: str, ending: Ending, exit_as: Literal["platform", "shell"] = "platform") -> Case:
    return Case(name, "python", JOB, not_memory(kind), {"job.py": program(text)}, ending=ending, exit_as=exit_as)


def _java(name: str, kind: str, ending: Ending) -> Case:
    argv = ("java", "-Xmx64m", "-XX:+HeapDumpOnOutOfMemoryError", "Job")
    prepare = (("javac", "Job.java"),)
    return Case(name, "jvm", argv, not_memory(kind), {"Job.java": program(JAVA)}, prepare=prepare, ending=ending)


def _own(name: str, text: str, *, own_error: bool = False) -> Case:
    return Case(
        name,
        "python",
        JOB,
        not_memory("lost"),
        {"job.py": program(text)},
        own_error=own_error,
        limits=Limits(memory_mib=300),
        how="a child gets SIGKILL from another program, the kernel's counter stays 0",
    )


CASES = (
    _ended("lost-killed", WAIT, "lost", Ending("SIGKILL", READY)),
    _ended("lost-killed-seen-by-shell", WAIT, "lost", Ending("SIGKILL", READY), exit_as="shell"),
    _ended("lost-killed-near-the-limit", FULL, "lost", Ending("SIGKILL", READY)),
    _ended("lost-terminated", WAIT, "lost", Ending("SIGTERM", READY, whole=False)),
    _ended("lost-hung-up", WAIT, "lost", Ending("SIGHUP", READY)),
    _ended("cancelled-killed", WAIT, "cancelled", Ending("SIGKILL", READY, requested="cancel")),
    _ended("cancelled-terminated", WAIT, "cancelled", Ending("SIGTERM", READY, requested="cancel", whole=False)),
    _ended("cancelled-interrupted", WAIT, "cancelled", Ending("SIGINT", READY, requested="cancel", whole=False)),
    _ended(
        "cancelled-after-survived-memory-error", SURVIVED, "cancelled", Ending("SIGKILL", READY, requested="cancel")
    ),
    _ended("timeout-killed", WAIT, "timeout", Ending("SIGKILL", READY, requested="timeout")),
    _ended("timeout-killed-near-the-limit", FULL, "timeout", Ending("SIGKILL", READY, requested="timeout")),
    _ended("timeout-terminated", WAIT, "timeout", Ending("SIGTERM", READY, requested="timeout", whole=False)),
    _java("lost-jvm-terminated", "lost", Ending("SIGTERM", READY)),
    _java("lost-jvm-killed", "lost", Ending("SIGKILL", READY)),
    _java("cancelled-jvm-killed", "cancelled", Ending("SIGKILL", READY, requested="cancel")),
    _own("lost-subprocess-killed", CHILD_WAITS),
    _own("lost-subprocess-killed-own-error", CHILD_WAITS, own_error=True),
    _own("lost-loky-worker-killed", LOKY),
    _own("lost-process-pool-worker-killed", POOL),
    Case(
        "lost-shell-step-killed",
        "python",
        ("/bin/bash", "run.sh"),
        not_memory("lost"),
        {"job.py": program(SHELL_CHILD), "run.sh": SHELL},
        how="the shell prints Killed, the kernel's counter stays 0",
    ),
)
