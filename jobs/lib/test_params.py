from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pytest

from jobs.lib.errors import InvalidInput
from jobs.lib.params import camel_case, parse_params, require


@dataclass(frozen=True)
class Random:
    kind: Literal["random"]
    holdout: float


@dataclass(frozen=True)
class Report:
    kind: Literal["report"]
    sample_rows: int = 10_000


@dataclass(frozen=True)
class Params:
    rows: int
    data_date: date
    split: Random | Report = Report("report")
    learners: tuple[str, ...] = ("lightgbm",)
    share: float | None = 0.05
    csv: bool = False
    mode: Literal["fast", "exact"] = "fast"
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        require(self.rows > 0, "rows", self.rows, "1 or more")


GOOD = {"rows": 5, "dataDate": "2026-11-20"}


def test_defaults_fill_what_is_not_given():
    assert parse_params(Params, GOOD) == Params(5, date(2026, 11, 20))


def test_every_kind_of_field_is_parsed():
    given = {
        **GOOD,
        "split": {"kind": "random", "holdout": 1},
        "learners": ["a", "b"],
        "share": None,
        "csv": True,
        "mode": "exact",
        "extra": {"any": [1, None]},
    }
    parsed = parse_params(Params, given)
    assert parsed.split == Random("random", 1.0)
    assert (parsed.learners, parsed.share, parsed.csv, parsed.mode) == (("a", "b"), None, True, "exact")
    assert parsed.extra == {"any": [1, None]}


def test_a_number_with_an_exponent_is_a_whole_number_if_it_is_one():
    assert parse_params(Params, {**GOOD, "rows": 1e6}).rows == 1_000_000


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dataDate": "2026-11-20"}, "params.rows: found 'nothing', allowed: required: a whole number"),
        ({**GOOD, "rows": 0}, "params.rows: found 0, allowed: 1 or more"),
        ({**GOOD, "rows": 1.5}, "params.rows: found 1.5, allowed: a whole number"),
        ({**GOOD, "rows": True}, "params.rows: found True, allowed: a whole number"),
        ({**GOOD, "rows": "5"}, "params.rows: found '5', allowed: a whole number"),
        ({**GOOD, "row": 5}, "did you mean rows?"),
        ({**GOOD, "dataDate": "2026-02-30"}, "params.dataDate: found '2026-02-30', allowed: a date like 2026-11-20"),
        ({**GOOD, "dataDate": "20261120"}, "params.dataDate: found '20261120'"),
        ({**GOOD, "share": float("nan")}, "params.share: found nan, allowed: a number"),
        ({**GOOD, "learners": "lightgbm"}, "params.learners: found 'lightgbm', allowed: a list"),
        ({**GOOD, "learners": ["a", 1]}, "params.learners[1]: found 1, allowed: text"),
        ({**GOOD, "mode": "slow"}, "params.mode: found 'slow', allowed: 'fast' or 'exact'"),
        ({**GOOD, "split": {"kind": "other"}}, "params.split.kind: found 'other', allowed: 'random' or 'report'"),
        ({**GOOD, "split": {"kind": "random"}}, "params.split.holdout: found 'nothing', allowed: required: a number"),
        ([1], "params: found [1], allowed: an object"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_found_and_what_is_allowed(given, message):
    with pytest.raises(InvalidInput) as error:
        parse_params(Params, given)
    assert message in str(error.value)


def test_camel_case():
    assert camel_case("bootstrap_samples_95") == "bootstrapSamples95"


def test_a_field_may_have_a_json_name_of_its_own():
    @dataclass(frozen=True)
    class Limits:
        result_mib: int = field(metadata={"json": "resultMiB"})

    assert parse_params(Limits, {"resultMiB": 3}).result_mib == 3
    with pytest.raises(InvalidInput, match=r"params\.resultMiB: found 'x', allowed: a whole number"):
        parse_params(Limits, {"resultMiB": "x"})
    with pytest.raises(InvalidInput, match=r"known: resultMiB"):
        parse_params(Limits, {"resultMib": 3})
