"""Stage `ingest` of the air-quality pipeline: original files become one row a local day, bad lines are put aside.

A day that is missing, or has too few readings, stays missing: nothing is filled in, labels least of all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.lib.contract import Result, Salvaged, run_job
from jobs.lib.datasets import dataset_output
from jobs.lib.errors import InvalidInput
from jobs.lib.files import local_path
from jobs.lib.finished_steps import FinishedSteps
from jobs.lib.params import parse_params
from jobs.lib.published_files import PublishedFile, published_files
from jobs.spark.air_daily import WEATHER
from jobs.spark.air_gsod import check_gsod, gsod_days
from jobs.spark.air_openaq import check_openaq, openaq_days
from jobs.spark.air_params import IngestParams
from jobs.spark.air_station import check_station, station_days
from jobs.spark.java_errors import java_errors_named
from jobs.spark.params import EtlSettings
from jobs.spark.parts import write_folder
from jobs.spark.session import spark_session
from jobs.spark.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

    from jobs.lib.job import Job
    from jobs.spark.air_lines import Checked

DAYS, QUARANTINE = "days", "quarantine"
EXTRA = ("sea_level_pressure_mean", "visibility_mean")
"""What only GSOD knows; null elsewhere, so that the table has one form."""


def main(job: Job) -> Result:
    """Runs the stage. Wrong parameters, settings and files are refused before a session is started."""
    params = parse_params(IngestParams, job.params)
    settings = parse_params(EtlSettings, job.settings, "settings")
    readings = _files(job, "readings")
    weather = _files(job, "weather") if params.format == "openaq" else []
    finished = FinishedSteps(job.scratch / "steps")

    with (
        java_errors_named(),
        spark_session(job.key, settings.spark_options(job.resources.whole_cpus)) as spark,
        Steps(spark, job.progress, finished) as steps,
    ):
        planned = _check(spark, params, readings, weather)
        looked = steps.do("check lines", lambda folder: _check_lines(planned, params, folder))
        sources = [source.from_folder(looked.folder) for source in planned]
        days = steps.do("make days", lambda folder: _write_days(sources, params, folder / DAYS))
        put_aside = steps.do("write quarantine", lambda folder: _write_quarantine(sources, folder / QUARANTINE))

    outputs = {
        name: dataset_output(job, name, step.place(name, job.output / name))
        for name, step in ((DAYS, days), (QUARANTINE, put_aside))
    }
    counts = looked.values
    if outputs[QUARANTINE].rows != counts["rejected"]:
        raise AssertionError(f"{counts['rejected']} lines to put aside, {outputs[QUARANTINE].rows} written")
    return Result(
        outputs=outputs,
        values={"counts": {"read": counts["read"], "rejected": counts["rejected"]}, "reasons": counts["reasons"]},
        rows_in=counts["read"],
        rows_out=counts["read"] - counts["rejected"],
        rows_rejected=counts["rejected"],
        metrics={"stepSeconds": steps.seconds},
        salvaged=Salvaged(finished.before, finished.now, "steps"),
    )


def _files(job: Job, name: str) -> list[PublishedFile]:
    source = job.artifact(name)
    try:
        return published_files(local_path(source.uri), source.manifest_sha256, "import")
    except InvalidInput as error:
        raise InvalidInput(f"inputs.{name}/{error.field}", error.found, error.allowed) from error


def _check(
    spark: SparkSession, params: IngestParams, readings: list[PublishedFile], weather: list[PublishedFile]
) -> list[Checked]:
    if params.format == "station":
        return [check_station(spark, readings, params)]
    return [check_openaq(spark, readings, params), check_gsod(spark, weather, params)]


def _check_lines(planned: list[Checked], params: IngestParams, folder: Path) -> Mapping[str, object]:
    """Parses every line once, and counts them by reason.

    Raises:
        InvalidInput: a source with more bad lines than allowed, naming the commonest reasons.
    """
    read = rejected = 0
    reasons: dict[str, int] = {}
    for plan in planned:
        plan.kept_in(folder)
        source = plan.from_folder(folder)
        counted = {row["reason"]: int(row["count"]) for row in source.rows.groupBy("reason").count().collect()}
        bad = {str(reason): lines for reason, lines in counted.items() if reason is not None}
        lines = sum(counted.values())
        if sum(bad.values()) > params.max_rejected_share * lines:
            commonest = sorted(bad.items(), key=lambda one: (-one[1], one[0]))[:3]
            why = ", ".join(f"{count} {reason}" for reason, count in commonest)
            allowed = f"a share of {params.max_rejected_share:g} at most (maxRejectedShare)"
            raise InvalidInput(source.name, f"{sum(bad.values())} bad lines of {lines} ({why})", allowed)
        read, rejected = read + lines, rejected + sum(bad.values())
        for reason, count in sorted(bad.items()):
            reasons[f"{source.folder}: {reason}"] = count
    return {"read": read, "rejected": rejected, "reasons": reasons}


def _write_days(sources: list[Checked], params: IngestParams, folder: Path) -> None:
    days = station_days(sources[0], params) if params.format == "station" else _joined(sources, params)
    known = set(days.columns)
    columns = ["date", params.pollutant, "hours", *WEATHER, *EXTRA]
    shaped = days.select(
        *[F.col(name) if name in known else F.lit(None).cast("double").alias(name) for name in columns]
    )
    write_folder(shaped.coalesce(1).sortWithinPartitions("date"), str(folder))


def _joined(sources: list[Checked], params: IngestParams) -> DataFrame:
    """Readings and weather of the same day. Days that only one has stay: the weather alone can be asked about."""
    readings, weather = sources
    return openaq_days(readings, params).join(gsod_days(weather), on="date", how="full")


def _write_quarantine(sources: list[Checked], folder: Path) -> None:
    first, *others = [source.put_aside for source in sources]
    for other in others:
        first = first.unionByName(other)
    write_folder(first.coalesce(1).sortWithinPartitions("source", "file", "line", "reason"), str(folder))


if __name__ == "__main__":
    run_job(main, engine="spark")
