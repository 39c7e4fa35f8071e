import pytest

from jobs.lib.finished_steps import FinishedSteps


def write(text):
    def make(folder):
        (folder / "a").mkdir()
        (folder / "a" / "x.txt").write_text(text)
        (folder / "b").mkdir()
        (folder / "b" / "y.txt").write_text(text * 2)
        return {"length": len(text)}

    return make


def refuse(_folder):
    raise AssertionError("a finished step was done again")


def test_a_finished_step_is_found_by_the_next_attempt_and_not_done_again(tmp_path):
    first = FinishedSteps(tmp_path).do("copy", write("abc"))
    retry = FinishedSteps(tmp_path)
    assert retry.do("copy", refuse) == first
    assert (first.values, [file.path for file in first.files]) == ({"length": 3}, ["a/x.txt", "b/y.txt"])
    assert (retry.before, retry.now) == (1, 0)


def test_a_step_that_failed_leaves_no_file_and_is_done_again(tmp_path):
    def fail(folder):
        (folder / "half.txt").write_text("half")
        raise MemoryError

    steps = FinishedSteps(tmp_path)
    with pytest.raises(MemoryError):
        steps.do("copy", fail)
    assert list(tmp_path.rglob("*")) == []
    assert [file.path for file in steps.do("copy", write("abc")).files] == ["a/x.txt", "b/y.txt"]
    assert (steps.before, steps.now) == (0, 1)


def test_what_a_killed_attempt_left_behind_is_not_taken_over(tmp_path):
    for half in (".tmp-copy", "copy"):  # killed in the middle of the work; killed before the record
        (tmp_path / half).mkdir()
        (tmp_path / half / "half.txt").write_text("half")
    step = FinishedSteps(tmp_path).do("copy", write("abc"))
    assert sorted(path.name for path in step.folder.rglob("*.txt")) == ["x.txt", "y.txt"]


@pytest.mark.parametrize("harm", ["file gone", "file changed", "record cut"])
def test_a_damaged_step_is_done_again(tmp_path, harm):
    FinishedSteps(tmp_path).do("copy", write("abc"))
    file, record = tmp_path / "copy/a/x.txt", tmp_path / "copy.step.json"
    match harm:
        case "file gone":
            file.unlink()
        case "file changed":
            file.write_text("abd")
        case "record cut":
            record.write_text(record.read_text()[:-9])
    retry = FinishedSteps(tmp_path)
    assert retry.do("copy", write("abc")).files[0].bytes == 3
    assert (file.read_text(), retry.now) == ("abc", 1)


def test_placed_files_are_named_as_in_the_target_and_share_their_bytes(tmp_path):
    step = FinishedSteps(tmp_path / "scratch").do("copy", write("abc"))
    placed = step.place("b", tmp_path / "output")
    assert [(entry.path, entry.sha256) for entry in placed] == [("y.txt", step.files[1].sha256)]
    assert (tmp_path / "output/y.txt").samefile(step.folder / "b/y.txt")
