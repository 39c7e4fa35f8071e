"""Model folders survive the disk, and one that was touched is refused with the reason."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import skops.io
from sklearn.gaussian_process import GaussianProcessRegressor

from jobs.lib.errors import InvalidInput
from jobs.lib.model import golden_predictions, load_model, save_model
from jobs.lib.model_card import CARD_FILE, FORMATS, ModelFormat, write_card
from jobs.lib.model_formats import adapter_for
from test.samples.models import FEATURES, employees, saved_model, train

each_format = pytest.mark.parametrize("model_format", FORMATS)


def edit_card(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    card = json.loads((folder / CARD_FILE).read_text())
    edit(card)
    (folder / CARD_FILE).write_text(json.dumps(card))


@each_format
def test_a_saved_model_predicts_as_the_model_in_memory(model_format: ModelFormat, tmp_path: Path) -> None:
    saved_model(model_format, tmp_path / "m")
    table = employees(500, seed=1)
    batch = pa.RecordBatch.from_pydict({name: pa.array(values) for name, values in table.items()})
    matrix = np.column_stack([table[f.name].astype(np.float64) for f in FEATURES])
    in_memory = train(model_format, employees(2_000, seed=7))
    match model_format:
        case "xgboost-json":
            expected = in_memory.inplace_predict(matrix)  # type: ignore[attr-defined]  # the fixture gives object
        case _:
            expected = in_memory.predict(matrix)  # type: ignore[attr-defined]  # the fixture gives object
    loaded = load_model(tmp_path / "m")
    np.testing.assert_allclose(loaded.predict(batch), expected, rtol=1e-12)
    np.testing.assert_array_equal(loaded.predict(table, threads=2), loaded.predict(batch))


@each_format
def test_the_same_model_gives_the_same_bytes(model_format: ModelFormat, tmp_path: Path) -> None:
    for name in ("a", "b"):
        saved_model(model_format, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 2
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@each_format
def test_a_card_survives_the_disk(model_format: ModelFormat, tmp_path: Path) -> None:
    saved = saved_model(model_format, tmp_path / "m")
    write_card(tmp_path, saved.card)
    assert (tmp_path / CARD_FILE).read_bytes() == (tmp_path / "m" / CARD_FILE).read_bytes()
    assert load_model(tmp_path / "m").card == saved.card


@each_format
def test_a_truncated_model_file_is_refused(model_format: ModelFormat, tmp_path: Path) -> None:
    saved_model(model_format, tmp_path)
    path = tmp_path / adapter_for(model_format).file_name
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidInput, match=rf"{path.name}: found .* bytes.*allowed: .* bytes"):
        load_model(tmp_path)


@each_format
def test_a_model_file_changed_in_one_byte_is_refused(model_format: ModelFormat, tmp_path: Path) -> None:
    saved_model(model_format, tmp_path)
    path = tmp_path / adapter_for(model_format).file_name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=rf"{path.name}: found .sha256"):
        load_model(tmp_path)


@each_format
def test_a_damaged_file_with_a_matching_card_is_still_refused(model_format: ModelFormat, tmp_path: Path) -> None:
    saved_model(model_format, tmp_path / "m")
    path = tmp_path / "m" / adapter_for(model_format).file_name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    rewrite_file_entry(tmp_path / "m", path)
    with pytest.raises(InvalidInput, match=path.name):
        load_model(tmp_path / "m")


def rewrite_file_entry(folder: Path, path: Path) -> None:
    """What somebody would do who wants a changed file to pass: put its size and hash into the card."""
    import hashlib

    entry = {"path": path.name, "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    edit_card(folder, lambda card: card.update(file=entry))


@each_format
def test_another_model_behind_the_same_card_fails_its_golden_predictions(
    model_format: ModelFormat, tmp_path: Path
) -> None:
    saved_model(model_format, tmp_path / "m")
    saved_model(model_format, tmp_path / "other", seed=8)
    path = tmp_path / "m" / adapter_for(model_format).file_name
    path.write_bytes((tmp_path / "other" / path.name).read_bytes())
    rewrite_file_entry(tmp_path / "m", path)
    with pytest.raises(InvalidInput, match=r"golden\[0\]\.prediction"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card["golden"][3].update(prediction=1.0), r"golden\[3\]\.prediction"),
        (lambda card: card["golden"].pop(), r"golden: found .4 predictions"),
        (lambda card: card["golden"][1]["features"].pop("age"), r"golden\[1\]\.features"),
        (lambda card: card["features"].reverse(), "features"),
        (lambda card: card["features"].pop(), "golden"),
        (lambda card: card["features"][0].update(type="string"), r"features\[0\]\.type"),
        (lambda card: card.update(format="pickle"), "format"),
        (lambda card: card.update(format="xgboost-json"), "file"),
        (lambda card: card.update(version=2), "version"),
        (lambda card: card["file"].update(path="../model.txt"), r"model\.json\.file"),
        (lambda card: card.pop("targetMean"), "targetMean"),
        (lambda card: card.update(seed="42"), "seed"),
        (lambda card: card["trainingProfile"]["age"].update(mean=None), r"trainingProfile\.age\.mean"),
    ],
)
def test_an_altered_card_is_refused_by_the_name_of_the_field(
    edit: Callable[[dict[str, Any]], None], message: str, tmp_path: Path
) -> None:
    saved_model("lightgbm-text", tmp_path)
    edit_card(tmp_path, edit)
    with pytest.raises(InvalidInput, match=message):
        load_model(tmp_path)


def test_a_folder_without_card_or_with_a_broken_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        load_model(tmp_path)
    (tmp_path / CARD_FILE).write_text('{"version": 1,')
    with pytest.raises(InvalidInput, match="not JSON"):
        load_model(tmp_path)


def test_a_model_whose_file_is_gone_is_refused(tmp_path: Path) -> None:
    saved_model("lightgbm-text", tmp_path)
    (tmp_path / "model.txt").unlink()
    with pytest.raises(InvalidInput, match=r"model\.txt.*no such file"):
        load_model(tmp_path)


def test_a_model_with_other_feature_names_than_its_card_is_not_saved(tmp_path: Path) -> None:
    saved = saved_model("lightgbm-text", tmp_path / "m")
    renamed = replace(FEATURES[0], name="years")
    golden = tuple(
        replace(g, features={"years" if n == "age" else n: v for n, v in g.features.items()}) for g in saved.card.golden
    )
    card = replace(saved.card, features=(renamed, *FEATURES[1:]), golden=golden)
    with pytest.raises(InvalidInput, match="as the model file has them"):
        save_model(tmp_path / "n", train("lightgbm-text", employees(2_000, 7)), card)


@each_format
def test_a_model_of_another_library_is_not_saved(model_format: ModelFormat, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"model: found .builtins\.dict"):
        golden_predictions({}, model_format, {}, tmp_path)


def test_a_scikit_learn_type_outside_the_list_is_neither_saved_nor_loaded(tmp_path: Path) -> None:
    gaussian = GaussianProcessRegressor().fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(InvalidInput, match="GaussianProcessRegressor"):
        golden_predictions(gaussian, "sklearn-skops", {}, tmp_path)
    skops.io.dump(gaussian, tmp_path / "model.skops")
    with pytest.raises(InvalidInput, match="GaussianProcessRegressor"):
        adapter_for("sklearn-skops").load(tmp_path / "model.skops")


def test_a_skops_file_that_calls_a_function_is_refused_before_anything_runs(tmp_path: Path) -> None:
    call = {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content": "touch x", "__id__": 1}
    with zipfile.ZipFile(tmp_path / "model.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps({**call, "protocol": 0, "_skops_version": "0.16.0"}))
    with pytest.raises(InvalidInput, match=r"os\.system"):
        adapter_for("sklearn-skops").load(tmp_path / "model.skops")


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(pickle.dumps(train("sklearn-skops", employees(100, 1))))
    with pytest.raises(InvalidInput, match=r"model\.skops.*unreadable"):
        adapter_for("sklearn-skops").load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda columns: columns.pop("age"), r"batch#age.*no such column"),
        (lambda columns: columns.update(age=pa.array([1.5, 2.0])), r"batch#age.*double.*int64"),
        (lambda columns: columns.update(age=pa.array([30, None])), r"batch#age.*1 nulls"),
        (lambda columns: columns.update(is_active=pa.array(["yes", "no"])), r"batch#is_active.*string"),
    ],
)
def test_a_batch_the_model_was_not_trained_for_is_refused(
    change: Callable[[dict[str, pa.Array[Any]]], None], message: str, tmp_path: Path
) -> None:
    columns: dict[str, pa.Array[Any]] = {
        "age": pa.array([30, 40]),
        "is_active": pa.array([True, False]),
        "tenure_days": pa.array([1, 2]),
    }
    change(columns)
    with pytest.raises(InvalidInput, match=message):
        saved_model("lightgbm-text", tmp_path).predict(pa.RecordBatch.from_pydict(columns))
