"""A Ray of this job's own: loopback only, small, quiet, and gone afterwards. Or an existing one, by RAY_ADDRESS."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.lib.errors import InvalidInput
from jobs.ray.hosts import lent_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator

# Only parameters and small arrays pass through the object store, rows are read from files. Ray's least is 75 MiB.
OBJECT_STORE_BYTES = 80 * 2**20
# Ray puts about 70 characters of socket path below its folder; the system allows 107 (Linux) or 103 (macOS).
LONGEST_TEMP_ROOT = 20
REPOSITORY_ROOT = Path(__file__).resolve().parents[2]

# Ray's daemons notice within a second that their driver is gone; then their files can go.
TIDY = 'tidy() { sleep 1; rm -rf "$0"; exit; }; trap tidy TERM; read -r _; tidy'

# For Ray's daemons and, inherited from them, for the processes of trials.
ENVIRONMENT = {
    # Idle OpenMP threads sleep instead of spinning: as fast on a quiet machine, 2 to 4 times faster on a busy one.
    "OMP_WAIT_POLICY": "PASSIVE",
    "RAY_usage_stats_enabled": "0",
    "RAY_task_oom_retries": "1",  # the default retries for ever at the same size, and the job never hears of it
    "RAY_DEDUP_LOGS": "1",
    "RAY_AIR_NEW_OUTPUT": "0",  # the old output is silent at verbosity 0; the new one draws boxes into the log
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # the trial log is ours: no CSV, JSON and TensorBoard copies of it
    "TUNE_GLOBAL_CHECKPOINT_S": "1",  # default 10 s and more: a crash would forget trials that had finished
    "RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS": "0",
}


class ObjectStoreFullError(MemoryError):
    """Ray's object store had no room and could not spill to disk. Named as Ray's own, which is not a MemoryError."""

    region = "object-store"


def require_ray() -> None:
    """Raises `InvalidInput` naming this Python environment if it has no Ray."""
    try:
        import ray
        import ray.tune  # noqa: F401 - only to learn, in time, whether they are there
    except ImportError as error:
        raise InvalidInput(
            "environment",
            f"{sys.executable} cannot import Ray: {error}",
            "a Python environment with Ray: pip install --require-hashes -r python/requirements.lock",
        ) from error


@contextlib.contextmanager
def ray_cluster(cpus: int, scratch: Path) -> Iterator[None]:
    """Ray is up inside the block, and nothing of it is left after it, however the block ends.

    Args:
        cpus: logical CPUs, that is one-CPU tasks and trials at a time.
        scratch: remembers Ray's folder, so that the next attempt removes what a killed one left.

    Raises:
        ObjectStoreFullError: in place of Ray's own.
        OSError: ENOSPC, in place of Ray's OutOfDiskError.
    """
    os.environ.update({name: value for name, value in ENVIRONMENT.items() if name not in os.environ})
    # Workers import jobs.* by name, wherever this program was started.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPOSITORY_ROOT), os.environ.get("PYTHONPATH")]))
    address = os.environ.get("RAY_ADDRESS")
    if address:
        with _given(address):
            yield
        return
    with short_folder(scratch / "ray-folder.txt") as folder:
        _init(
            num_cpus=cpus,
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
            _temp_dir=folder,
            _node_ip_address="127.0.0.1",
        )
        with _connected():
            yield


@contextlib.contextmanager
def _given(address: str) -> Iterator[None]:
    lent = lent_hosts()
    if lent is None:
        _init(address=address)
        with _connected():
            yield
        return
    _init(address=address, runtime_env=lent.runtime_env)
    from jobs.ray.keepers import kept_on_other_hosts

    with _connected(), kept_on_other_hosts(lent.folder):
        yield


def _init(**options: Any) -> None:
    import ray  # not at the top: a wrong input must not wait for it

    on_sigterm = signal.getsignal(signal.SIGTERM)
    ray.init(log_to_driver=False, logging_level=logging.ERROR, **options)
    # Ray's own handler (absl's, with an alarm) aborts this process three seconds after SIGTERM, before the job has
    # stopped its children.
    signal.signal(signal.SIGTERM, on_sigterm)


@contextlib.contextmanager
def _connected() -> Iterator[None]:
    import ray

    try:
        yield
    except ray.exceptions.ObjectStoreFullError as error:
        raise ObjectStoreFullError(str(error)) from error
    except ray.exceptions.OutOfDiskError as error:
        raise OSError(errno.ENOSPC, f"the object store spills to disk, and there is no room: {error}") from error
    finally:
        ray.shutdown()


@contextlib.contextmanager
def short_folder(record: Path) -> Iterator[str]:
    """A new folder for Ray, whose sockets need a short name; first removes the one that `record` names.

    It is removed after the block, and also if this process is killed inside it.
    """
    with contextlib.suppress(FileNotFoundError):
        left_over = Path(record.read_text())
        if left_over.name.startswith("ray-"):
            shutil.rmtree(left_over, ignore_errors=True)
    root = tempfile.gettempdir()
    short_root = root if len(root) <= LONGEST_TEMP_ROOT else "/tmp"  # noqa: S108 - see LONGEST_TEMP_ROOT
    folder = tempfile.mkdtemp(prefix="ray-", dir=short_root)
    record.write_text(folder)
    # If this process is killed or stopped, nobody is left to tidy up but this one: it waits for the end of its input.
    tidy = subprocess.Popen(["/bin/sh", "-c", TIDY, folder], stdin=subprocess.PIPE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        tidy.kill()
        tidy.communicate()
        record.unlink(missing_ok=True)
