"""Stage `predict`: batch inference over any data set with the model's columns, in bounded memory.

Chunks that an earlier attempt finished are found in scratch and not predicted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.lib.chunks import map_chunks
from jobs.lib.contract import InvalidInput, Job, Output, Result, Salvaged, artifact_output, run_job
from jobs.lib.datasets import Dataset, dataset_output
from jobs.lib.params import parse_params, require
from jobs.lib.prediction_columns import ID, NAME, prediction_schema
from jobs.lib.row_chunks import Chunk, plan_chunks
from jobs.lib.salvage import FinishedChunk, FinishedChunks
from jobs.python.predict_chunks import CHUNK_ROWS, ChunkWork, load_once, predict_chunk
from jobs.python.predict_csv import join_csv

if TYPE_CHECKING:
    from jobs.lib.model import LoadedModel

PREDICTIONS_FOLDER, CSV_FOLDER, CSV_FILE = "predictions", "csv", "predictions.csv"
FINISHED_FOLDER = "finished-chunks"


@dataclass(frozen=True, slots=True)
class PredictParams:
    """What to make: with `csv`, also the report's `predictions.csv` (Name, Prediction)."""

    csv: bool = False


@dataclass(frozen=True, slots=True)
class PredictSettings:
    """How to make it; changes no byte of the result.

    Attributes:
        batch_rows: rows predicted at once; what a worker holds.
        threads: of the model's library in each worker.
        concurrency: processes at once; with one, the job's own; 0: one a CPU.
    """

    batch_rows: int = 250_000
    threads: int = 1
    concurrency: int = 1

    def __post_init__(self) -> None:
        require(self.batch_rows > 0, "batchRows", self.batch_rows, "1 or more")
        require(self.threads > 0, "threads", self.threads, "1 or more")
        require(self.concurrency >= 0, "concurrency", self.concurrency, "0 or more")


def main(job: Job) -> Result:
    """Predicts every chunk that is not finished yet, then puts all of them into the output in order."""
    params = parse_params(PredictParams, job.params)
    settings = parse_params(PredictSettings, job.settings, "settings")
    source = job.model("model")
    dataset = Dataset.open(job.dataset("dataset"), "inputs.dataset").require_rows()
    model = load_once(source)
    schema = _check_signature(model, dataset, with_names=params.csv)

    chunks = plan_chunks(dataset.files, CHUNK_ROWS)
    kept = FinishedChunks(Path(job.scratch_path(FINISHED_FOLDER)))
    finished = {chunk.index: found for chunk in chunks if (found := kept.find(chunk.name)) is not None}
    before = len(finished)
    columns = tuple(dict.fromkeys([*schema.names[:-1], *model.card.feature_names]))

    def work_for(chunk: Chunk) -> ChunkWork:
        return ChunkWork(
            chunk=chunk,
            chunks=len(chunks),
            total_rows=dataset.rows,
            model=source,
            columns=columns,
            schema=schema,
            batch_rows=settings.batch_rows,
            threads=settings.threads,
            csv=params.csv,
            folder=kept.folder,
        )

    def on_done(work: ChunkWork, result: FinishedChunk) -> None:
        finished[work.chunk.index] = result
        done = sum(chunk.rows for chunk in finished.values())
        job.progress.update(done, dataset.rows, "rows", f"predicted {done:,} of {dataset.rows:,} rows")

    print(f"{dataset.rows:,} rows in {len(chunks)} chunks, {before} of them finished by an earlier attempt", flush=True)
    map_chunks(
        predict_chunk,
        [work_for(c) for c in chunks if c.index not in finished],
        settings.concurrency or job.resources.whole_cpus,
        on_done,
    )
    in_order = [finished[chunk.index] for chunk in chunks]
    return Result(
        outputs=_place(job, kept, in_order, csv=params.csv),
        rows_in=dataset.rows,
        rows_out=sum(chunk.rows for chunk in in_order),
        salvaged=Salvaged(before, len(chunks) - before, "chunks"),
    )


def _check_signature(model: LoadedModel, dataset: Dataset, *, with_names: bool) -> pa.Schema:
    """The schema of the predictions. InvalidInput names the column that is missing, of another type, or has nulls."""
    features = {feature.name: feature.type for feature in model.card.features}
    dataset.require({ID: "int64", **features}).require_no_nulls([ID, *features])
    if NAME in dataset.schema.names:
        dataset.require({NAME: "string"})
    elif with_names:
        raise InvalidInput(f"{dataset.name}#{NAME}", "no such column", "string: the CSV holds names")
    return prediction_schema(dataset.schema)


def _place(job: Job, kept: FinishedChunks, chunks: list[FinishedChunk], *, csv: bool) -> dict[str, Output]:
    folder = Path(job.output_path(PREDICTIONS_FOLDER))
    entries = [kept.place(chunk, f"{chunk.name}.parquet", folder / f"{chunk.name}.parquet") for chunk in chunks]
    outputs: dict[str, Output] = {"predictions": dataset_output(job, PREDICTIONS_FOLDER, entries)}
    if csv:
        target = Path(job.output_path(f"{CSV_FOLDER}/{CSV_FILE}"))
        join_csv([kept.folder / f"{chunk.name}.csv" for chunk in chunks], target)
        outputs["csv"] = artifact_output(job, CSV_FOLDER)
    return outputs


if __name__ == "__main__":
    run_job(main, engine="python")
