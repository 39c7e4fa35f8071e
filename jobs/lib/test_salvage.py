import pytest

from jobs.lib.salvage import FinishedChunks


def kept(tmp_path):
    store = FinishedChunks(tmp_path / "chunks")
    for name in ("a.parquet", "a.csv"):
        store.temporary_path(name).write_text(name)
    return store, store.keep("a", {"a.parquet": 7, "a.csv": 7}, {"sum": 1.5})


def test_a_kept_chunk_is_found_with_all_it_knew(tmp_path):
    store, chunk = kept(tmp_path)
    assert store.find("a") == chunk
    assert (chunk.rows, chunk.values) == (7, {"sum": 1.5})


def test_a_chunk_without_record_is_not_there(tmp_path):
    store = FinishedChunks(tmp_path)
    store.temporary_path("b.parquet").write_text("half")
    assert store.find("b") is None


@pytest.mark.parametrize("harm", ["file gone", "file changed", "record cut", "record empty"])
def test_a_damaged_chunk_is_not_there(tmp_path, harm):
    store, _ = kept(tmp_path)
    file, record = store.folder / "a.csv", store.folder / "a.chunk.json"
    match harm:
        case "file gone":
            file.unlink()
        case "file changed":
            file.write_text("a.CSV")
        case "record cut":
            record.write_text(record.read_text()[:-20])
        case "record empty":
            record.write_text('{"files": [], "values": {}}')
    assert store.find("a") is None


def test_a_placed_file_has_the_targets_name_and_the_known_hash(tmp_path):
    store, chunk = kept(tmp_path)
    entry = store.place(chunk, "a.csv", tmp_path / "output" / "part-00000.csv")
    assert (entry.path, entry.rows, entry.sha256) == ("part-00000.csv", 7, chunk.files[1].sha256)
    assert (tmp_path / "output" / "part-00000.csv").read_text() == "a.csv"
