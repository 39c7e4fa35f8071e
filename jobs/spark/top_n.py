"""Top-n queries that look at few rows: guess a bound, answer within it, prove that the answer is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import Column, DataFrame, Row


def first_rows(
    query: Callable[[DataFrame], DataFrame], rows: DataFrame, bound: Column | None, wanted: int
) -> list[Row]:
    """The first `wanted` rows of `query(rows)`, computed from the rows within `bound` if these are enough.

    Exact if no row outside `bound` can come before one inside: then `wanted` rows from inside are the first ones.
    When the bound holds fewer, the query runs once more over all rows.

    Args:
        query: ends in a total order and a limit of `wanted`.
        rows: all rows.
        bound: a condition that few rows meet; None if there was nothing to guess one from.
        wanted: the query's limit.
    """
    if bound is not None:
        within = query(rows.where(bound)).collect()
        if len(within) == wanted:
            return within
    return query(rows).collect()
