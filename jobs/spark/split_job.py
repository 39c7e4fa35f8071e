"""Writes the kept rows with their features, each to one of train, holdout and unseen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.lib.parquet_writer import write_table
from jobs.spark.features import with_features
from jobs.spark.params import ReportSplit
from jobs.spark.parts import write_by_column, write_folder
from jobs.spark.report_split import first_by_id, shuffled
from jobs.spark.split import PARTS, dealt

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from jobs.spark.params import EtlParams


def write_split(kept: DataFrame, params: EtlParams, folder: str) -> None:
    """Makes `split=train`, `split=holdout` and `split=unseen` in `folder`, each with a file even when it has no row."""
    rows = kept.transform(with_features(params.data_date))
    if isinstance(params.split, ReportSplit):
        _write_report_split(rows, params.split.sample_rows, Path(folder))
    else:
        write_by_column(rows.transform(dealt(params.split)), folder, "split", PARTS)


def _write_report_split(rows: DataFrame, sample_rows: int, folder: Path) -> None:
    sample = first_by_id(rows, sample_rows)
    last_id = sample.column("id")[-1].as_py() if sample.num_rows else None
    train, holdout = shuffled(sample)
    # One file each: the order of the rows is part of the report's result.
    write_table(train, folder / "split=train")
    write_table(holdout, folder / "split=holdout")
    unseen = rows if last_id is None else rows.where(F.col("id") > last_id)
    write_folder(unseen, str(folder / "split=unseen"))
