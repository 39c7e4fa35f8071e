"""The train-forest job: one large random forest, the way that the published report's training ran out of memory.

Input `train` (data set), output `candidate` (model folder). `collect` decides how: all rows as one frame in this
process, as the report's `toPandas()` had them, or streamed, with memory that does not grow with the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from jobs.lib.contract import Job, Result, Salvaged, artifact_output, run_job
from jobs.lib.params import parse_params, require
from jobs.ray.candidate import Candidate, write_candidate
from jobs.ray.training_columns import require_columns
from jobs.ray.training_data import open_training, surveyed
from jobs.ray.tune_params import MAX_BINS, require_coarseness

MOST_TREES = 10_000
FEWEST_LEAVES = 2


@dataclass(frozen=True, slots=True)
class ForestParams:
    """Stage parameters: part of the stage key.

    Attributes:
        trees: in the forest.
        leaves: of each tree, at most; it grows where that helps most.
        seed: of every draw.
        target: the column to predict.
        features: the columns to predict it from, in model order.
    """

    target: str
    features: tuple[str, ...]
    trees: int = 500
    leaves: int = 255
    seed: int = 42

    def __post_init__(self) -> None:
        require(1 <= self.trees <= MOST_TREES, "trees", self.trees, f"1 to {MOST_TREES}")
        require(self.leaves >= FEWEST_LEAVES, "leaves", self.leaves, f"{FEWEST_LEAVES} or more")
        require_columns(self)


@dataclass(frozen=True, slots=True)
class ForestSettings:
    """Levers.

    Attributes:
        collect: gather all rows in this process and fit scikit-learn's forest on them; else stream them.
        threads: of the fit; 0 is one a CPU.
        histogram_bins: histogram bins a feature of the streamed forest.
        sample_share: of the rows that the streamed forest is fitted on; said in the result when it is not all of them.
    """

    collect: bool = True
    threads: int = 0
    histogram_bins: int = MAX_BINS
    sample_share: float = 1.0

    def __post_init__(self) -> None:
        require(self.threads >= 0, "threads", self.threads, "0 or more")
        require_coarseness(self.histogram_bins, self.sample_share)


def main(job: Job) -> Result:
    """Runs one attempt."""
    params = parse_params(ForestParams, job.params)
    settings = parse_params(ForestSettings, job.settings, "settings")
    train = open_training(job, params)
    threads = settings.threads or job.resources.whole_cpus

    candidate: Candidate
    salvaged: Salvaged | None = None
    if settings.collect:
        from jobs.ray.forest_collected import fit_collected

        candidate = fit_collected(job, params, train, threads)
    else:
        from jobs.ray.forest_streamed import fit_streamed

        candidate, salvaged = fit_streamed(job, params, settings, surveyed(job, train, params))
    write_candidate(
        candidate,
        job.output / "candidate",
        train=train,
        manifest_sha256=job.dataset("train").manifest_sha256,
        params=params,
        survey=surveyed(job, train, params),
    )
    sampled = candidate.sampled
    return Result(
        outputs={"candidate": artifact_output(job, "candidate")},
        rows_in=train.rows,
        rows_out=train.rows,
        values={
            "trees": params.trees,
            "trainRows": train.rows,
            "collected": settings.collect,
            "sampled": sampled and {"share": sampled.share, "rows": sampled.rows},
        },
        salvaged=salvaged,
    )


if __name__ == "__main__":
    run_job(main, engine="python")
