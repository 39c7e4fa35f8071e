"""What is wrong with inputs, or with this machine, is found before the job sees any of them."""

import hashlib
import json
import signal
import subprocess

import pytest

from jobs.lib.errors import DiskFull, InvalidInput
from jobs.remote.run import run
from jobs.remote.s3 import connect
from jobs.remote.staging import stage_inputs
from test.fakes.fault_proxy import Fault


@pytest.fixture
def train(bucket):
    """A published folder of two files; the reference to it."""
    contents = {"part-0.parquet": b"zero", "split=train é/part-1.parquet": bytes(20 << 20)}
    files = [
        {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in contents.items()
    ]
    manifest = json.dumps({"version": 1, "kind": "artifact", "files": files}).encode()
    for path, content in {**contents, "_manifest.json": manifest}.items():
        bucket.put(f"train/{path}", content)
    return {"kind": "artifact", "uri": f"{bucket.root}/train", "manifestSha256": hashlib.sha256(manifest).hexdigest()}


def stage(reference, folder):
    stage_inputs(connect(), {"train": reference, "champion": None}, folder, lambda _message: None)


def run_here(bucket, reference, work):
    """Exit code, and `_error.json`, of a job that cannot begin."""
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        code = run("no/such/program.py", bucket.put_job("run/a1", inputs={"train": reference}), work)
    finally:
        signal.signal(signal.SIGTERM, on_sigterm)
    return code, bucket.json("_work/run/a1/_error.json")


def test_inputs_are_there_whole_under_their_names_and_are_fetched_once(faults, train, tmp_path):
    for _ in range(2):
        stage(train, tmp_path / "inputs")
    assert (tmp_path / "inputs/train/split=train é/part-1.parquet").stat().st_size == 20 << 20
    assert sorted(path.name for path in (tmp_path / "inputs").iterdir()) == ["train"]
    assert len([request for request in faults.seen if "GET" in request and "part-0.parquet" in request]) == 1


def test_a_file_that_differs_from_its_manifest_is_refused_by_name(bucket, train, tmp_path):
    bucket.put("train/part-0.parquet", b"nine")
    code, error = run_here(bucket, train, tmp_path)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert "inputs.train/part-0.parquet: found '4 bytes of sha256" in error["message"]
    assert not (tmp_path / "inputs").exists()


def test_another_manifest_than_the_references_is_refused(bucket, train, tmp_path):
    code, error = run_here(bucket, {**train, "manifestSha256": "0" * 64}, tmp_path)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert "inputs.train/_manifest.json: found 'sha256 " in error["message"]


def test_a_file_that_is_not_there_is_refused(bucket, train, tmp_path):
    bucket.client.delete_object(Bucket=bucket.name, Key="team/root/train/part-0.parquet")
    code, error = run_here(bucket, train, tmp_path)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert f"s3://{bucket.name}/team/root/train/part-0.parquet: found" in error["message"]


@pytest.mark.parametrize(
    ("code", "status", "error_class", "kind", "exit_code"),
    [
        ("AccessDenied", 403, "InvalidInput", "invalid-input", 2),
        ("ExpiredToken", 400, "CredentialsExpired", None, 1),
        ("InvalidAccessKeyId", 403, "NoCredentials", None, 1),
        ("PermanentRedirect", 301, "InvalidInput", "invalid-input", 2),
    ],
)
def test_what_s3_refuses_is_named(bucket, faults, train, tmp_path, code, status, error_class, kind, exit_code):
    faults.add(Fault("GET", "_manifest.json", status, code))
    found, error = run_here(bucket, train, tmp_path)
    assert (found, error["errorClass"], error["kind"]) == (exit_code, error_class, kind)
    assert "s3:GetObject" in error["message"] or "region" in error["message"]


def test_a_job_that_may_not_write_its_progress_ends_before_its_work(bucket, faults, train, tmp_path):
    faults.add(Fault("PUT", "/progress.json", 403, "AccessDenied"))
    code, error = run_here(bucket, train, tmp_path)
    assert (code, error["kind"]) == (2, "invalid-input")
    assert "allowed: a role of the job that allows s3:PutObject there" in error["message"]


def test_inputs_larger_than_the_disk_are_told_before_any_is_fetched(bucket, faults, train, small_disk):
    code, error = run_here(bucket, train, small_disk)
    assert (code, error["kind"]) == (1, "disk-full")
    assert "20,971,524 bytes" in error["message"]
    assert not [request for request in faults.seen if "part-0.parquet" in request]


def test_a_disk_that_fills_while_inputs_are_fetched_is_a_full_disk(bucket, train, small_disk, monkeypatch):
    monkeypatch.setattr("jobs.remote.staging.require_room", lambda _folder, _bytes: None)  # somebody else filled it
    code, error = run_here(bucket, train, small_disk)
    assert (code, error["kind"], error["errorClass"]) == (1, "disk-full", "OSError")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)], check=False).returncode
    if mounted != 0:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_an_input_that_lies_elsewhere_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"inputs\.train\.uri: found 'file:///x', allowed: s3://bucket/key"):
        stage({"kind": "artifact", "uri": "file:///x", "manifestSha256": "0"}, tmp_path)


def test_a_full_disk_says_how_much_was_needed(train, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": 7})())
    with pytest.raises(DiskFull, match=r"20,971,524 bytes, 7 are free"):
        stage(train, tmp_path)
