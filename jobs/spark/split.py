"""Deals rows to train, holdout and unseen, so that no row is in two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame

    from jobs.spark.params import RandomSplit

PARTS = ("train", "holdout", "unseen")
# Shares are kept to a millionth.
DRAWS = 1_000_000


def dealt(split: RandomSplit) -> Callable[[DataFrame], DataFrame]:
    """Adds `split`, drawn from a hash of (seed, id): the same id goes to the same part, wherever and whenever it is."""
    unseen_from = round((1 - split.unseen) * DRAWS)
    holdout_from = round((1 - split.unseen - split.holdout) * DRAWS)

    def transform(rows: DataFrame) -> DataFrame:
        draw = F.pmod(F.xxhash64(F.lit(split.seed).cast("long"), "id"), F.lit(DRAWS))
        part = F.when(draw < holdout_from, "train").when(draw < unseen_from, "holdout").otherwise("unseen")
        return rows.withColumn("split", part)

    return transform
