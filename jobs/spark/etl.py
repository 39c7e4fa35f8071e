"""ETL of the employee table: the report's three jobs, quality rules with quarantine, features and the split.

The whole raw table is read once for the renamed copy (`employees`), which is the report's benchmark. Everything else is
made of the rows kept: no rule broken, each id once. `jobs.spark.quality` and `jobs.spark.duplicates` say what is not.

Each step keeps its files in scratch: an attempt that follows a failed one goes on with the first step that is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.lib.contract import Result, Salvaged, run_job
from jobs.lib.datasets import Dataset, dataset_output
from jobs.lib.finished_steps import FinishedSteps
from jobs.lib.params import parse_params
from jobs.spark.age_extremes import oldest_active, youngest_active
from jobs.spark.clean import Findings, clean, look_at_quality
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
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pyspark.sql import SparkSession

    from jobs.lib.finished_steps import FinishedStep
    from jobs.lib.job import Job
    from jobs.lib.outputs import OutputDataset
    from jobs.spark.clean import Cleaned

# Name of the output in the stage's contract -> folder, in the step that makes it and in the output.
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
    finished = FinishedSteps(job.scratch / "steps")

    with (
        java_errors_named(),
        spark_session(job.key, options) as spark,
        Steps(spark, job.progress, finished) as steps,
    ):
        table = read_raw(spark, raw)
        checked = steps.do("check quality", lambda folder: look_at_quality(table, params, folder).to_json())
        cleaned = clean(table, params, Findings.from_json(checked.values), checked.folder)
        copied = steps.do("copy employees", lambda folder: copy_employees(table.everything, _in(folder, "employees")))
        written = [copied, *(steps.do(name, make) for name, make in _output_steps(spark, params, cleaned).items())]

    outputs = {name: _place(job, folder, written) for name, folder in FOLDERS.items()}
    counts = count_rows(raw.rows, params, cleaned, outputs)
    return Result(
        outputs=outputs,
        values={"counts": counts.to_json(), "benchmark": copied.values},
        rows_in=counts.read,
        rows_out=counts.kept,
        rows_rejected=counts.rejected,
        metrics={"stepSeconds": steps.seconds},
        salvaged=Salvaged(finished.before, finished.now, "steps"),
    )


def _output_steps(spark: SparkSession, params: EtlParams, cleaned: Cleaned) -> dict[str, Callable[[Path], None]]:
    """What is made of the rows kept and put aside: by step, each into a folder of its own."""

    def find_top_salaries(folder: Path) -> None:
        write_rows(spark, top_salaries(cleaned.kept, cleaned.sample), _in(folder, "topSalaries"))

    def find_youngest_and_oldest(folder: Path) -> None:
        write_rows(spark, youngest_active(cleaned.kept, cleaned.sample), _in(folder, "youngestActive"))
        write_rows(spark, oldest_active(cleaned.kept, cleaned.sample), _in(folder, "oldestActive"))

    def write_features(folder: Path) -> None:
        write_split(cleaned.kept, params, str(folder / "features"))

    def write_first_rows(folder: Path) -> None:
        first = as_table(spark, rows_with_smallest_ids(cleaned.kept, cleaned.sample))
        write_folder(first.transform(with_features(params.data_date)), _in(folder, "firstRows"))

    def write_quarantine(folder: Path) -> None:
        write_folder(cleaned.put_aside, _in(folder, "quarantine"))

    return {
        "find top salaries": find_top_salaries,
        "find youngest and oldest": find_youngest_and_oldest,
        "write features": write_features,
        "write first rows": write_first_rows,
        "write quarantine": write_quarantine,
    }


def _in(folder: Path, output: str) -> str:
    return str(folder / FOLDERS[output])


def _place(job: Job, folder: str, written: Sequence[FinishedStep]) -> OutputDataset:
    files = [file for step in written for file in step.place(folder, job.output / folder)]
    return dataset_output(job, folder, files)


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
