from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from jobs.lib.datasets import Dataset
from jobs.ray.sample import draw_sample, sample_of
from jobs.ray.survey import Survey, survey
from jobs.ray.tune_params import TuneParams
from test.samples.tuning import employees, publish

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from jobs.ray.training_rows import Part


def surveyed(tables: list[pa.Table], folder: Path) -> Survey:
    train = Dataset.open(publish(folder / "train", tables, 100_000), "inputs.train")
    return survey(train, TuneParams(), folder, lambda _: None)


def targets(found: Survey, part: Part) -> np.ndarray:
    return np.concatenate([block.load().target for block in found.training_rows.blocks(part)])


def test_the_same_rows_are_drawn_however_they_are_cut_and_more_of_them_hold_the_fewer(tmp_path: Path) -> None:
    table = employees(300_000, 1)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, cut = surveyed([table], tmp_path / "a"), surveyed([table.slice(0, 77), table.slice(77)], tmp_path / "b")
    half, quarter = draw_sample(whole, 0.5), draw_sample(whole, 0.34)
    np.testing.assert_array_equal(targets(half, "all"), targets(draw_sample(cut, 0.5), "all"))
    assert set(targets(quarter, "fit")) < set(targets(half, "fit")) < set(targets(whole, "fit"))
    assert len(targets(half, "fit")) == pytest.approx(135_000, rel=0.02)
    assert half.training_count == pytest.approx(165_000, rel=0.02)


def test_the_rows_that_validate_are_never_sampled(tmp_path: Path) -> None:
    found = surveyed([employees(300_000, 2)], tmp_path)
    np.testing.assert_array_equal(targets(draw_sample(found, 0.5), "validation"), targets(found, "validation"))


def test_a_sample_says_how_many_rows_it_stands_for(tmp_path: Path) -> None:
    found = surveyed([employees(300_000, 3)], tmp_path)
    sampled = draw_sample(found, 0.5)
    said = sample_of(sampled.training_rows)
    assert said is not None
    assert (said.share, said.rows) == (0.5, len(targets(sampled, "all")))
    assert sample_of(found.training_rows) is None


def test_rows_so_few_that_they_take_no_memory_are_all_kept(tmp_path: Path) -> None:
    found = surveyed([employees(20_000, 4, tenure_values=5)], tmp_path)
    assert found.training_rows.weighted
    assert draw_sample(found, 0.1) == found


def test_of_merged_rows_kinds_are_drawn_and_counted_with_their_weight(tmp_path: Path) -> None:
    found = surveyed([employees(2_000_000, 5, tenure_values=1_200)], tmp_path)
    assert found.training_rows.weighted
    sampled = draw_sample(found, 0.6)
    said = sample_of(sampled.training_rows)
    assert said is not None
    assert said.rows == pytest.approx(1_200_000, rel=0.05)
    assert len(targets(sampled, "fit")) == pytest.approx(0.6 * len(targets(found, "fit")), rel=0.02)
