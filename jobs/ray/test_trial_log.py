from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.ray.trial_log import TrialLog, TrialRecord

if TYPE_CHECKING:
    from pathlib import Path

STOPPED = TrialRecord({"learner": "lightgbm", "lightgbm.num_leaves": 7}, ((4, 3.5), (8, 3.25)), "stopped", 255, 1.0)
FAILED = TrialRecord({"learner": "lightgbm", "lightgbm.num_leaves": 9}, ((4, 2.0),), "failed", 63, 0.5, "ValueError")


def test_a_finished_trial_is_found_by_the_next_attempt_with_every_digit(tmp_path: Path) -> None:
    TrialLog(tmp_path / "trials.jsonl").append(STOPPED)
    again = TrialLog(tmp_path / "trials.jsonl")
    assert again.records == (STOPPED,)
    assert again.find(dict(reversed(STOPPED.params.items()))) == STOPPED
    assert STOPPED.best == (8, 3.25)


def test_a_failed_trial_is_recorded_but_not_finished(tmp_path: Path) -> None:
    log = TrialLog(tmp_path / "trials.jsonl")
    log.append(FAILED)
    assert log.finished == ()
    log.append(TrialRecord(FAILED.params, ((4, 1.0),), "stopped", 63, 0.5))
    assert [record.state for record in TrialLog(tmp_path / "trials.jsonl").records] == ["stopped"]


def test_a_line_torn_by_a_crash_costs_that_trial_only(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    TrialLog(path).append(STOPPED)
    with path.open("a") as out:
        out.write('\n{"params": {"learner": "light')
    TrialLog(path).append(TrialRecord({"learner": "xgboost"}, ((4, 1.0),), "stopped", 255, 1.0))
    assert [record.params["learner"] for record in TrialLog(path).records] == ["lightgbm", "xgboost"]


def test_a_trial_is_written_once(tmp_path: Path) -> None:
    log = TrialLog(tmp_path / "trials.jsonl")
    log.append(STOPPED)
    log.append(STOPPED)
    assert (tmp_path / "trials.jsonl").read_text().count("params") == 1
