"""What a search gives: its winner, and how all the others did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.lib.contract import Salvaged
    from jobs.ray.candidate import Candidate


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """A finished search.

    Attributes:
        candidate: the winner, fitted on all rows.
        score: its mean squared error on rows it was not fitted on, as the search measured it.
        trials: a line for each candidate tried: parameters, score, rounds, state.
        salvaged: fits found finished and done now.
    """

    candidate: Candidate
    score: float
    trials: list[dict[str, Any]]
    salvaged: Salvaged
