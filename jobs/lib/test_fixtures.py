"""The documents that both languages parse: see test/fixtures/job-contract."""

import hashlib
import json
from pathlib import Path

import pytest

from jobs.lib.contract import Result, Salvaged, result_document
from jobs.lib.datasets import Dataset
from jobs.lib.errors import InvalidInput, describe_failure
from jobs.lib.files import FileEntry, file_uri, local_path
from jobs.lib.job import ArtifactInput, DatasetInput, ModelInput, parse_job
from jobs.lib.model_input import open_model
from jobs.lib.outputs import Column, OutputDataset, OutputModel
from jobs.lib.progress import Progress

FIXTURES = Path(__file__).parents[2] / "test" / "fixtures" / "job-contract"


def load(name):
    return json.loads((FIXTURES / name).read_text())


def test_a_job_without_inputs_is_parsed():
    job = parse_job(load("generate.job.json"), Progress(Path("unused")))
    assert (job.stage, job.salvage, job.inputs) == ("generate", "chunks", {})
    assert job.output == Path("/srv/tempered/jobs/salary-2026-11-20/generate-0a1b2c3d-a1/output")
    assert (job.resources.memory_bytes, job.resources.cpus) == (1_610_612_736, 2)


def test_inputs_become_their_kinds_and_an_absent_one_none():
    job = parse_job(load("evaluate.job.json"), Progress(Path("unused")))
    assert isinstance(job.artifact("candidate"), ArtifactInput)
    holdout = job.dataset("holdout")
    assert isinstance(holdout, DatasetInput)
    assert str(local_path(holdout.uri)).endswith("split=holdout é")
    assert job.find_model("champion") is None
    with pytest.raises(InvalidInput, match=r"inputs\.champion: found None"):
        job.model("champion")


def test_a_model_input_is_refused_where_a_data_set_is_needed():
    job = parse_job(load("predict.job.json"), Progress(Path("unused")))
    assert isinstance(job.model("model"), ModelInput)
    with pytest.raises(InvalidInput, match=r"inputs\.model: found 'model', allowed: DatasetInput"):
        job.dataset("model")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, r"job\.json\.version: found 2, allowed: 1"),
        ({"salvage": "all"}, r"job\.json\.salvage: found 'all', allowed: 'partitions' or 'trials'"),
        ({"outputs": "x"}, r"job\.json\.outputs: .*did you mean output\?"),
        ({"output": "s3://bucket/x"}, r"uri: found 's3://bucket/x', allowed: file:///absolute/path"),
        ({"inputs": {"raw": {"kind": "table"}}}, r"job\.json\.inputs\.raw\.kind: found 'table'"),
    ],
)
def test_a_wrong_job_file_is_refused_by_field(change, message):
    with pytest.raises(InvalidInput, match=message):
        parse_job({**load("generate.job.json"), **change}, Progress(Path("unused")))


def test_a_result_is_written_as_the_other_side_expects_it():
    expected = load("generate.result.json")
    output = expected["outputs"]["dataset"]
    dataset = OutputDataset(
        "raw",
        1_000_000,
        tuple(Column(**column) for column in output["schema"]),
        tuple(FileEntry(**file) for file in output["files"]),
    )
    result = Result(
        {"dataset": dataset}, 1_000_000, 1_000_000, 0, expected["values"], {"concurrency": 1}, Salvaged(0, 1, "chunks")
    )
    volatile = ("versions", "endedAt")
    written = result_document(result, "python", expected["startedAt"], expected["peakBytes"])
    assert {**written, **{name: expected[name] for name in volatile}} == expected
    assert set(written["versions"]) >= {"python"}


def test_a_model_output_names_its_candidate():
    expected = load("store.result.json")["outputs"]["model"]
    files = tuple(FileEntry(**file) for file in expected["files"])
    assert OutputModel("salary", "model", files, expected["candidateSha256"]).to_json() == expected


def publish(folder, name):
    content = (FIXTURES / name).read_bytes()
    (folder / "_manifest.json").write_bytes(content)
    (folder / "_provenance.json").write_text("who made it is of no interest to a job")
    return hashlib.sha256(content).hexdigest()


def test_a_published_model_is_opened_by_the_hash_of_its_manifest(tmp_path):
    (tmp_path / "model.json").write_text("{}")
    (tmp_path / "model.txt").write_text("")
    sha256 = publish(tmp_path, "store.manifest.json")
    # Every file is the one of the manifest, so that what is missed next is a field of the card, which is empty here.
    with pytest.raises(InvalidInput, match=r"inputs\.model/model\.json"):
        open_model(ModelInput("model", "salary", file_uri(tmp_path), sha256, "0" * 64), "inputs.model")
    with pytest.raises(InvalidInput, match=rf"inputs\.model/_manifest\.json: found 'sha256 {sha256}'"):
        open_model(ModelInput("model", "salary", file_uri(tmp_path), "0" * 64, "0" * 64), "inputs.model")


def test_a_published_data_set_is_opened_by_the_hash_of_its_manifest(tmp_path):
    sha256 = publish(tmp_path, "generate.manifest.json")
    with pytest.raises(InvalidInput, match=r"inputs\.raw/part-00000\.parquet: found 'no such file', .*8503104 bytes"):
        Dataset.open(DatasetInput("dataset", file_uri(tmp_path), sha256, 1_000_000, 8_503_104, "0" * 64), "inputs.raw")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("invalid-input", InvalidInput("params.rows", 0, "1 to 10,000,000,000")),
        ("bug", ZeroDivisionError("division by zero")),
    ],
)
def test_an_error_is_written_as_the_other_side_expects_it(name, error):
    assert describe_failure(error) == load(f"{name}.error.json")


def test_progress_is_written_as_the_other_side_expects_it(tmp_path):
    progress = Progress(tmp_path / "progress.json")
    progress.start()
    starting = json.loads((tmp_path / "progress.json").read_text())
    progress.update(10_000_000, 30_000_000, "rows", "2 of 6 chunks")
    progress.end()
    running = json.loads((tmp_path / "progress.json").read_text())
    for written, name in ((starting, "starting"), (running, "running")):
        expected = load(f"{name}.progress.json")
        assert {**written, "rssBytes": expected["rssBytes"]} == expected
        assert written["rssBytes"] > 0
