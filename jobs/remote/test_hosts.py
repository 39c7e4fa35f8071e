import json
from pathlib import Path

import pytest

from jobs.ray.hosts import TWINS, here


def test_what_a_host_lacks_is_fetched_from_the_twin_of_its_folder(bucket, tmp_path, monkeypatch):
    places = {"inputs/train": "split/0a1b/50%25 train", "scratch": "_scratch/tune/0a1b"}
    bucket.put("split/0a1b/50% train/data/part-0.parquet", b"a row")
    bucket.put("_scratch/tune/0a1b/survey/fit.parquet", b"merged")
    twins = {str(tmp_path / folder): f"{bucket.root}/{place}" for folder, place in places.items()}
    monkeypatch.setenv(TWINS, json.dumps(twins))
    assert Path(here(str(tmp_path / "inputs/train/data/part-0.parquet"))).read_bytes() == b"a row"
    merged = tmp_path / "scratch/survey/fit.parquet"
    assert Path(here(str(merged))).read_bytes() == b"merged"
    merged.write_bytes(b"here already")
    assert Path(here(str(merged))).read_bytes() == b"here already"


def test_what_has_no_twin_is_left_to_whoever_opens_it(tmp_path, monkeypatch):
    monkeypatch.setenv(TWINS, json.dumps({str(tmp_path / "scratch"): "s3://bucket/scratch"}))
    with pytest.raises(FileNotFoundError):
        Path(here(str(tmp_path / "elsewhere"))).read_bytes()
