"""A share of the training rows in place of all: the last lever, and one that the result must confess."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobs.lib.model_card import Sample

if TYPE_CHECKING:
    from jobs.ray.survey import Survey
    from jobs.ray.training_rows import TrainingRows

# Rows that few take a few megabytes: to drop some of them would cost accuracy and save nothing.
LEAST_STORED_ROWS = 100_000


def draw_sample(found: Survey, share: float) -> Survey:
    """The survey as if only `share` of the stored rows were there to be fitted on, at least `LEAST_STORED_ROWS`.

    Which rows that are depends on their number and the seed alone. Where equal rows were merged, a stored row is one
    kind of row: memory goes with the kinds, and each kind drawn keeps the weight of all its rows.
    """
    share = max(share, min(1.0, LEAST_STORED_ROWS / found.training_count))
    if share == 1:
        return found
    rows = replace(found.training_rows, share=share)
    count = sum(block.rows for part in ("fit", "validation") for block in rows.blocks(part))
    return replace(found, training_rows=rows, training_count=count)


def sample_of(rows: TrainingRows) -> Sample | None:
    """What the model card says of the rows that the final model is fitted on; None when those are all."""
    if rows.share == 1:
        return None
    blocks = rows.blocks("all")
    if not rows.weighted:
        return Sample(rows.share, sum(block.rows for block in blocks))
    weights = (block.load().weight for block in blocks)
    return Sample(rows.share, round(sum(float(weight.sum()) for weight in weights if weight is not None)))
