"""Outputs are looked at where they arrived before anybody is told of them."""

import json

import pytest

from jobs.remote.hand_over import OutputChanged, hand_over
from jobs.remote.remote_job import Folders, RemoteJob
from jobs.remote.s3 import Place, connect


@pytest.fixture
def job(bucket, tmp_path):
    folders = Folders(tmp_path)
    folders.clear()
    (folders.output / "raw").mkdir()
    (folders.output / "raw/part-0").write_bytes(b"four")
    (folders.output / "raw/_SUCCESS").touch()
    return RemoteJob.load(connect(), Place.parse(bucket.put_job("run/a1"))), folders


def say(folders, file_bytes):
    files = [{"path": "part-0", "bytes": file_bytes, "sha256": "0" * 64}]
    result = {"outputs": {"raw": {"kind": "artifact", "path": "raw", "files": files}}}
    (folders.job / "_result.json").write_text(json.dumps(result))


def test_data_files_and_then_the_result_are_handed_over(bucket, job):
    say(job[1], 4)
    hand_over(connect(), *job)
    assert bucket.paths("_work/run/a1/") == [
        "_work/run/a1/_result.json",
        "_work/run/a1/job.json",
        "_work/run/a1/output/raw/part-0",
    ]


def test_a_file_of_another_size_than_the_result_says_is_told_and_the_result_is_not(bucket, job):
    say(job[1], 5)
    with pytest.raises(OutputChanged, match=r"output raw: 4 bytes at s3://.*/output/raw/part-0, 5 bytes expected"):
        hand_over(connect(), *job)
    assert "_work/run/a1/_result.json" not in bucket.paths("_work/")


def test_an_error_is_handed_over_without_the_outputs(bucket, job):
    (job[1].job / "_error.json").write_text("{}")
    hand_over(connect(), *job)
    assert bucket.paths("_work/run/a1/") == ["_work/run/a1/_error.json", "_work/run/a1/job.json"]
