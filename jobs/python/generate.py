"""Job `generate`: the salary pipeline's raw data, by chunks over a pool of processes.

`described` (the default) is the data set that the report describes: see `generate_described`. `published` is the
published generator's, value by value: see `generate_published`. Finished chunks stay in scratch: a retry finds them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from jobs.lib.contract import Job, Result, Salvaged, artifact_output, run_job
from jobs.lib.errors import DiskFull
from jobs.lib.params import parse_params, require

if TYPE_CHECKING:
    from jobs.lib.salvage import FinishedChunk
    from jobs.python.generate_chunk import Chunk

MAX_ROWS = 10_000_000_000  # 90 GB of Parquet; beyond it one machine is the wrong place
MAX_CHUNK_ROWS = 50_000_000
PUBLISHED_SEED = 42
# Measured on five million rows, and rounded up: what to ask of the disk before the work begins.
PARQUET_BYTES_PER_ROW = 12
CSV_BYTES_PER_ROW = 48
EARLIEST, LATEST = date(1980, 1, 1), date(2059, 1, 1)  # a sign-up day is kept in 16 bits


@dataclass(frozen=True, slots=True)
class GenerateParams:
    """What to generate.

    Attributes:
        rows: of the whole data set.
        data_date: `described`: the day the data are of; no sign-up is later. `published` has fixed dates.
        dataset: which one.
        seed: `described`: of all random draws. `published` always has 42.
        chunk_rows: rows a file.
        csv: write CSV as well.
    """

    rows: int
    data_date: date
    dataset: Literal["described", "published"] = "described"
    seed: int = 42
    chunk_rows: int = 5_000_000
    csv: bool = False

    def __post_init__(self) -> None:
        require(1 <= self.rows <= MAX_ROWS, "rows", self.rows, f"1 to {MAX_ROWS:,}")
        require(1 <= self.chunk_rows <= MAX_CHUNK_ROWS, "chunk_rows", self.chunk_rows, f"1 to {MAX_CHUNK_ROWS:,}")
        require(self.seed >= 0, "seed", self.seed, "0 or more")
        require(EARLIEST <= self.data_date <= LATEST, "data_date", str(self.data_date), f"{EARLIEST} to {LATEST}")
        published_seed = self.dataset != "published" or self.seed == PUBLISHED_SEED
        require(published_seed, "seed", self.seed, f"{PUBLISHED_SEED}, which the published generator sets itself")


@dataclass(frozen=True, slots=True)
class GenerateSettings:
    """How to generate; the same bytes whatever stands here.

    Attributes:
        concurrency: processes at once; 0: one a CPU. A worker holds about 0.2 GB.
        batch_rows: rows turned into Arrow at once, at most. Hardly changes what a worker holds.
    """

    concurrency: int = 0
    batch_rows: int = 250_000

    def __post_init__(self) -> None:
        require(self.concurrency >= 0, "concurrency", self.concurrency, "0 or more")
        require(self.batch_rows >= 1, "batch_rows", self.batch_rows, "1 or more")


def main(job: Job) -> Result:
    """Finds finished chunks, makes the others, puts all into the output."""
    params = parse_params(GenerateParams, job.params)
    settings = parse_params(GenerateSettings, job.settings, "settings")

    # Only now the heavy imports: a wrong parameter is told within a tenth of a second.
    from jobs.lib.chunks import map_chunks
    from jobs.python.generate_chunk import make_chunk

    chunks = plan_chunks(params, settings.batch_rows, job.scratch_path("chunks"))
    job.progress.update(0, params.rows, "rows", "looking for finished chunks")
    finished = {chunk: found for chunk in chunks if (found := chunk.store.find(chunk.name))}
    missing = [chunk for chunk in chunks if chunk not in finished]
    before = len(finished)
    _require_disk(job, params, sum(chunk.rows for chunk in missing))

    def report(chunk: Chunk, made: FinishedChunk) -> None:
        finished[chunk] = made
        rows = sum(one.rows for one in finished)
        job.progress.update(rows, params.rows, "rows", f"{len(finished)} of {len(chunks)} chunks")

    workers = settings.concurrency or job.resources.whole_cpus
    map_chunks(make_chunk, missing, workers, report)
    return Result(
        outputs=_place(job, params, [(chunk, finished[chunk]) for chunk in chunks]),
        rows_in=params.rows,
        rows_out=sum(one.rows for one in finished.values()),
        values={"source": params.dataset, "noiseFloor": _noise_floor(params)},
        metrics={"concurrency": min(workers, max(1, len(missing)))},
        salvaged=Salvaged(before, len(missing), "chunks"),
    )


def plan_chunks(params: GenerateParams, batch_rows: int, scratch: str) -> list[Chunk]:
    """The chunks of the data set, in order."""
    from jobs.python.generate_chunk import Chunk

    return [
        Chunk(
            index=index,
            start=start,
            stop=min(start + params.chunk_rows, params.rows),
            dataset=params.dataset,
            seed=params.seed,
            data_date=params.data_date,
            csv=params.csv,
            batch_rows=batch_rows,
            scratch=scratch,
        )
        for index, start in enumerate(range(0, params.rows, params.chunk_rows))
    ]


def _place(job: Job, params: GenerateParams, chunks: list[tuple[Chunk, FinishedChunk]]) -> dict[str, Any]:
    from jobs.lib.datasets import dataset_output

    raw = [
        chunk.store.place(made, chunk.parquet_name, job.output / "raw" / chunk.parquet_name) for chunk, made in chunks
    ]
    outputs: dict[str, Any] = {"dataset": dataset_output(job, "raw", raw)}
    if params.csv:
        csv = [chunk.store.place(made, chunk.csv_name, job.output / "csv" / chunk.csv_name) for chunk, made in chunks]
        outputs["csv"] = artifact_output(job, "csv", csv)
    return outputs


def _require_disk(job: Job, params: GenerateParams, rows: int) -> None:
    needed_bytes = rows * (PARQUET_BYTES_PER_ROW + (CSV_BYTES_PER_ROW if params.csv else 0))
    free_bytes = shutil.disk_usage(job.scratch).free
    if needed_bytes > free_bytes:
        raise DiskFull(str(job.scratch), needed_bytes, free_bytes)


def _noise_floor(params: GenerateParams) -> dict[str, float] | None:
    from jobs.python.generate_described import noise_floor

    return noise_floor() if params.dataset == "described" else None


if __name__ == "__main__":
    run_job(main, engine="python")
