"""Which rows are kept: quality rules first, then one row an id."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from jobs.lib.params import camel_case, parse_params
from jobs.spark import quality, quarantine
from jobs.spark.one_row_an_id import Duplicates, find_duplicates, one_row_an_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyspark.sql import Column

    from jobs.spark.params import EtlParams
    from jobs.spark.raw import RawTable


@dataclass(frozen=True, slots=True)
class Findings:
    """What one look at all rows found; small, and plain enough to be kept as JSON.

    Attributes:
        profile: rows by the rules that a row breaks alone, of the files that are distinct.
        duplicates: rows whose ids repeat in these files.
    """

    profile: quality.Profile
    duplicates: Duplicates

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        document: dict[str, Any] = _camel_cased(asdict(self))
        return document

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> Findings:
        """The findings that `to_json` wrote."""
        return parse_params(Findings, document, "findings")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Which rows go where.

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


def look_at_quality(table: RawTable, params: EtlParams, folder: Path) -> Findings:
    """Looks at all rows. Writes nothing but the rows whose ids repeat, to `folder`.

    Raises:
        InvalidInput: more defects than `params.max_rejected_share` allows; names the rules.
    """
    found = quality.profile(table.distinct_files, params.data_date)
    read = found.read + table.copied_rows
    defects = {"nulls": found.nulls, "outOfRange": found.out_of_range}
    quality.require_few_defects(read, defects, params.max_rejected_share)
    valid = table.distinct_files.where(_reason(params).isNull())
    duplicates = find_duplicates(valid, found, _same_id(folder))
    quality.require_few_defects(read, {**defects, "duplicateIds": duplicates.conflicting}, params.max_rejected_share)
    return Findings(found, duplicates)


def clean(table: RawTable, params: EtlParams, findings: Findings, folder: Path) -> Cleaned:
    """Says which rows are kept. Plans only; the plan reads what `look_at_quality` left in `folder`."""
    rows, reason = table.distinct_files, _reason(params)
    found, duplicates = findings.profile, findings.duplicates
    unique = one_row_an_id(rows.where(reason.isNull()), duplicates, _same_id(folder))
    put_aside = list(unique.put_aside)
    if found.nulls or found.out_of_range or (params.future_dates == "drop" and found.future_dates):
        put_aside.append(quarantine.broken_rows(rows, reason))
    if table.copied is not None:
        put_aside.append(quarantine.shown_copies(table.copied))
    return Cleaned(
        kept=unique.kept,
        sample=table.sample.where(reason.isNull()),
        put_aside=reduce(DataFrame.unionByName, put_aside, quarantine.no_rows(rows)),
        found=found,
        conflicting=duplicates.conflicting,
        exact_copies=duplicates.exact_copies + table.copied_rows,
    )


def _reason(params: EtlParams) -> Column:
    return quality.reason_to_reject(params.data_date, drop_future=params.future_dates == "drop")


def _same_id(folder: Path) -> str:
    return str(folder / "same-id")


def _camel_cased(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel_case(name): _camel_cased(item) for name, item in value.items()}
    return list(value) if isinstance(value, tuple) else value
