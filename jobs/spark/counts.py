"""How many rows went where, and the proof that none is lost."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from jobs.lib.params import camel_case


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of the raw table by what became of them. All come from the data as read or as written, none by subtraction.

    Attributes:
        read: all rows.
        nulls: put aside for a null.
        out_of_range: put aside for an age or salary that cannot be.
        future_dates: valid rows that sign up after the data date.
        future_dropped: those of them put aside, by request.
        duplicate_ids: put aside because another row keeps their id.
        exact_copies: removed, being equal to another row in every column.
        rejected: all put aside or removed.
        kept: all others.
        train: kept rows to train on.
        holdout: kept rows to evaluate on.
        unseen: kept rows to predict.
    """

    read: int
    nulls: int
    out_of_range: int
    future_dates: int
    future_dropped: int
    duplicate_ids: int
    exact_copies: int
    rejected: int
    kept: int
    train: int
    holdout: int
    unseen: int

    def __post_init__(self) -> None:
        put_aside = self.nulls + self.out_of_range + self.future_dropped + self.duplicate_ids
        sums = {
            "rejected": (self.rejected, put_aside + self.exact_copies),
            "read": (self.read, self.kept + self.rejected),
            "kept": (self.kept, self.train + self.holdout + self.unseen),
        }
        for name, (whole, parts) in sums.items():
            if whole != parts:
                raise AssertionError(f"rows do not add up: {name} is {whole}, its parts are {parts}: {self}")

    def to_json(self) -> dict[str, int]:
        """Under camelCase names."""
        return {camel_case(name): count for name, count in asdict(self).items()}
