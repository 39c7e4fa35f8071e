"""Stage `evaluate`: candidate, naive baselines and champion, if there is one, measured on the same holdout rows.

The predictions are an output too, so that anybody can compute the metrics again. Chunks of them that an earlier attempt
finished are found in scratch and not predicted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from jobs.lib.bootstrap import Contest, bootstrap_intervals
from jobs.lib.contract import InvalidInput, Job, Result, Salvaged, run_job
from jobs.lib.datasets import Dataset, dataset_output
from jobs.lib.metrics import regression_metrics
from jobs.lib.model_input import open_model
from jobs.lib.params import parse_params, require
from jobs.lib.row_chunks import plan_chunks
from jobs.lib.salvage import FinishedChunks
from jobs.python.evaluate_chunks import FIXED_COLUMNS, ChunkWork, forecast_chunk, predictions_schema

if TYPE_CHECKING:
    from jobs.lib.files import FileEntry
    from jobs.lib.metrics import Values
    from jobs.lib.model import LoadedModel

PREDICTIONS_FOLDER, FINISHED_FOLDER = "predictions", "finished-chunks"
# A killed attempt loses at most the running one: about a second of work.
CHUNK_ROWS = 250_000
READ_ROWS = 10_000
LABEL_TYPES = ("double", "float", "int64", "int32")
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

    forecast = _forecast(job, holdout, params, settings.batch_rows, contestants)
    seen = _read(job, forecast, params, contestants)
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
        outputs={"predictions": dataset_output(job, PREDICTIONS_FOLDER, forecast.files)},
        rows_in=holdout.rows,
        rows_out=len(contest.labels),
        salvaged=forecast.salvaged,
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


@dataclass(frozen=True, slots=True)
class Forecast:
    """The files of the predictions, in the holdout's order, and how many of them an earlier attempt had finished."""

    files: list[FileEntry]
    salvaged: Salvaged


def _forecast(
    job: Job, holdout: Dataset, params: EvaluateParams, batch_rows: int, contestants: list[LoadedModel]
) -> Forecast:
    """Puts every chunk into the output that an earlier attempt has not finished, and those that it has."""
    chunks = plan_chunks(holdout.files, CHUNK_ROWS)
    kept = FinishedChunks(Path(job.scratch_path(FINISHED_FOLDER)))
    work = ChunkWork(
        rows=holdout.rows,
        models=contestants,
        columns=_columns(params, contestants),
        schema=predictions_schema(holdout.schema, params.keep, params.baselines),
        target=params.target,
        batch_rows=batch_rows,
        threads=max(1, int(job.resources.cpus)),
    )
    folder = Path(job.output_path(PREDICTIONS_FOLDER))
    files, before, done = [], 0, 0
    for chunk in chunks:
        found = kept.find(chunk.name)
        before += found is not None
        finished = found or forecast_chunk(chunk, work, kept)
        files.append(kept.place(finished, f"{chunk.name}.parquet", folder / f"{chunk.name}.parquet"))
        done += chunk.rows
        job.progress.update(done, holdout.rows, "rows", f"predicted {done:,} of {holdout.rows:,} holdout rows")
    return Forecast(files, Salvaged(before, len(chunks) - before, "chunks"))


def _read(job: Job, forecast: Forecast, params: EvaluateParams, contestants: list[LoadedModel]) -> Seen:
    """What the metrics need of all rows at once: 8 bytes a row for the label, each contestant and each baseline."""
    folder = Path(job.output_path(PREDICTIONS_FOLDER))
    _, label, prediction, champion = FIXED_COLUMNS
    contestant_columns = [prediction, champion][: len(contestants)]
    rows = sum(file.rows or 0 for file in forecast.files)
    values = {name: np.empty(rows, dtype=np.float64) for name in [label, *contestant_columns, *params.baselines]}
    start = 0
    for file in forecast.files:
        with pq.ParquetFile(folder / file.path, buffer_size=1 << 20, pre_buffer=False) as parquet:
            for batch in parquet.iter_batches(READ_ROWS, columns=list(values), use_threads=False):
                for name, column in values.items():
                    column[start : start + batch.num_rows] = batch.column(name).to_numpy()
                start += batch.num_rows
    for name in (label, *params.baselines):
        if not np.isfinite(values[name]).all():
            column_name = params.target if name == label else name
            raise InvalidInput(f"inputs.holdout#{column_name}", "NaN or infinity", "a finite number in every row")
    naive = {name: values[name] for name in params.baselines}
    mean = np.full(rows, contestants[0].card.target_mean)
    return Seen(values[label], values[prediction], values.get(champion), {MEAN: mean, **naive})


if __name__ == "__main__":
    run_job(main, engine="python")
