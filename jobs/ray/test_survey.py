from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from jobs.lib.contract import InvalidInput
from jobs.lib.datasets import Dataset
from jobs.ray.survey import Survey, survey
from jobs.ray.survey_file import remembered_survey
from jobs.ray.training_rows import validation_mask
from jobs.ray.tune_params import TuneParams
from test.samples.tuning import employees, publish

if TYPE_CHECKING:
    from pathlib import Path

PARAMS = TuneParams()


def surveyed(tables: list[pa.Table], folder: Path, params: TuneParams = PARAMS) -> Survey:
    train = Dataset.open(publish(folder / "train", tables), "inputs.train")
    return survey(train, params, folder, lambda _: None)


def test_plain_rows_are_divided_row_by_row_whatever_their_blocks(tmp_path: Path) -> None:
    table = employees(3_000, 1)
    found = surveyed([table.slice(0, 1_234), table.slice(1_234)], tmp_path)
    assert not found.training_rows.weighted
    loaded = {part: [b.load() for b in found.training_rows.blocks(part)] for part in ("fit", "validation", "all")}
    ages = {part: np.concatenate([rows.matrix[:, 0] for rows in blocks]) for part, blocks in loaded.items()}
    mask = validation_mask(0, 3_000, PARAMS.seed)
    age = table["age"].to_numpy()
    np.testing.assert_array_equal(ages["validation"], age[mask])
    np.testing.assert_array_equal(ages["fit"], age[~mask])
    np.testing.assert_array_equal(ages["all"], age)


def test_merged_rows_weigh_what_they_stand_for(tmp_path: Path) -> None:
    table = employees(20_000, 2, tenure_values=5)
    found = surveyed([table], tmp_path)
    rows = found.training_rows
    assert rows.weighted
    assert found.training_count < 20_000 / 4
    [merged] = [block.load() for block in rows.blocks("validation")]
    target = table["salary"].to_numpy()[validation_mask(0, 20_000, PARAMS.seed)]
    assert merged.weight is not None
    assert merged.weight.sum() == len(target)
    # The error of any model that sees equal rows as equal, say of the mean, is the merged rows' plus merged_mse.
    merged_error = np.average((merged.target - target.mean()) ** 2, weights=merged.weight) + rows.merged_mse
    assert merged_error == pytest.approx(target.var(), rel=1e-12)


def test_the_profile_describes_all_rows(tmp_path: Path) -> None:
    table = employees(3_000, 3)
    found = surveyed([table], tmp_path)
    age = table["age"].to_numpy()
    assert found.target_mean == pytest.approx(table["salary"].to_numpy().mean())
    assert (found.profile["age"].min, found.profile["age"].max) == (age.min(), age.max())
    assert found.profile["age"].quantiles["0.5"] == np.median(age)
    assert [len(values) for values in found.golden_rows.values()] == [5, 5, 5]


def test_a_later_attempt_remembers(tmp_path: Path) -> None:
    first = remembered_survey(tmp_path / "notes", lambda _: surveyed([employees(20_000, 4, tenure_values=5)], tmp_path))
    again = remembered_survey(tmp_path / "notes", lambda _: pytest.fail("read again"))
    assert again == first


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("age", [1, None, 3], "1 nulls"),
        ("salary", [1.0, float("nan"), 3.0], "NaN"),
        ("salary", [1.0, float("inf"), 3.0], "infinite"),
    ],
)
def test_a_value_that_is_no_number_is_refused_by_column(
    tmp_path: Path, column: str, values: list[float], found: str
) -> None:
    table = employees(3, 5)
    index = table.schema.get_field_index(column)
    spoilt = table.set_column(index, column, pa.array(values, table.schema.field(column).type))
    with pytest.raises(InvalidInput, match=rf"inputs.train#{column}.*{found}"):
        surveyed([spoilt], tmp_path)


def test_one_row_is_too_few_to_validate(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="1 rows"):
        surveyed([employees(1, 6)], tmp_path)
