"""The train job of a series, as a process."""

import numpy as np
import pyarrow as pa
import pytest

from jobs.lib.model import load_model
from test.samples.stages import publish_dataset, run_stage

PARAMS = {
    "target": "no2",
    "features": ["wind", "temp"],
    "learners": ["linear", "lightgbm"],
    "validationShare": 0.2,
    "seed": 42,
}


def series(rows, shape):
    draws = np.random.default_rng(5)
    wind, temp = draws.uniform(0, 8, rows), draws.uniform(-10, 30, rows)
    no2 = shape(wind, temp) + draws.normal(0, 1, rows)
    return pa.table({"id": pa.array(np.arange(rows)), "wind": wind, "temp": temp, "no2": no2})


def straight(wind, temp):
    return 80 - 6 * wind - 0.5 * temp


def curved(wind, temp):
    return 80 / (1 + wind) + np.abs(temp - 10)


def train(folder, table, **changes):
    inputs = {"train": publish_dataset(folder / "train", [table])}
    return run_stage("../ray/train", folder, inputs, {**PARAMS, **changes})


@pytest.mark.parametrize(("shape", "winner"), [(straight, "linear"), (curved, "lightgbm")])
def test_the_model_that_does_better_on_the_last_training_days_is_the_candidate(shape, winner, tmp_path):
    done = train(tmp_path, series(600, shape))
    assert done.exit_code == 0, done.error
    values = done.result["values"]
    scores = {one["learner"]: one["validationRmse"] for one in values["scores"]}
    assert values["learner"] == winner == min(scores, key=scores.get)
    assert (values["trainRows"], values["validationRows"]) == (600, 120)
    card = load_model(done.folder / "output/candidate").card
    assert (card.learner, card.target, card.feature_names) == (winner, "no2", ["wind", "temp"])
    assert card.training_snapshot.rows == 600


def test_the_same_rows_in_another_order_give_the_same_bytes(tmp_path):
    table = series(400, curved)
    shuffled = table.take(np.random.default_rng(1).permutation(len(table)))
    first, second = train(tmp_path / "a", table), train(tmp_path / "b", shuffled)
    model = "output/candidate/model.txt"
    assert (first.folder / model).read_bytes() == (second.folder / model).read_bytes()


def test_choosing_sees_only_what_comes_before_the_validation_days(tmp_path):
    """The last fifth follows another law: whoever had been fitted on it would do well there."""
    table = series(500, straight)
    no2 = table["no2"].to_numpy().copy()
    no2[400:] += 50
    changed = table.set_column(table.schema.get_field_index("no2"), "no2", pa.array(no2))
    scores = train(tmp_path, changed).result["values"]["scores"]
    assert all(one["validationRmse"] > 40 for one in scores)


@pytest.mark.parametrize(
    ("rows", "changes", "message"),
    [
        (15, {}, "inputs.train: found '15 rows', allowed: enough for 20 to fit"),
        (200, {"features": ["fog"]}, "inputs.train#fog: found 'no such column'"),
        (200, {"learners": ["magic"]}, "params.learners[0]: found 'magic', allowed: 'linear' or 'lightgbm'"),
        (200, {"features": ["no2"]}, "params.features: found ('no2',), allowed: columns other than no2"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(rows, changes, message, tmp_path):
    done = train(tmp_path, series(rows, straight), **changes)
    assert done.exit_code == 2
    assert message in done.error["message"]
