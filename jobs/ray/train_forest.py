"""The train-forest job: one large random forest, the way that the published report's training ran out of memory.

Input `train` (data set), output `candidate` (model folder). `collect` decides how: all rows as one frame in this
process, as the report's `toPandas()` had them, or streamed, with memory that does not grow with the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from jobs.lib.contract import Job, Result, Salvaged, artifact_output, run_job
from jobs.lib.datasets import Dataset
from jobs.lib.model_card import FEATURE_TYPES
from jobs.lib.params import parse_params, require
from jobs.ray.candidate import Candidate, write_candidate
from jobs.ray.survey import Survey, survey
from jobs.ray.survey_file import remembered_survey
from jobs.ray.tune_params import MAX_BINS, MIN_BINS

TARGET_TYPES = tuple(one for one in FEATURE_TYPES if one != "bool")
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
        require(0 <= self.seed < 2**31, "seed", self.seed, "0 to 2147483647")
        require(bool(self.features), "features", [], "at least one column")
        require(len(set(self.features)) == len(self.features), "features", self.features, "each column once")
        require(self.target not in self.features, "features", self.features, f"columns other than {self.target}")


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
        bins = self.histogram_bins
        require(self.threads >= 0, "threads", self.threads, "0 or more")
        require(MIN_BINS <= bins <= MAX_BINS, "histogram_bins", bins, f"{MIN_BINS} to {MAX_BINS}")
        require(0 < self.sample_share <= 1, "sample_share", self.sample_share, "more than 0, at most 1")


def main(job: Job) -> Result:
    """Runs one attempt."""
    params = parse_params(ForestParams, job.params)
    settings = parse_params(ForestSettings, job.settings, "settings")
    source = job.dataset("train")
    train = Dataset.open(source, "inputs.train").require_rows()
    train.require({**dict.fromkeys(params.features, FEATURE_TYPES), params.target: TARGET_TYPES})
    threads = settings.threads or job.resources.whole_cpus

    def surveyed() -> Survey:
        return remembered_survey(
            job.scratch / "survey",
            lambda folder: survey(
                train,
                params,
                folder,
                lambda rows: job.progress.update(rows, train.rows, "rows", "reading the training rows"),
            ),
        )

    candidate: Candidate
    salvaged: Salvaged | None = None
    if settings.collect:
        from jobs.ray.forest_collected import fit_collected

        candidate = fit_collected(job, params, train, threads)
    else:
        from jobs.ray.forest_streamed import fit_streamed

        candidate, salvaged = fit_streamed(job, params, settings, surveyed())
    write_candidate(
        candidate,
        job.output / "candidate",
        train=train,
        manifest_sha256=source.manifest_sha256,
        params=params,
        survey=surveyed(),
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
