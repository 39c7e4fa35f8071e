"""Stage `train` of the air-quality pipeline: a linear model and gradient boosting; the better one is the candidate.

Which one is better is seen on the last part of the training period, which neither was fitted on; the test period is
never looked at. The winner is then fitted on all of the training.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from jobs.lib.contract import InvalidInput, Job, Result, artifact_output, run_job
from jobs.lib.datasets import Dataset
from jobs.lib.params import parse_params, require
from jobs.ray.candidate import Candidate, write_candidate
from jobs.ray.series_models import LEARNERS, Rows, SeriesLearner
from jobs.ray.survey import survey
from jobs.ray.training_columns import require_columns

FEWEST_ROWS = 20
CANDIDATE_FOLDER = "candidate"


@dataclass(frozen=True, slots=True)
class TrainParams:
    """Stage parameters: part of the stage key.

    Attributes:
        target: the column to predict.
        features: the columns to predict it from, in model order.
        learners: the families to compare.
        validation_share: the last share of the rows, in time, on which they are compared.
        seed: of every draw.
    """

    target: str
    features: tuple[str, ...]
    learners: tuple[Literal["linear", "lightgbm"], ...]
    validation_share: float
    seed: int

    def __post_init__(self) -> None:
        require(0 < self.validation_share < 1, "validation_share", self.validation_share, "above 0 and below 1")
        require_columns(self)
        require(bool(self.learners), "learners", [], "at least one")
        require(len(set(self.learners)) == len(self.learners), "learners", self.learners, "each learner once")


def main(job: Job) -> Result:
    """Runs one attempt."""
    params = parse_params(TrainParams, job.params)
    source = job.dataset("train")
    train = Dataset.open(source, "inputs.train").require_rows()
    train.require({"id": "int64", **dict.fromkeys((*params.features, params.target), "double")})
    rows = _rows_in_order(train, params)
    last = round(len(rows) * params.validation_share)
    if not 1 <= last <= len(rows) - FEWEST_ROWS:
        raise InvalidInput("inputs.train", f"{len(rows)} rows", f"enough for {FEWEST_ROWS} to fit and 1 to validate")
    fit, validation = rows.slice(0, len(rows) - last), rows.slice(len(rows) - last, len(rows))

    scores: list[dict[str, Any]] = []
    tried: list[tuple[float, SeriesLearner, dict[str, Any]]] = []
    for number, name in enumerate(params.learners):
        job.progress.update(number, len(params.learners), "trials", f"fitting {name}")
        learner = LEARNERS[name](params.features, params.seed)
        found, mse = learner.choose(fit, validation)
        tried.append((mse, learner, found))
        scores.append({"learner": name, "validationRmse": math.sqrt(mse), "params": found})
        print(f"{name}: rmse {math.sqrt(mse):.3f} on the last {last} training rows", flush=True)
    _, best, chosen = min(tried, key=lambda one: one[0])

    survey_folder = job.scratch / "survey"
    survey_folder.mkdir(parents=True, exist_ok=True)
    write_candidate(
        Candidate(best.fit(rows, chosen), best.model_format, best.name, chosen, params.seed),
        job.output / CANDIDATE_FOLDER,
        train=train,
        manifest_sha256=source.manifest_sha256,
        params=params,
        survey=survey(train, params, survey_folder, lambda _: None),
    )
    return Result(
        outputs={"candidate": artifact_output(job, CANDIDATE_FOLDER)},
        values={"learner": best.name, "scores": scores, "trainRows": len(rows), "validationRows": last},
        rows_in=train.rows,
        rows_out=train.rows,
    )


def _rows_in_order(train: Dataset, params: TrainParams) -> Rows:
    """All rows, oldest first: a few thousand days of some columns."""
    names = ["id", *params.features, params.target]
    table = pa.Table.from_batches(list(train.require_no_nulls(names).batches(names, 100_000))).sort_by("id")
    matrix = np.column_stack([table[name].to_numpy() for name in params.features])
    return Rows(matrix, table[params.target].to_numpy())


if __name__ == "__main__":
    run_job(main, engine="python")
