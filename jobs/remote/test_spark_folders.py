"""Where executors on other machines read and write: the parts of it that need no Spark."""

from contextlib import contextmanager

import pytest

from jobs.remote.remote_job import Folders, RemoteJob
from jobs.remote.s3 import Place, connect
from jobs.remote.scratch import ScratchMirror
from jobs.remote.spark_folders import SparkFolders
from jobs.spark.executors import executors_use, readable, written


@pytest.fixture
def folders(tmp_path):
    folders = Folders(tmp_path)
    folders.clear()
    return folders


@pytest.fixture
def spark(bucket, folders):
    inputs = {"raw": {"kind": "dataset", "uri": f"{bucket.root}/raw%20data"}, "none": None}
    job = RemoteJob.load(connect(), Place.parse(bucket.put_job("run/etl-a1", stage="etl", inputs=inputs)))
    scratch = ScratchMirror(connect(), folders.scratch, job.scratch)
    scratch.fetch()
    with executors_use(SparkFolders(connect(), job, folders, scratch)):
        yield


@contextmanager
def written_by_spark(bucket, folder, names):
    with written(str(folder)) as place:
        start = place.removeprefix(f"{bucket.root}/")
        for name in names:
            bucket.put(f"{start}/{name}", name.encode())
        yield start


def test_on_one_machine_paths_stay_as_they_are(tmp_path):
    assert readable("/a", "/b") == ["/a", "/b"]
    with written(str(tmp_path)) as place:
        assert place == str(tmp_path)


@pytest.mark.usefixtures("spark")
def test_an_input_is_read_where_it_was_published(bucket, folders):
    assert readable(str(folders.inputs / "raw/part 0")) == [f"{bucket.root}/raw data/part 0"]


@pytest.mark.usefixtures("spark")
def test_a_folder_of_scratch_is_sent_first_and_read_file_by_file(bucket, folders):
    bucket.put("_scratch/etl/0a1b/steps/look/part-9", b"of an attempt that was killed")
    step = folders.scratch / "steps/look"
    step.mkdir(parents=True)
    (step / "part-0").write_bytes(b"rows")
    assert readable(str(step)) == [f"{bucket.root}/_scratch/etl/0a1b/steps/look/part-0"]
    assert bucket.get("_scratch/etl/0a1b/steps/look/part-0") == b"rows"


@pytest.mark.usefixtures("spark")
def test_a_step_that_is_not_finished_is_read_from_a_place_of_its_own(bucket, folders):
    step = folders.scratch / "steps/.tmp-look"
    step.mkdir(parents=True)
    (step / "part-0").write_bytes(b"rows")
    [place] = readable(str(step))
    assert place.startswith(f"{bucket.root}/_scratch/etl/0a1b/.spark/")
    assert bucket.get(place.removeprefix(f"{bucket.root}/")) == b"rows"


@pytest.mark.usefixtures("spark")
def test_what_executors_wrote_is_fetched_and_removed_there(bucket, folders):
    names = ["split=train/part-0", "split=unseen/part-1", "_SUCCESS"]
    with written_by_spark(bucket, folders.scratch / "steps/write", names) as start:
        assert "/.spark/" in start
    files = sorted(path for path in (folders.scratch / "steps/write").rglob("*") if path.is_file())
    assert [path.relative_to(folders.scratch).as_posix() for path in files] == [
        "steps/write/split=train/part-0",
        "steps/write/split=unseen/part-1",
    ]
    assert not bucket.paths(start)


@pytest.mark.usefixtures("spark")
def test_a_write_that_spark_did_not_commit_is_no_folder(bucket, folders):
    with (
        pytest.raises(FileNotFoundError, match="has no _SUCCESS"),
        written_by_spark(bucket, folders.scratch / "steps/write", ["part-0"]),
    ):
        pass
    assert not (folders.scratch / "steps/write").exists()
    assert not bucket.paths("_scratch/")


@pytest.mark.usefixtures("spark")
def test_the_drivers_other_files_are_not_for_executors(folders):
    with pytest.raises(ValueError, match="neither an input nor in scratch"):
        readable(str(folders.job / "job.json"))
