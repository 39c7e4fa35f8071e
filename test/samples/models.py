"""Small real models of each format over an employee table, for the tests of everything that handles models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from jobs.lib.model import LoadedModel, golden_predictions, save_model
from jobs.lib.model_card import Feature, FeatureProfile, ModelCard, ModelFormat, TrainingSnapshot
from jobs.lib.model_features import Values

FEATURES = (Feature("age", "int64"), Feature("is_active", "bool"), Feature("tenure_days", "int64"))
TREES = 20
ACTIVE_SHARE = 0.7


def employees(rows: int, seed: int) -> dict[str, Values]:
    """Feature columns and `salary`, which rises with age."""
    draws = np.random.default_rng(seed)
    age = draws.integers(18, 81, rows)
    return {
        "age": age,
        "is_active": draws.random(rows) < ACTIVE_SHARE,
        "tenure_days": draws.integers(0, 3650, rows),
        "salary": 30_000.0 + 900.0 * age + draws.normal(0, 5_000, rows),
    }


def profile(values: Values) -> FeatureProfile:
    """How `values` look, with their quartiles."""
    numbers = values.astype(np.float64)
    quantiles = {str(q): float(np.quantile(numbers, q)) for q in (0.25, 0.5, 0.75)}
    return FeatureProfile(float(numbers.min()), float(numbers.max()), float(numbers.mean()), quantiles)


def train(model_format: ModelFormat, table: Mapping[str, Values]) -> object:
    """A small model of the format, fitted on `table`."""
    names = [feature.name for feature in FEATURES]
    matrix = np.column_stack([table[name].astype(np.float64) for name in names])
    match model_format:
        case "lightgbm-text":
            import lightgbm as lgb

            data = lgb.Dataset(matrix, table["salary"], feature_name=names)
            return lgb.train({"objective": "regression", "verbose": -1, "num_threads": 1, "seed": 1}, data, TREES)
        case "xgboost-json":
            import xgboost as xgb

            return xgb.train(
                {"seed": 1, "nthread": 1}, xgb.DMatrix(matrix, table["salary"], feature_names=names), TREES
            )
        case "sklearn-skops":
            from sklearn.ensemble import RandomForestRegressor
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler

            forest = RandomForestRegressor(n_estimators=TREES, max_depth=10, random_state=42, n_jobs=-1)
            return make_pipeline(StandardScaler(), forest).fit(matrix, table["salary"])


def saved_model(model_format: ModelFormat, folder: Path, seed: int = 7) -> LoadedModel:
    """A trained model, saved in `folder`."""
    table = employees(2_000, seed)
    model = train(model_format, table)
    golden = golden_predictions(model, model_format, {f.name: table[f.name][:5] for f in FEATURES}, folder.parent)
    card = ModelCard(
        format=model_format,
        learner=model_format.split("-")[0],
        features=FEATURES,
        target="salary",
        params={"trees": TREES},
        seed=42,
        training_snapshot=TrainingSnapshot("0" * 64, 2_000),
        versions={"numpy": np.__version__},
        target_mean=float(np.mean(table["salary"])),
        golden=golden,
        training_profile={f.name: profile(table[f.name]) for f in FEATURES},
    )
    return save_model(folder, model, card)
