"""The tune job: searches for the best model on Ray and writes it as a model folder.

Input `train` (data set), output `candidate` (model folder). Two searches: `report-grid`, the published report's 24
fits, and `optuna`, the default, on any number of rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jobs.lib.contract import InvalidInput, Result, artifact_output, run_job
from jobs.lib.params import parse_params
from jobs.ray.ray_cluster import require_ray
from jobs.ray.training_data import open_training, surveyed
from jobs.ray.tune_params import TuneParams, TuneSettings

if TYPE_CHECKING:
    from jobs.lib.job import Job

# Forests hold all rows in memory, and without a depth limit nearly as many leaves: 100 trees take about 1 GB here.
MOST_GRID_ROWS = 200_000


def main(job: Job) -> Result:
    """Runs one attempt."""
    params = parse_params(TuneParams, job.params)
    settings = parse_params(TuneSettings, job.settings, "settings")
    train = open_training(job, params)
    if params.search == "report-grid" and train.rows > MOST_GRID_ROWS:
        raise InvalidInput(
            train.name,
            f"{train.rows:,} rows",
            f"at most {MOST_GRID_ROWS:,} for search report-grid, whose forests hold all rows in memory; "
            "search optuna takes any number, split report takes a sample",
        )
    require_ray()
    found = surveyed(job, train, params)
    # These modules import Ray, which an environment without it must be told of before.
    if params.search == "report-grid":
        from jobs.ray.report_grid import search_report_grid

        outcome = search_report_grid(job, params, settings, train)
    else:
        from jobs.ray.optuna_search import search_with_optuna

        outcome = search_with_optuna(job, params, settings, found)
    from jobs.ray.candidate import write_candidate

    candidate = outcome.candidate
    write_candidate(
        candidate,
        job.output / "candidate",
        train=train,
        manifest_sha256=job.dataset("train").manifest_sha256,
        params=params,
        survey=found,
    )
    sampled = candidate.sampled
    best = {"learner": candidate.learner, "params": candidate.params, "score": outcome.score}
    return Result(
        outputs={"candidate": artifact_output(job, "candidate")},
        rows_in=train.rows,
        rows_out=train.rows,
        values={
            "search": params.search,
            "trials": len(outcome.trials),
            "best": best,
            "trainRows": train.rows,
            "trialsTable": outcome.trials,
            "sampled": sampled and {"share": sampled.share, "rows": sampled.rows},
        },
        metrics={"rmse": math.sqrt(outcome.score), "mse": outcome.score},
        salvaged=outcome.salvaged,
    )


if __name__ == "__main__":
    run_job(main, engine="ray")
