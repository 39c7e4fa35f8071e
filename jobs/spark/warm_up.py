"""Uses each part of Spark that the jobs use, once, on a handful of rows: `warm_up.py FOLDER`.

Set-up runs it to learn which classes a job loads (`scripts/setup/spark-archive.mjs`); FOLDER is for its files.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from jobs.spark.age_extremes import youngest_active
from jobs.spark.clean import clean, look_at_quality
from jobs.spark.employees import EMPLOYEE_SCHEMA
from jobs.spark.params import EtlParams, EtlSettings, RandomSplit
from jobs.spark.parts import write_folder, write_rows
from jobs.spark.raw import RawTable
from jobs.spark.session import spark_session
from jobs.spark.split_job import write_split
from jobs.spark.top_salaries import top_salaries

DAY = datetime(2026, 1, 1, tzinfo=UTC)
PARAMS = EtlParams(date(2026, 1, 1), "keep", RandomSplit("random", seed=1, holdout=0.2, unseen=0.2), 1.0)


def main(folder: Path) -> None:
    """Reads, cleans, asks and writes as `etl.py` does."""
    rows = [(number // 2, "A", 20 + number, 1000.0 + number, DAY, True) for number in range(40)]
    with spark_session("warm-up", EtlSettings().spark_options(cpus=1)) as spark:
        write_folder(spark.createDataFrame(rows, EMPLOYEE_SCHEMA), str(folder / "raw"))
        employees = spark.read.schema(EMPLOYEE_SCHEMA).parquet(str(folder / "raw"))
        table = RawTable(employees, employees, None, 0, employees)
        cleaned = clean(table, PARAMS, look_at_quality(table, PARAMS, folder), folder)
        write_rows(spark, top_salaries(cleaned.kept, cleaned.sample), str(folder / "top"))
        write_rows(spark, youngest_active(cleaned.kept, cleaned.sample), str(folder / "young"))
        write_split(cleaned.kept, PARAMS, str(folder / "features"))
        write_folder(cleaned.put_aside, str(folder / "quarantine"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
