"""Scratch in S3: what is whole is sent, in the order that lets nobody find a record without its files."""

import pytest

from jobs.lib.finished_steps import FinishedSteps
from jobs.lib.salvage import FinishedChunks
from jobs.remote.s3 import Place, connect
from jobs.remote.scratch import ScratchMirror


@pytest.fixture
def open_mirror(bucket, tmp_path):
    def open_mirror(attempt):
        folder = tmp_path / attempt
        folder.mkdir()
        mirror = ScratchMirror(connect(), folder, Place.parse(f"{bucket.root}/_scratch/etl/0a"))
        mirror.fetch()
        return mirror

    return open_mirror


def sent(bucket):
    return [path.removeprefix("_scratch/etl/0a/") for path in bucket.paths("_scratch/etl/0a/")]


def keep_chunk(folder, name):
    chunks = FinishedChunks(folder / "chunks")
    chunks.temporary_path(f"{name}.parquet").write_bytes(name.encode())
    chunks.keep(name, {f"{name}.parquet": 1})


def test_a_record_is_sent_after_the_files_it_speaks_of(bucket, open_mirror):
    mirror = open_mirror("a1")
    keep_chunk(mirror.folder, "c1")
    assert mirror.send() == 0  # first seen: it may still change
    assert sent(bucket) == []
    assert mirror.send() == 2
    assert sent(bucket) == ["chunks/c1.chunk.json", "chunks/c1.parquet"]
    assert mirror.send() == 0

    keep_chunk(mirror.folder, "c2")
    assert mirror.send(all_is_quiet=True) == 2


def test_a_record_waits_while_a_file_beside_it_changes_and_one_elsewhere_does_not(bucket, open_mirror):
    mirror = open_mirror("a1")
    keep_chunk(mirror.folder, "c1")
    mirror.send()
    growing = mirror.folder / "chunks/growing"
    growing.write_bytes(b"1")
    (mirror.folder / "elsewhere.json").write_text("{}")
    mirror.send()
    assert sent(bucket) == ["chunks/c1.parquet"]
    mirror.send()
    assert sent(bucket) == ["chunks/c1.chunk.json", "chunks/c1.parquet", "chunks/growing", "elsewhere.json"]


def test_a_record_is_not_sent_before_a_file_that_could_not_be(bucket, open_mirror, monkeypatch):
    mirror = open_mirror("a1")
    keep_chunk(mirror.folder, "c1")
    with monkeypatch.context() as patched, pytest.raises(ConnectionError):
        patched.setattr("jobs.remote.s3.send_all", _refuse)
        mirror.send(all_is_quiet=True)
    assert sent(bucket) == []
    mirror.send(all_is_quiet=True)
    assert len(sent(bucket)) == 2


def _refuse(*_):
    raise ConnectionError


def test_names_with_a_dot_stay_and_lines_are_sent_as_they_come(bucket, open_mirror):
    mirror = open_mirror("a1")
    for path in (".spark/0/part", "steps/.tmp-copy/part", "trials.jsonl"):
        (mirror.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (mirror.folder / path).write_text("1\n")
    mirror.send()
    assert sent(bucket) == ["trials.jsonl"]
    (mirror.folder / "trials.jsonl").write_text("1\n2\n")
    mirror.send()
    assert bucket.get("_scratch/etl/0a/trials.jsonl") == b"1\n2\n"


def test_steps_that_were_renamed_are_found_by_the_next_attempt(open_mirror):
    def make(folder):
        (folder / "features/split=train").mkdir(parents=True)
        (folder / "features/split=train/part-0").write_bytes(b"rows")
        return {"rows": 1}

    first = open_mirror("a1")
    FinishedSteps(first.folder / "steps").do("write", make)
    first.send(all_is_quiet=True)
    (first.folder / "steps/write/part-1").write_bytes(b"left by an attempt whose record never came")

    second = open_mirror("a2")
    steps = FinishedSteps(second.folder / "steps")
    step = steps.do("write", make)
    assert (steps.before, steps.now, dict(step.values)) == (1, 0, {"rows": 1})
    assert second.send(all_is_quiet=True) == 0


def test_files_that_a_reader_needs_at_once_are_sent_at_once_and_once(bucket, open_mirror):
    mirror = open_mirror("a1")
    file = mirror.folder / "survey/rows.parquet"
    file.parent.mkdir()
    file.write_bytes(b"rows")
    mirror.send_now([file])
    assert sent(bucket) == ["survey/rows.parquet"]
    assert mirror.send(all_is_quiet=True) == 0
