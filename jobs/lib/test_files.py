import json
import os

import numpy as np
import pytest

from jobs.lib import files
from jobs.lib.errors import InvalidInput
from jobs.lib.files import FileEntry, atomic_write_json, data_files, describe_files, file_uri, link_or_copy, local_path


@pytest.mark.parametrize("path", ["/data/split=train", "/data/a b%c#d?e", "/données/ü"])
def test_a_path_comes_back_from_its_uri(path):
    assert str(local_path(file_uri(path))) == path


@pytest.mark.parametrize("uri", ["s3://bucket/key", "file://host/x", "relative/path", "http://x/y", "file:relative"])
def test_what_is_not_a_local_file_is_refused(uri):
    with pytest.raises(InvalidInput, match="file:///absolute/path"):
        local_path(uri)


def test_numpy_numbers_become_json_numbers(tmp_path):
    atomic_write_json(tmp_path / "a.json", {"n": np.int64(3), "x": np.float64(0.5), "b": np.bool_(True)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"n": 3, "x": 0.5, "b": True}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_json_cannot_say_leaves_the_old_file(tmp_path, value):
    target = tmp_path / "a.json"
    atomic_write_json(target, {"old": 1})
    with pytest.raises((ValueError, TypeError)):
        atomic_write_json(target, {"new": value})
    assert json.loads(target.read_text()) == {"old": 1}
    assert os.listdir(tmp_path) == ["a.json"]  # noqa: PTH208 - names only


def test_engines_own_files_are_no_data(tmp_path):
    for name in ("part-1.parquet", "b/part-0.parquet", "_SUCCESS", ".part-1.parquet.crc", "_tmp/part-9.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert data_files(tmp_path) == ["b/part-0.parquet", "part-1.parquet"]


def test_files_are_described_in_the_order_given(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").write_bytes(b"{}")
    assert describe_files(tmp_path, ["b", "a"]) == [
        FileEntry("b", 2, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        FileEntry("a", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ]


@pytest.mark.parametrize("links_work", [True, False])
def test_a_file_is_placed_by_link_or_by_copy(tmp_path, monkeypatch, links_work):
    if not links_work:

        def refuse(*_args):
            raise OSError("no links here")

        monkeypatch.setattr(files.os, "link", refuse)
    (tmp_path / "source").write_bytes(b"data")
    target = tmp_path / "below" / "target"
    for _twice in range(2):
        link_or_copy(tmp_path / "source", target)
    assert target.read_bytes() == b"data"
    assert target.samefile(tmp_path / "source") is links_work
    assert [path.name for path in target.parent.iterdir()] == ["target"]
