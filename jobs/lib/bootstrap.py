"""Bootstrap intervals of metrics that cost milliseconds at any number of rows.

Rows are cut into at most `MAX_BLOCKS` consecutive blocks (a row each when there are fewer rows). MSE, R2 and their
differences are functions of a few sums, so a block is kept as its sums, and a resample is a draw of blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.lib.metrics import Values

MAX_BLOCKS = 1000
CONFIDENCE = 0.95

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Intervals:
    """
    95 % intervals (low, high). An improvement is the other's MSE minus the candidate's on the same rows: an interval
    wholly above zero says that the candidate is better by more than chance.
    """

    mse: Interval
    r2: Interval
    improvement_over_baseline: Interval
    improvement_over_champion: Interval | None

    def to_json(self) -> dict[str, list[float] | None]:
        """The intervals under their camelCase names, each as `[low, high]`."""
        champion = self.improvement_over_champion
        return {
            "mse": list(self.mse),
            "r2": list(self.r2),
            "improvementOverBaseline": list(self.improvement_over_baseline),
            "improvementOverChampion": None if champion is None else list(champion),
        }


@dataclass(frozen=True, slots=True)
class Contest:
    """The labels of a holdout and what each contestant predicted for the same rows."""

    labels: Values
    candidate: Values
    baseline: Values
    champion: Values | None


def bootstrap_intervals(contest: Contest, samples: int, seed: int) -> Intervals:
    """The intervals from `samples` resamples; the same `seed` gives the same numbers."""
    labels = contest.labels
    blocks = min(MAX_BLOCKS, len(labels))
    starts = np.arange(blocks, dtype=np.int64) * len(labels) // blocks
    draws = _draw_blocks(blocks, samples, seed)

    def resampled(values: Values) -> Values:
        return draws @ np.add.reduceat(values, starts)

    # Centred labels keep the subtraction in the total below from losing digits.
    centred = labels - np.mean(labels)
    rows = resampled(np.ones_like(labels))
    total = resampled(centred**2) - resampled(centred) ** 2 / rows
    candidate = resampled((labels - contest.candidate) ** 2)
    baseline = resampled((labels - contest.baseline) ** 2)
    champion = None if contest.champion is None else resampled((labels - contest.champion) ** 2)
    return Intervals(
        mse=_interval(candidate / rows),
        r2=_interval(1.0 - np.divide(candidate, total, out=np.ones_like(total), where=total > 0)),
        improvement_over_baseline=_interval((baseline - candidate) / rows),
        improvement_over_champion=None if champion is None else _interval((champion - candidate) / rows),
    )


def _draw_blocks(blocks: int, samples: int, seed: int) -> NDArray[np.float64]:
    """How often each block is drawn in each resample: `samples` rows that each add up to `blocks`."""
    draws = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=samples)
    return draws.astype(np.float64)


def _interval(values: Values) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
