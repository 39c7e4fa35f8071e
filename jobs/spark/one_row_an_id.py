"""Keeps one row of each id, and says what became of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.spark import quarantine
from jobs.spark.duplicates import find_repeats, ranked_by_id, rows_in, rows_outside

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from jobs.spark.quality import Profile


@dataclass(frozen=True, slots=True)
class OneRowAnId:
    """Valid rows by what became of them.

    Attributes:
        kept: each id once.
        put_aside: conflicting rows, and of exact copies the first ones; with `reason`.
        conflicting: rows that differ from the one that keeps their id.
        exact_copies: rows that equal another one in every column.
    """

    kept: DataFrame
    put_aside: tuple[DataFrame, ...]
    conflicting: int
    exact_copies: int


def one_row_an_id(valid: DataFrame, found: Profile, scratch_folder: str) -> OneRowAnId:
    """Looks for ids that repeat. Their rows are grouped once and kept in `scratch_folder`, which is replaced.

    Args:
        valid: rows that break no rule.
        found: what `profile` said of them.
        scratch_folder: local; must stay until the result has been written.
    """
    repeats = find_repeats(valid, found)
    if not repeats.buckets:
        return OneRowAnId(valid, (), 0, 0)

    ranked_by_id(rows_in(valid, repeats), repeats.rows).write.mode("overwrite").parquet(scratch_folder)
    ranked = valid.sparkSession.read.parquet(scratch_folder)
    is_first, copies = F.col("rank") == 1, F.col("copies")
    conflicting, exact_copies = ranked.agg(
        F.sum(F.when(is_first, 0).otherwise(copies)), F.sum(F.when(is_first, copies - 1).otherwise(0))
    ).collect()[0]

    first = ranked.where(is_first)
    put_aside = [quarantine.conflicting_rows(ranked)] if conflicting else []
    if exact_copies:
        put_aside.append(quarantine.shown_copies(first.where(copies > 1)))
    once = first.select(*valid.columns)
    kept = once if repeats.everywhere else rows_outside(valid, repeats).unionByName(once)
    return OneRowAnId(kept, tuple(put_aside), conflicting, exact_copies)
