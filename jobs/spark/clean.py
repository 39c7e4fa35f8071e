"""Which rows are kept: quality rules first, then one row an id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from jobs.spark import quality, quarantine
from jobs.spark.one_row_an_id import one_row_an_id

if TYPE_CHECKING:
    from jobs.spark.params import EtlParams
    from jobs.spark.raw import RawTable


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning found.

    Attributes:
        kept: valid rows, each id once.
        sample: the valid rows of the first file.
        put_aside: the others, with `reason`; of exact copies only the first ones.
        found: rows by the rules that a row breaks alone.
        conflicting: rows put aside because another one keeps their id.
        exact_copies: rows removed because they equal another one in every column.
    """

    kept: DataFrame
    sample: DataFrame
    put_aside: DataFrame
    found: quality.Profile
    conflicting: int
    exact_copies: int


def clean(table: RawTable, params: EtlParams, scratch_folder: str) -> Cleaned:
    """Looks at all rows and says which are kept. Writes nothing but the rows whose ids repeat, to `scratch_folder`.

    Raises:
        InvalidInput: more defects than `params.max_rejected_share` allows; names the rules.
    """
    rows, drop_future = table.distinct_files, params.future_dates == "drop"
    found = quality.profile(rows, params.data_date)
    read = found.read + table.copied_rows
    defects = {"nulls": found.nulls, "outOfRange": found.out_of_range}
    quality.require_few_defects(read, defects, params.max_rejected_share)

    reason = quality.reason_to_reject(params.data_date, drop_future=drop_future)
    unique = one_row_an_id(rows.where(reason.isNull()), found, scratch_folder)
    quality.require_few_defects(read, {**defects, "duplicateIds": unique.conflicting}, params.max_rejected_share)

    put_aside = list(unique.put_aside)
    if found.nulls or found.out_of_range or (drop_future and found.future_dates):
        put_aside.append(quarantine.broken_rows(rows, reason))
    if table.copied is not None:
        put_aside.append(quarantine.shown_copies(table.copied))
    return Cleaned(
        kept=unique.kept,
        sample=table.sample.where(reason.isNull()),
        put_aside=reduce(DataFrame.unionByName, put_aside, quarantine.no_rows(rows)),
        found=found,
        conflicting=unique.conflicting,
        exact_copies=unique.exact_copies + table.copied_rows,
    )
