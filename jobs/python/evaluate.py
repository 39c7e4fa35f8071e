"""Stage `evaluate`: candidate, naive baseline and champion, if there is one, measured on the same holdout rows.

The predictions are an output too, so that anybody can compute the metrics again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from jobs.lib.arrow_arrays import arrow_array
from jobs.lib.bootstrap import Contest, bootstrap_intervals
from jobs.lib.contract import InvalidInput, Job, Result, run_job
from jobs.lib.datasets import Dataset, ParquetFolderWriter, dataset_output
from jobs.lib.metrics import regression_metrics
from jobs.lib.model_input import open_model
from jobs.lib.params import parse_params, require
from jobs.lib.prediction_table import predictor

if TYPE_CHECKING:
    from jobs.lib.metrics import Values
    from jobs.lib.model import LoadedModel

PREDICTIONS_FOLDER = "predictions"
ROWS_PER_FILE = 5_000_000
LABEL_TYPES = ("double", "float", "int64", "int32")
FIELDS: list[pa.Field[Any]] = [
    pa.field("id", pa.int64(), nullable=False),
    pa.field("label", pa.float64(), nullable=False),
    pa.field("prediction", pa.float64(), nullable=False),
    pa.field("champion_prediction", pa.float64()),
]
PREDICTIONS_SCHEMA = pa.schema(FIELDS)


@dataclass(frozen=True, slots=True)
class EvaluateParams:
    """What to measure: the column predicted, and how many resamples stand behind an interval, drawn from `seed`."""

    target: str
    bootstrap_samples: int
    seed: int

    def __post_init__(self) -> None:
        require(self.bootstrap_samples > 0, "bootstrapSamples", self.bootstrap_samples, "1 or more")
        require(self.seed >= 0, "seed", self.seed, "0 or more")


@dataclass(frozen=True, slots=True)
class EvaluateSettings:
    """How many rows are held as Arrow columns at once; changes no byte of the result."""

    batch_rows: int = 250_000

    def __post_init__(self) -> None:
        require(self.batch_rows > 0, "batchRows", self.batch_rows, "1 or more")


def main(job: Job) -> Result:
    """Predicts the holdout with each contestant and measures them."""
    params = parse_params(EvaluateParams, job.params)
    settings = parse_params(EvaluateSettings, job.settings, "settings")
    champion_source = job.find_model("champion")
    candidate = open_model(job.artifact("candidate"), "inputs.candidate")
    champion = None if champion_source is None else open_model(champion_source, "inputs.champion")
    contestants = [candidate] if champion is None else [candidate, champion]
    holdout = _open_holdout(job, params.target, contestants)

    contest = _predict_holdout(job, holdout, params.target, settings.batch_rows, contestants)
    intervals = bootstrap_intervals(contest, params.bootstrap_samples, params.seed)
    measured = regression_metrics(contest.labels, contest.candidate).to_json()
    baseline = regression_metrics(contest.labels, contest.baseline).to_json()
    champion_metrics = None if contest.champion is None else regression_metrics(contest.labels, contest.champion)
    values: dict[str, Any] = {
        "candidate": measured,
        "baseline": {"name": "mean", "metrics": baseline},
        "champion": champion_metrics and champion_metrics.to_json(),
        "intervals": intervals.to_json(),
        "samplePredictions": _predict_first_rows(job, candidate),
    }
    print(f"candidate mse {measured['mse']!r} r2 {measured['r2']:.4f}; predicting the mean: mse {baseline['mse']!r}")
    return Result(
        outputs={"predictions": dataset_output(job, PREDICTIONS_FOLDER)},
        rows_in=holdout.rows,
        rows_out=len(contest.labels),
        values=values,
        metrics=measured,
    )


def _predict_first_rows(job: Job, candidate: LoadedModel) -> list[float]:
    """The candidate's predictions for the rows with the smallest ids, in their order: numbers to compare by eye."""
    rows = Dataset.open(job.dataset("firstRows"), "inputs.firstRows")
    names = list(candidate.card.feature_names)
    rows.require({feature.name: feature.type for feature in candidate.card.features}).require_no_nulls(names)
    return [float(value) for batch in rows.batches(names, 1_000) for value in candidate.predict(batch)]


def _open_holdout(job: Job, target: str, contestants: list[LoadedModel]) -> Dataset:
    """Everything that can be known to be wrong before the first row is predicted."""
    for model in contestants:
        if model.card.target != target:
            raise InvalidInput("params.target", target, f"{model.card.target}, which the {model.card.learner} predicts")
    holdout = Dataset.open(job.dataset("holdout"), "inputs.holdout").require_rows()
    holdout.require({"id": "int64", target: LABEL_TYPES})
    for model in contestants:
        holdout.require({feature.name: feature.type for feature in model.card.features})
    return holdout.require_no_nulls(_columns(target, contestants))


def _columns(target: str, contestants: list[LoadedModel]) -> list[str]:
    features = [name for model in contestants for name in model.card.feature_names]
    return list(dict.fromkeys(["id", target, *features]))


def _predict_holdout(
    job: Job, holdout: Dataset, target: str, batch_rows: int, contestants: list[LoadedModel]
) -> Contest:
    """Streams the holdout; keeps 8 bytes a row for the labels and for each contestant."""
    threads = max(1, int(job.resources.cpus))
    predictors = [predictor(model, threads, holdout.rows) for model in contestants]
    labels = np.empty(holdout.rows, dtype=np.float64)
    predictions = [np.empty(holdout.rows, dtype=np.float64) for _ in contestants]
    done = 0
    writer = ParquetFolderWriter(
        job.output_path(PREDICTIONS_FOLDER), PREDICTIONS_SCHEMA, rows_per_file=ROWS_PER_FILE, dictionary_columns=[]
    )
    with writer:
        for batch in holdout.batches(_columns(target, contestants), batch_rows):
            rows = slice(done, done + batch.num_rows)
            labels[rows] = batch.column(target).to_numpy()
            for predict, column in zip(predictors, predictions, strict=True):
                column[rows] = predict(batch)
            writer.write(_rows_to_keep(batch, labels[rows], [column[rows] for column in predictions]))
            done = rows.stop
            job.progress.update(done, holdout.rows, "rows", f"predicted {done:,} of {holdout.rows:,} holdout rows")
    if not np.isfinite(labels).all():
        raise InvalidInput(f"inputs.holdout#{target}", "NaN or infinity", "a finite number in every row")
    baseline = np.full(holdout.rows, contestants[0].card.target_mean)
    return Contest(labels, predictions[0], baseline, predictions[1] if len(predictions) > 1 else None)


def _rows_to_keep(batch: pa.RecordBatch, labels: Values, predictions: list[Values]) -> pa.RecordBatch:
    numbers = [arrow_array(values, pa.float64()) for values in (labels, *predictions)]
    if len(predictions) == 1:
        numbers.append(pa.nulls(batch.num_rows, pa.float64()))
    return pa.RecordBatch.from_arrays([batch.column("id"), *numbers], schema=PREDICTIONS_SCHEMA)


if __name__ == "__main__":
    run_job(main, engine="python")
