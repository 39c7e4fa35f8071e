"""Stage `store`: a candidate that won becomes a model folder, checked once more in this fresh process.

Nothing of the tuning process is left here: what loads and repeats its golden predictions is what production will load.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jobs.lib.contract import Job, Result, model_output, run_job
from jobs.lib.model import load_model
from jobs.lib.model_card import write_card
from jobs.lib.model_formats import adapter_for
from jobs.lib.model_input import open_model
from jobs.lib.params import parse_params, require

MODEL_FOLDER = "model"
NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")  # it becomes a folder of the model store


@dataclass(frozen=True, slots=True)
class StoreParams:
    """What to store.

    Attributes:
        name: of the model in the store.
        evaluation: metrics beside their baselines, as the stage `evaluate` gave them; kept in the card.
    """

    name: str
    evaluation: dict[str, Any]

    def __post_init__(self) -> None:
        allowed = "lower-case letters, digits and hyphens, a letter first, 63 at most"
        require(NAME.fullmatch(self.name) is not None, "name", self.name, allowed)


def main(job: Job) -> Result:
    """Checks the candidate, copies its file and completes its card. The same candidate gives the same bytes."""
    params = parse_params(StoreParams, job.params)
    source = job.artifact("candidate")
    candidate = open_model(source, "inputs.candidate")
    folder = Path(job.output_path(MODEL_FOLDER))
    folder.mkdir()
    file_name = adapter_for(candidate.card.format).file_name
    shutil.copyfile(candidate.folder / file_name, folder / file_name)
    write_card(folder, replace(candidate.card, metrics=params.evaluation, candidate_sha256=source.manifest_sha256))
    load_model(folder)
    print(f"stored {params.name}: {candidate.card.learner}, {len(candidate.card.features)} features, golden rows equal")
    return Result(outputs={"model": model_output(job, MODEL_FOLDER, params.name)}, rows_in=0, rows_out=0)


if __name__ == "__main__":
    run_job(main, engine="python")
