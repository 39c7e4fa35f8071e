"""Keeps one row of each id, and says what became of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.spark import quarantine
from jobs.spark.duplicates import Repeats, find_repeats, ranked_by_id, rows_in, rows_outside
from jobs.spark.executors import readable, written

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from jobs.spark.quality import Profile


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found about ids that stand in more than one row.

    Attributes:
        repeats: where they are.
        conflicting: rows that differ from the one that keeps their id.
        exact_copies: rows that equal another one in every column.
    """

    repeats: Repeats
    conflicting: int
    exact_copies: int


@dataclass(frozen=True, slots=True)
class OneRowAnId:
    """Valid rows by what became of them.

    Attributes:
        kept: each id once.
        put_aside: conflicting rows, and of exact copies the first ones; with `reason`.
    """

    kept: DataFrame
    put_aside: tuple[DataFrame, ...]


def find_duplicates(valid: DataFrame, found: Profile, folder: str) -> Duplicates:
    """Looks for ids that repeat. Their rows are grouped once and written to `folder`, if there are any.

    Args:
        valid: rows that break no rule.
        found: what `profile` said of them.
        folder: local; what `one_row_an_id` reads.
    """
    repeats = find_repeats(valid, found)
    if not repeats.buckets:
        return Duplicates(repeats, 0, 0)
    with written(folder) as place:
        ranked_by_id(rows_in(valid, repeats), repeats.rows).write.mode("overwrite").parquet(place)
    is_first, copies = F.col("rank") == 1, F.col("copies")
    ranked = valid.sparkSession.read.parquet(*readable(folder))
    conflicting, exact_copies = ranked.agg(
        F.sum(F.when(is_first, 0).otherwise(copies)), F.sum(F.when(is_first, copies - 1).otherwise(0))
    ).collect()[0]
    return Duplicates(repeats, conflicting, exact_copies)


def one_row_an_id(valid: DataFrame, duplicates: Duplicates, folder: str) -> OneRowAnId:
    """Keeps one row of each id; plans only, no data is touched.

    Args:
        valid: rows that break no rule.
        duplicates: what `find_duplicates` said of them.
        folder: where it put the rows whose ids repeat; must stay until the result has been written.
    """
    repeats = duplicates.repeats
    if not repeats.buckets:
        return OneRowAnId(valid, ())
    ranked = valid.sparkSession.read.parquet(*readable(folder))
    first = ranked.where(F.col("rank") == 1)
    put_aside = [quarantine.conflicting_rows(ranked)] if duplicates.conflicting else []
    if duplicates.exact_copies:
        put_aside.append(quarantine.shown_copies(first.where(F.col("copies") > 1)))
    once = first.select(*valid.columns)
    kept = once if repeats.everywhere else rows_outside(valid, repeats).unionByName(once)
    return OneRowAnId(kept, tuple(put_aside))
