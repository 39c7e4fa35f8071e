"""Runs one unchanged job whose files are in S3: fetches what it reads, lets it run, sends what it leaves.

    python -m jobs.remote.run --entry jobs/python/x.py --job s3://bucket/.../_work/<key>/job.json --work DIR

The job runs in this process, for Spark's gateway to the JVM belongs to the one that was started.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.lib.contract import EXIT_FAILED, EXIT_OK, EXIT_WRONG_INPUT
from jobs.lib.errors import describe_failure
from jobs.lib.held_folder import held_folder
from jobs.lib.progress import Progress
from jobs.lib.stop import EXIT_STOPPED, before_stopped
from jobs.ray.hosts import LentHosts, other_hosts_get
from jobs.remote import s3
from jobs.remote.courier import Courier
from jobs.remote.hand_over import hand_over
from jobs.remote.remote_job import ERROR_FILE, PROGRESS_FILE, RESULT_FILE, STOP_FILE, Folders, RemoteJob
from jobs.remote.sagemaker_hosts import find_hosts
from jobs.remote.sagemaker_ray import ray_of, work_for
from jobs.remote.scratch import SPARK_FOLDER, ScratchMirror
from jobs.remote.spark_folders import SparkFolders
from jobs.remote.staging import stage_inputs
from jobs.spark.executors import executors_use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobs.remote.s3 import Place, S3Client
    from jobs.remote.sagemaker_hosts import Hosts


def run(entry: str, job_uri: str, work: Path) -> int:
    """Runs the job; its exit code. A failure of the mirror's own is told as a job's: `_error.json` and 1 or 2.

    Args:
        entry: path of the job's program.
        job_uri: `job.json` in S3.
        work: folder on a local disk, of this job's own; the same on every host that reads the inputs.
    """
    # Until the job takes the signal itself. The first process of a container is never ended by one it does not take.
    signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(EXIT_STOPPED))
    folders = Folders(work)
    place = client = None
    try:
        place = s3.Place.parse(job_uri, "--job")
        client = s3.connect()
        hosts = find_hosts()
        if hosts is not None and not hosts.is_head:
            return work_for(hosts, client, RemoteJob.load(client, place), folders)
        return _run(client, place, entry, folders, hosts)
    except BaseException as error:  # noqa: BLE001 - as for a job: whatever it is, the outside must hear of it
        return _report(client, place, error)
    finally:
        folders.remove()


def _run(client: S3Client, place: Place, entry: str, folders: Folders, hosts: Hosts | None) -> int:
    left = {found.path for found in s3.list_below(client, place.parent)}
    if RESULT_FILE in left:
        sys.stderr.write("this job has handed over its result before: nothing to do\n")
        return EXIT_OK
    if STOP_FILE in left:
        sys.stderr.write("this job was told to stop before it began: nothing to do\n")
        return EXIT_STOPPED
    # A Ray that is there before the job and after it, as one that is reached by the Ray Jobs API.
    is_lent = hosts is None and "RAY_ADDRESS" in os.environ
    with ExitStack() as running:
        if is_lent:
            running.enter_context(held_folder(folders.work))
        folders.clear()
        job = RemoteJob.load(client, place)
        _clear_leftovers(client, job, left)
        scratch = ScratchMirror(client, folders.scratch, job.scratch)
        courier = Courier(client, folders.job, job.place, scratch if job.salvages else None)
        running.enter_context(courier)
        if hosts is not None:
            running.enter_context(ray_of(hosts, job, folders))
            running.enter_context(other_hosts_get(scratch.send_now))
        elif is_lent:
            lent = LentHosts(folders.work, job.twins(folders))
            running.enter_context(other_hosts_get(scratch.send_now, lent))
        _stage(client, job, folders, courier, scratch)
        uri = job.write_local(folders)
        running.enter_context(before_stopped(courier.send_last))
        running.enter_context(executors_use(SparkFolders(client, job, folders, scratch)))
        code = _run_entry(entry, uri)
        courier.send_last()
        hand_over(client, job, folders)
        return code


def _clear_leftovers(client: S3Client, job: RemoteJob, left: set[str]) -> None:
    """Removes what an earlier start left that did not get to its end, of this attempt or (in scratch) of another.

    Some services start a job again by themselves when a host of theirs fails.
    """
    if ERROR_FILE in left:
        s3.remove(client, [job.place.child(ERROR_FILE)])
    s3.remove_below(client, job.output)
    s3.remove_below(client, job.scratch.child(SPARK_FOLDER))


def _stage(client: S3Client, job: RemoteJob, folders: Folders, courier: Courier, scratch: ScratchMirror) -> None:
    progress = Progress(folders.job / PROGRESS_FILE)
    progress.start()
    try:
        courier.send_progress()  # a job that may not write there is told so now, and not after its work
        stage_inputs(client, job.inputs, folders.inputs, lambda message: progress.update(0, None, "tasks", message))
        if job.salvages:
            progress.update(0, None, "tasks", "fetching what earlier attempts finished")
            scratch.fetch()
    finally:
        progress.end()


def _run_entry(entry: str, job_uri: str) -> int:
    sys.argv = [entry, job_uri]
    try:
        runpy.run_path(entry, run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or EXIT_OK
        sys.stderr.write(f"{end.code}\n")
        return EXIT_FAILED
    return EXIT_OK


def _report(client: S3Client | None, place: Place | None, error: BaseException) -> int:
    document = describe_failure(error)
    sys.stderr.write(document["traceback"])
    sys.stderr.write(f"job failed: {document['errorClass']}: {document['message']}\n")
    if client is not None and place is not None:
        try:
            # On one of several hosts: the first one's word counts.
            if any(found.path == ERROR_FILE for found in s3.list_below(client, place.parent)):
                return _exit_code(document)
            s3.write(client, place.parent.child(ERROR_FILE), json.dumps(document, indent=2).encode())
        except Exception as unsaid:  # noqa: BLE001 - the log has it all
            sys.stderr.write(f"and {ERROR_FILE} could not be written: {unsaid}\n")
    return _exit_code(document)


def _exit_code(document: Mapping[str, Any]) -> int:
    return EXIT_WRONG_INPUT if document["kind"] == "invalid-input" else EXIT_FAILED


def main() -> int:
    """Parses the command line and runs the job."""
    parser = argparse.ArgumentParser(prog="python -m jobs.remote.run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entry", required=True, type=Path, help="the job's program, as jobs/python/predict.py")
    parser.add_argument("--job", required=True, help="s3://bucket/.../job.json")
    parser.add_argument("--work", required=True, type=Path, help="folder of this job's own on a local disk")
    options = parser.parse_args()
    return run(str(options.entry.absolute()), options.job, options.work)


if __name__ == "__main__":
    sys.exit(main())
