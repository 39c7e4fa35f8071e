"""The table says exactly what the model says, and steps aside where it would not pay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from jobs.lib.errors import InvalidInput
from jobs.lib.model import LoadedModel
from jobs.lib.model_card import FORMATS, Feature, FeatureProfile, ModelFormat
from jobs.lib.prediction_table import PredictionTable
from test.samples.models import employees, saved_model

MANY_ROWS = 10_000_000


def batch_of(rows: int, seed: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({name: pa.array(values) for name, values in employees(rows, seed).items()})


def table_of(model: LoadedModel) -> PredictionTable:
    table = PredictionTable.covering(model, threads=1, rows=MANY_ROWS)
    assert table is not None
    return table


@pytest.mark.parametrize("model_format", FORMATS)
def test_every_prediction_equals_the_models_own_to_the_last_bit(model_format: ModelFormat, tmp_path: Path) -> None:
    model = saved_model(model_format, tmp_path)
    table = table_of(model)
    for seed in (1, 2):
        batch = batch_of(5_000, seed)
        np.testing.assert_array_equal(table.predict(batch), model.predict(batch))


def test_rows_outside_the_training_ranges_are_asked_of_the_model(tmp_path: Path) -> None:
    model = saved_model("lightgbm-text", tmp_path)
    far = np.iinfo(np.int64)
    ages = pa.array([17, 18, 80, 81, -5, far.min, far.max, 40])
    batch = pa.RecordBatch.from_pydict(
        {"age": ages, "is_active": pa.array([True] * 8), "tenure_days": pa.array([9_999, *range(7)])}
    )
    np.testing.assert_array_equal(table_of(model).predict(batch), model.predict(batch))


def test_nulls_are_refused_as_by_the_model(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pydict(
        {"age": pa.array([1, None]), "is_active": pa.array([True] * 2), "tenure_days": pa.array([1, 2])}
    )
    with pytest.raises(InvalidInput, match=r"batch#age.*1 nulls"):
        table_of(saved_model("lightgbm-text", tmp_path)).predict(batch)


def test_there_is_no_table_where_it_would_not_pay(tmp_path: Path) -> None:
    model = saved_model("lightgbm-text", tmp_path)
    card = model.card
    wide = FeatureProfile(0, 1e9, 5e8, {})
    fractional = (Feature("age", "double"), *card.features[1:])
    assert PredictionTable.covering(model, 1, rows=1_000) is None
    assert PredictionTable.covering(replace(model, card=replace(card, training_profile={})), 1, MANY_ROWS) is None
    assert PredictionTable.covering(replace(model, card=replace(card, features=fractional)), 1, MANY_ROWS) is None
    too_wide = replace(card, training_profile={**card.training_profile, "tenure_days": wide})
    assert PredictionTable.covering(replace(model, card=too_wide), 1, MANY_ROWS) is None
