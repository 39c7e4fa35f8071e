from __future__ import annotations

import numpy as np
import pytest

from jobs.lib.bootstrap import Contest, bootstrap_intervals


def contest(rows: int, noise: float = 5_000.0) -> Contest:
    draws = np.random.default_rng(rows)
    truth = draws.uniform(30_000, 120_000, rows)
    labels = truth + draws.normal(0, noise, rows)
    return Contest(labels, truth, np.full(rows, 75_000.0), truth + 1_000.0)


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others() -> None:
    assert bootstrap_intervals(contest(500), 200, seed=1) == bootstrap_intervals(contest(500), 200, seed=1)
    assert bootstrap_intervals(contest(500), 200, seed=1) != bootstrap_intervals(contest(500), 200, seed=2)


def test_blocks_of_rows_give_the_interval_that_theory_gives() -> None:
    rows, noise = 200_000, 5_000.0
    low, high = bootstrap_intervals(contest(rows, noise), 2_000, seed=1).mse
    half_width = 1.96 * noise**2 * np.sqrt(2 / rows)  # of the mean of squared normal errors
    assert (high - low) / 2 == pytest.approx(half_width, rel=0.1)
    assert low < noise**2 < high


def test_a_better_candidate_has_its_whole_interval_above_zero() -> None:
    intervals = bootstrap_intervals(contest(20_000), 500, seed=1)
    assert intervals.improvement_over_baseline[0] > 0
    assert intervals.improvement_over_champion is not None
    assert intervals.improvement_over_champion[0] > 0


def test_a_contestant_does_not_beat_itself() -> None:
    one = contest(5_000)
    intervals = bootstrap_intervals(Contest(one.labels, one.candidate, one.baseline, one.candidate), 200, seed=1)
    assert intervals.improvement_over_champion == (0.0, 0.0)


@pytest.mark.parametrize("rows", [1, 2, 999, 1_001])
def test_few_rows_are_their_own_blocks(rows: int) -> None:
    intervals = bootstrap_intervals(contest(rows), 100, seed=1)
    assert np.isfinite([*intervals.mse, *intervals.r2]).all()
