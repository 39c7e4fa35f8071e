"""ETL of the employee table: the report's three jobs, quality rules with quarantine, features and the split.

The whole raw table is read once for the renamed copy (`employees`), which is the report's benchmark. Everything else is
made of the rows kept: no rule broken, each id once. `jobs.spark.quality` and `jobs.spark.duplicates` say what is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.lib.contract import Result, run_job
from jobs.lib.datasets import Dataset, dataset_output
from jobs.lib.params import parse_params
from jobs.spark.age_extremes import oldest_active, youngest_active
from jobs.spark.clean import clean
from jobs.spark.copy_job import copy_employees
from jobs.spark.counts import Counts
from jobs.spark.employees import RAW_TYPES
from jobs.spark.features import with_features
from jobs.spark.java_errors import java_errors_named
from jobs.spark.params import EtlParams, EtlSettings
from jobs.spark.parts import as_table, write_folder, write_rows
from jobs.spark.raw import read_raw
from jobs.spark.session import spark_session
from jobs.spark.smallest_ids import rows_with_smallest_ids
from jobs.spark.split_job import write_split
from jobs.spark.steps import Steps
from jobs.spark.top_salaries import top_salaries

if TYPE_CHECKING:
    from jobs.lib.job import Job
    from jobs.lib.outputs import OutputDataset
    from jobs.spark.clean import Cleaned

# Name of the output in the stage's contract -> folder.
FOLDERS = {
    "employees": "employees",
    "topSalaries": "top_salaries",
    "youngestActive": "youngest_active",
    "oldestActive": "oldest_active",
    "train": "features/split=train",
    "holdout": "features/split=holdout",
    "unseen": "features/split=unseen",
    "firstRows": "first_rows",
    "quarantine": "quarantine",
}


def main(job: Job) -> Result:
    """Runs the stage. Wrong parameters, settings and files are refused before a session is started."""
    params = parse_params(EtlParams, job.params)
    settings = parse_params(EtlSettings, job.settings, "settings")
    raw = Dataset.open(job.dataset("raw"), "inputs.raw").require(RAW_TYPES).require_rows()
    options = settings.spark_options(job.resources.whole_cpus)

    with java_errors_named(), spark_session(job.key, options) as spark, Steps(spark, job.progress) as steps:
        table = read_raw(spark, raw)
        with steps.step("check quality"):
            cleaned = clean(table, params, job.scratch_path("etl-same-id"))
        with steps.step("copy employees"):
            benchmark = copy_employees(table.everything, job.output_path(FOLDERS["employees"]))
        with steps.step("find top salaries"):
            write_rows(spark, top_salaries(cleaned.kept, cleaned.sample), job.output_path(FOLDERS["topSalaries"]))
        with steps.step("find youngest and oldest"):
            write_rows(spark, youngest_active(cleaned.kept, cleaned.sample), job.output_path(FOLDERS["youngestActive"]))
            write_rows(spark, oldest_active(cleaned.kept, cleaned.sample), job.output_path(FOLDERS["oldestActive"]))
        with steps.step("write features"):
            write_split(cleaned.kept, params, job.output_path("features"))
            first = as_table(spark, rows_with_smallest_ids(cleaned.kept, cleaned.sample))
            write_folder(first.transform(with_features(params.data_date)), job.output_path(FOLDERS["firstRows"]))
        with steps.step("write quarantine"):
            write_folder(cleaned.put_aside, job.output_path(FOLDERS["quarantine"]))
        with steps.step("hash outputs"):
            outputs = {name: dataset_output(job, folder) for name, folder in FOLDERS.items()}

    counts = count_rows(raw.rows, params, cleaned, outputs)
    return Result(
        outputs=outputs,
        values={"counts": counts.to_json(), "benchmark": benchmark},
        rows_in=counts.read,
        rows_out=counts.kept,
        rows_rejected=counts.rejected,
        metrics={"stepSeconds": steps.seconds},
    )


def count_rows(read: int, params: EtlParams, cleaned: Cleaned, outputs: dict[str, OutputDataset]) -> Counts:
    """Sets what cleaning found against the rows that the written files hold.

    Raises:
        AssertionError: a row is lost or stands twice.
    """
    found = cleaned.found
    future_dropped = found.future_dates if params.future_dates == "drop" else 0
    put_aside = found.nulls + found.out_of_range + future_dropped + cleaned.conflicting
    train, holdout, unseen = (outputs[name].rows for name in ("train", "holdout", "unseen"))
    if outputs["employees"].rows != read:
        raise AssertionError(f"{read} rows read, {outputs['employees'].rows} in the copy")
    return Counts(
        read=read,
        nulls=found.nulls,
        out_of_range=found.out_of_range,
        future_dates=found.future_dates,
        future_dropped=future_dropped,
        duplicate_ids=cleaned.conflicting,
        exact_copies=cleaned.exact_copies,
        rejected=put_aside + cleaned.exact_copies,
        kept=train + holdout + unseen,
        train=train,
        holdout=holdout,
        unseen=unseen,
    )


if __name__ == "__main__":
    run_job(main, engine="spark")
