"""Stage `evaluate`: candidate, naive baselines and champion, if there is one, measured on the same holdout rows.

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
FIXED_COLUMNS = ("id", "label", "prediction", "champion_prediction")
MEAN = "mean"
"""The baseline that every evaluation has: the mean of the training labels."""


@dataclass(frozen=True, slots=True)
class EvaluateParams:
    """What to measure.

    Attributes:
        target: the column predicted.
        bootstrap_samples: resamples behind an interval, drawn from `seed`.
        seed: of the resamples.
        baselines: columns of the holdout that hold naive forecasts; the strongest one, or the mean, is to be beaten.
        keep: columns of the holdout that the predictions table shows too.
    """

    target: str
    bootstrap_samples: int
    seed: int
    baselines: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(self.bootstrap_samples > 0, "bootstrapSamples", self.bootstrap_samples, "1 or more")
        require(self.seed >= 0, "seed", self.seed, "0 or more")
        require(MEAN not in self.baselines, "baselines", self.baselines, f"names other than {MEAN}")
        shown = [*FIXED_COLUMNS, *self.keep, *self.baselines]
        require(len(set(shown)) == len(shown), "keep", self.keep, "columns that the predictions do not have already")


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
    holdout = _open_holdout(job, params, contestants)

    seen = _predict_holdout(job, holdout, params, settings.batch_rows, contestants)
    baselines = {name: regression_metrics(seen.labels, values) for name, values in seen.baselines.items()}
    strongest = min(baselines, key=lambda name: baselines[name].mse)
    contest = Contest(seen.labels, seen.candidate, seen.baselines[strongest], seen.champion)
    intervals = bootstrap_intervals(contest, params.bootstrap_samples, params.seed)
    measured = regression_metrics(contest.labels, contest.candidate).to_json()
    champion_metrics = None if contest.champion is None else regression_metrics(contest.labels, contest.champion)
    named = [{"name": name, "metrics": metrics.to_json()} for name, metrics in baselines.items()]
    values: dict[str, Any] = {
        "candidate": measured,
        "baseline": {"name": strongest, "metrics": baselines[strongest].to_json()},
        "baselines": named,
        "champion": champion_metrics and champion_metrics.to_json(),
        "intervals": intervals.to_json(),
        "samplePredictions": _predict_first_rows(job, candidate),
    }
    told = ", ".join(f"{name} {metrics.mse!r}" for name, metrics in baselines.items())
    print(f"candidate mse {measured['mse']!r} r2 {measured['r2']:.4f}; baselines' mse: {told}")
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


@dataclass(frozen=True, slots=True)
class Seen:
    """The labels of the holdout and what each one forecast for the same rows; baselines by name."""

    labels: Values
    candidate: Values
    champion: Values | None
    baselines: dict[str, Values]


def _open_holdout(job: Job, params: EvaluateParams, contestants: list[LoadedModel]) -> Dataset:
    """Everything that can be known to be wrong before the first row is predicted."""
    for model in contestants:
        if model.card.target != params.target:
            allowed = f"{model.card.target}, which the {model.card.learner} predicts"
            raise InvalidInput("params.target", params.target, allowed)
    holdout = Dataset.open(job.dataset("holdout"), "inputs.holdout").require_rows()
    holdout.require({"id": "int64", params.target: LABEL_TYPES, **dict.fromkeys(params.baselines, "double")})
    for name in params.keep:
        if name not in holdout.schema.names:
            raise InvalidInput("params.keep", name, f"a column of the holdout: {', '.join(holdout.schema.names)}")
    for model in contestants:
        holdout.require({feature.name: feature.type for feature in model.card.features})
    return holdout.require_no_nulls(_columns(params, contestants))


def _columns(params: EvaluateParams, contestants: list[LoadedModel]) -> list[str]:
    features = [name for model in contestants for name in model.card.feature_names]
    return list(dict.fromkeys(["id", params.target, *params.keep, *params.baselines, *features]))


def _predict_holdout(
    job: Job, holdout: Dataset, params: EvaluateParams, batch_rows: int, contestants: list[LoadedModel]
) -> Seen:
    """Streams the holdout; keeps 8 bytes a row for the labels, for each contestant and for each baseline."""
    threads = max(1, int(job.resources.cpus))
    predictors = [predictor(model, threads, holdout.rows) for model in contestants]
    labels = np.empty(holdout.rows, dtype=np.float64)
    predictions = [np.empty(holdout.rows, dtype=np.float64) for _ in contestants]
    naive = {name: np.empty(holdout.rows, dtype=np.float64) for name in params.baselines}
    schema = _predictions_schema(holdout, params)
    done = 0
    writer = ParquetFolderWriter(
        job.output_path(PREDICTIONS_FOLDER), schema, rows_per_file=ROWS_PER_FILE, dictionary_columns=[]
    )
    with writer:
        for batch in holdout.batches(_columns(params, contestants), batch_rows):
            rows = slice(done, done + batch.num_rows)
            labels[rows] = batch.column(params.target).to_numpy()
            for predict, column in zip(predictors, predictions, strict=True):
                column[rows] = predict(batch)
            for name, column in naive.items():
                column[rows] = batch.column(name).to_numpy()
            writer.write(_rows_to_keep(batch, labels[rows], [column[rows] for column in predictions], schema))
            done = rows.stop
            job.progress.update(done, holdout.rows, "rows", f"predicted {done:,} of {holdout.rows:,} holdout rows")
    for name, column in {params.target: labels, **naive}.items():
        if not np.isfinite(column).all():
            raise InvalidInput(f"inputs.holdout#{name}", "NaN or infinity", "a finite number in every row")
    mean = np.full(holdout.rows, contestants[0].card.target_mean)
    champion = predictions[1] if len(predictions) > 1 else None
    return Seen(labels, predictions[0], champion, {MEAN: mean, **naive})


def _predictions_schema(holdout: Dataset, params: EvaluateParams) -> pa.Schema:
    kept: list[pa.Field[Any]] = [pa.field(name, holdout.schema.field(name).type, False) for name in params.keep]
    naive: list[pa.Field[Any]] = [pa.field(name, pa.float64(), False) for name in params.baselines]
    identity, label, prediction, champion = FIXED_COLUMNS
    fixed: list[pa.Field[Any]] = [
        pa.field(label, pa.float64(), nullable=False),
        pa.field(prediction, pa.float64(), nullable=False),
        pa.field(champion, pa.float64()),
    ]
    return pa.schema([pa.field(identity, pa.int64(), nullable=False), *kept, *fixed, *naive])


def _rows_to_keep(
    batch: pa.RecordBatch, labels: Values, predictions: list[Values], schema: pa.Schema
) -> pa.RecordBatch:
    _, label, prediction, champion = FIXED_COLUMNS
    numbers = [arrow_array(values, pa.float64()) for values in (labels, *predictions)]
    if len(predictions) == 1:
        numbers.append(pa.nulls(batch.num_rows, pa.float64()))
    known = dict(zip((label, prediction, champion), numbers, strict=True))
    return pa.RecordBatch.from_arrays(
        [known[name] if name in known else batch.column(name) for name in schema.names], schema=schema
    )


if __name__ == "__main__":
    run_job(main, engine="python")
