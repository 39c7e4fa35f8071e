"""The one file that travels alone: it must say what is wrong without any code of ours."""

import ast
import sys
from pathlib import Path

import pytest

from jobs.remote import bootstrap
from test.fakes.fault_proxy import Fault


def start(bucket, code, work):
    job = bucket.put_job("run/a1")
    return bootstrap.main(["--code", code, "--entry", "jobs/x.py", "--job", job, "--work", str(work)])


@pytest.fixture(autouse=True)
def _signal(monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test run's own stays as it is


def test_it_imports_nothing_of_ours_before_the_code_is_there():
    tree = ast.parse(Path(bootstrap.__file__).read_text())
    names = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_code_is_unpacked_once(bucket, faults, tmp_path):
    uri = bucket.put_code()
    folder = bootstrap.unpack_code(uri, tmp_path)
    assert (folder / "jobs/remote/run.py").is_file()
    assert not list(folder.rglob("test_*"))
    assert bootstrap.unpack_code(uri, tmp_path) == folder
    assert len([request for request in faults.seen if "GET" in request and "/_code/" in request]) == 1
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_other_bytes_than_the_name_says_are_not_run(bucket, tmp_path):
    code = bucket.put(f"_code/{'0' * 64}.zip", b"not what it says")
    assert start(bucket, code, tmp_path) == 2
    error = bucket.json("_work/run/a1/_error.json")
    assert (error["errorClass"], error["kind"]) == ("WrongCode", "invalid-input")
    assert "its bytes have sha256" in error["message"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("status", "code", "exit_code", "kind"),
    [(403, "AccessDenied", 2, "invalid-input"), (404, "NoSuchKey", 2, "invalid-input"), (400, "ExpiredToken", 1, None)],
)
def test_code_that_cannot_be_had_is_told(bucket, faults, tmp_path, status, code, exit_code, kind):
    uri = bucket.put_code()
    faults.add(Fault("GET", "/_code/", status, code))
    assert start(bucket, uri, tmp_path) == exit_code
    error = bucket.json("_work/run/a1/_error.json")
    assert (error["kind"], code in error["message"]) == (kind, True)
