"""A forest on rows streamed into a binned form, grown in groups of trees that each outlive a failed attempt."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from jobs.lib.contract import Salvaged
from jobs.lib.salvage import FinishedChunks
from jobs.ray.candidate import Candidate
from jobs.ray.learners.learner import Workspace
from jobs.ray.learners.registry import learner_named
from jobs.ray.sample import draw_sample, sample_of

if TYPE_CHECKING:
    import lightgbm as lgb

    from jobs.lib.job import Job
    from jobs.ray.survey import Survey
    from jobs.ray.train_forest import ForestParams, ForestSettings

TREES_A_GROUP = 25
BAG_SHARE = 0.632  # 1 - 1/e: the share of different rows in a bootstrap sample, which is what scikit-learn's trees see


def fit_streamed(job: Job, params: ForestParams, settings: ForestSettings, found: Survey) -> tuple[Candidate, Salvaged]:
    """Grows the groups that no earlier attempt finished and joins all of them.

    A group depends on the data, its number and the seed; with other bins or a sample than an earlier attempt's only
    the groups still to be grown are grown so.
    """
    survey = draw_sample(found, settings.sample_share)
    groups = -(-params.trees // TREES_A_GROUP)
    kept = FinishedChunks(job.scratch / "trees")
    names = [f"group-{number:04d}" for number in range(groups)]
    missing = [number for number, name in enumerate(names) if kept.find(name) is None]
    if missing:
        _grow(job, params, settings, survey, missing=missing, names=names)
    texts = [(kept.folder / f"{name}.txt").read_bytes() for name in names]
    candidate = Candidate(
        model=_joined(texts),
        model_format="lightgbm-text",
        learner="random-forest",
        params={
            "trees": params.trees,
            "leaves": params.leaves,
            "bagShare": BAG_SHARE,
            "histogramBins": settings.histogram_bins,
        },
        seed=params.seed,
        sampled=sample_of(survey.training_rows),
    )
    return candidate, Salvaged(groups - len(missing), len(missing), "trials")


def _grow(
    job: Job, params: ForestParams, settings: ForestSettings, survey: Survey, *, missing: list[int], names: list[str]
) -> None:
    # Read when LightGBM is loaded: idle threads sleep instead of spinning, which slows a busy machine down.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    learner_named("random-forest")  # imports LightGBM lean, before the modules below import it whole
    from jobs.ray.learners.lightgbm_rows import bin_all
    from jobs.ray.learners.lightgbm_trees import RandomForest

    def tell(done: int, first_tree: int, tree: int) -> None:
        job.progress.update(done, len(names), "trials", f"tree {first_tree + tree} of {params.trees}")

    found = len(names) - len(missing)
    job.progress.update(found, len(names), "trials", "binning the training rows")
    kept = FinishedChunks(job.scratch / "trees")
    threads = settings.threads or job.resources.whole_cpus
    workspace = Workspace(job.scratch, settings.histogram_bins, threads, params.seed)
    fits = RandomForest().fits_on(bin_all(survey.training_rows, workspace), workspace)
    levers = {"histogramBins": settings.histogram_bins, "sampleShare": survey.training_rows.share}
    for done, number in enumerate(missing, found):
        first_tree = number * TREES_A_GROUP
        fit = fits.start({"num_leaves": params.leaves, "bagging_fraction": BAG_SHARE, "seed": params.seed + number})
        fit.advance(min(TREES_A_GROUP, params.trees - first_tree), partial(tell, done, first_tree))
        file = f"{names[number]}.txt"
        kept.temporary_path(file).write_bytes(fit.to_bytes())
        kept.keep(names[number], {file: None}, levers)


def _joined(texts: list[bytes]) -> lgb.Booster:
    """One forest of the trees of all; it predicts their mean, as each of them does its own trees'."""
    learner_named("random-forest")
    import lightgbm as lgb
    from lightgbm import basic

    forest, *others = [lgb.Booster(model_str=text.decode()) for text in texts]
    for other in others:
        # LGBM_BoosterMerge of LightGBM's C API (c_api.h, 4.7), which its Python package loads but does not wrap.
        merged = basic._LIB.LGBM_BoosterMerge(forest._handle, other._handle)  # type: ignore[attr-defined]  # noqa: SLF001
        basic._safe_call(merged)  # noqa: SLF001 - raises LightGBM's own error
    return forest
