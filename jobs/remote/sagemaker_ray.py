"""One Ray over all hosts of a SageMaker training job: the first is its head and runs the job, the others work for it.

Every host starts the same program. A worker fetches the inputs before it joins, so that a trial finds them wherever it
runs. It ends well when the job has said its last word, and badly when the head is gone without one.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING

from jobs.lib.contract import EXIT_FAILED, EXIT_OK
from jobs.ray.hosts import TWINS
from jobs.ray.ray_cluster import ENVIRONMENT, OBJECT_STORE_BYTES, short_folder
from jobs.remote import s3
from jobs.remote.remote_job import ERROR_FILE, RESULT_FILE
from jobs.remote.staging import stage_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobs.remote.remote_job import Folders, RemoteJob
    from jobs.remote.s3 import Place, S3Client
    from jobs.remote.sagemaker_hosts import Hosts

# Below the ports that systems give out, above those that Ray takes for its workers.
FIRST_PORT, PORTS = 20_000, 10_000
# Hosts of one job start minutes apart: each pulls the image by itself.
JOIN_SECONDS = 900.0
LOOK_SECONDS = 2.0
CONNECT_SECONDS = 3.0
# A head that does not answer so often in a row is gone; some 15 s.
MISSED_LOOKS = 3
# Ray on a worker may die of memory and come again; more often than that the host itself is at fault.
JOINS = 3
MEMORY_THRESHOLD = "0.9"  # of the machine: Ray's monitor ends a trial before the kernel ends the host
PR_SET_PDEATHSIG = 1


class HostsMissing(TimeoutError):  # noqa: N818 - named after what happened
    """Not all hosts of the job joined in time."""


class RayDidNotStart(RuntimeError):  # noqa: N818
    """Ray's own processes ended at once."""


@contextlib.contextmanager
def ray_of(hosts: Hosts, job: RemoteJob, folders: Folders) -> Iterator[None]:
    """On the head: inside the block all hosts have joined, and RAY_ADDRESS says where; afterwards Ray is gone.

    Raises:
        HostsMissing: after JOIN_SECONDS, naming how many came.
        RayDidNotStart: see the log.
    """
    port = _port_of(job.place)
    address = f"{hosts.address_of(hosts.current)}:{port}"
    _set_environment(job, folders)
    with short_folder(folders.work / "ray-folder.txt") as folder:
        daemon = _start(hosts, ["--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={folder}"])
        try:
            _wait_for_head(daemon, hosts.current, port)
            _wait_for_all(hosts, address)
            os.environ["RAY_ADDRESS"] = address
            yield
        finally:
            os.environ.pop("RAY_ADDRESS", None)
            _end(daemon)


def work_for(hosts: Hosts, client: S3Client, job: RemoteJob, folders: Folders) -> int:
    """On every other host: serves the head until that ends; the exit code.

    Args:
        hosts: of the training job.
        client: of S3.
        job: what the head runs.
        folders: on this host.
    """
    port = _port_of(job.place)
    _set_environment(job, folders)
    stage_inputs(client, job.inputs, folders.inputs, _say)
    for number in range(1, JOINS + 1):
        if not _head_answers_within(JOIN_SECONDS if number == 1 else LOOK_SECONDS * MISSED_LOOKS, hosts.head, port):
            return _last_word(client, job.place, hosts)
        daemon = _start(hosts, [f"--address={hosts.address_of(hosts.head)}:{port}"])
        try:
            if _serve(hosts.head, port, daemon):
                return _last_word(client, job.place, hosts)
        finally:
            _end(daemon)
        _say(f"Ray on {hosts.current} ended with code {daemon.returncode}, time {number} of {JOINS}")
    return EXIT_FAILED


def _serve(head: str, port: int, daemon: subprocess.Popen[bytes]) -> bool:
    """Waits until the head is gone (true) or Ray on this host has ended (false)."""
    missed = 0
    while missed < MISSED_LOOKS:
        missed = 0 if _answers(head, port) else missed + 1
        try:
            daemon.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        # Ray here also ends because the head does; then the head stops answering at about the same time.
        return not all(_answers_again(head, port) for _ in range(MISSED_LOOKS))
    return True


def _last_word(client: S3Client, job: Place, hosts: Hosts) -> int:
    left = {found.path for found in s3.list_below(client, job)}
    if RESULT_FILE in left or ERROR_FILE in left:  # the head tells how it went, by its exit code too
        _say(f"{hosts.head} has finished")
        return EXIT_OK
    _say(f"{hosts.head} does not answer and has left neither {RESULT_FILE} nor {ERROR_FILE}: it is gone")
    return EXIT_FAILED


def _port_of(job: Place) -> int:
    """Ray's port: the same on all hosts of a job, and another one for another job on the same machine."""
    return FIRST_PORT + zlib.crc32(job.uri.encode()) % PORTS


def _set_environment(job: RemoteJob, folders: Folders) -> None:
    os.environ[TWINS] = json.dumps({str(folders.scratch): job.scratch.uri})
    os.environ.setdefault("RAY_memory_usage_threshold", MEMORY_THRESHOLD)
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def _start(hosts: Hosts, options: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", *options]
    sizes = [f"--num-cpus={hosts.cpus}", f"--object-store-memory={OBJECT_STORE_BYTES}"]
    own = [f"--node-ip-address={hosts.address_of(hosts.current)}", "--disable-usage-stats"]
    return subprocess.Popen(
        [*command, *own, *sizes],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - it calls the system once and imports nothing
    )


def _end_with_parent() -> None:
    # If this process is killed, nobody else would end Ray: `ray start --block` ends its processes at SIGTERM.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(20)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def _wait_for_head(daemon: subprocess.Popen[bytes], host: str, port: int) -> None:
    give_up_at = time.monotonic() + JOIN_SECONDS
    while not _answers(host, port):
        if daemon.poll() is not None or time.monotonic() > give_up_at:
            raise RayDidNotStart(f"ray start --head on {host} ended with code {daemon.poll()}; its log stands above")
        time.sleep(LOOK_SECONDS / 4)


def _wait_for_all(hosts: Hosts, address: str) -> None:
    import ray

    give_up_at = time.monotonic() + JOIN_SECONDS
    on_sigterm = signal.getsignal(signal.SIGTERM)
    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    signal.signal(signal.SIGTERM, on_sigterm)  # Ray's own ends this process as if it had failed
    try:
        while True:
            alive = sum(bool(node["Alive"]) for node in ray.nodes())  # type: ignore[no-untyped-call]  # Ray has no types
            if alive >= len(hosts.names):
                return
            if time.monotonic() > give_up_at:
                raise HostsMissing(
                    f"{alive} of {len(hosts.names)} hosts joined Ray within {JOIN_SECONDS:.0f} s; "
                    f"see the logs of {', '.join(hosts.names[1:])}"
                )
            time.sleep(LOOK_SECONDS)
    finally:
        ray.shutdown()


def _head_answers_within(seconds: float, head: str, port: int) -> bool:
    give_up_at = time.monotonic() + seconds
    while not _answers(head, port):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _answers_again(host: str, port: int) -> bool:
    time.sleep(LOOK_SECONDS)
    return _answers(host, port)


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError:  # or its name is not known yet
        return False
    return True


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
