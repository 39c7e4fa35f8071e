"""Learners by name. A new one is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from jobs.lib.lean_import import import_lean

if TYPE_CHECKING:
    from jobs.ray.learners.learner import Learner
    from jobs.ray.tune_params import LearnerName


def learner_named(name: LearnerName) -> Learner:
    """The learner. Its library is imported now, and only its own: each costs a trial's process memory and a second."""
    match name:
        case "lightgbm":
            import_lean("lightgbm-text")
            from jobs.ray.learners.lightgbm_trees import GradientBoosting

            return GradientBoosting()
        case "random-forest":
            import_lean("lightgbm-text")
            from jobs.ray.learners.lightgbm_trees import RandomForest

            return RandomForest()
        case "xgboost":
            import_lean("xgboost-json")
            from jobs.ray.learners.xgboost_trees import XgboostTrees

            return XgboostTrees()
        case _:
            assert_never(name)
