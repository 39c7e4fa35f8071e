from datetime import UTC, date, datetime

import pytest

from jobs.lib.errors import InvalidInput
from jobs.spark.quality import Profile, profile, reason_to_reject, require_few_defects

TODAY = date(2026, 11, 20)

BROKEN = [
    ({"age": None}, "null"),
    ({"full_name": None}, "null"),
    ({"id": None}, "null"),
    ({"signup_date": None, "age": 7}, "null"),
    ({"age": 17}, "out-of-range"),
    ({"age": 18}, None),
    ({"age": 100}, None),
    ({"age": 101}, "out-of-range"),
    ({"salary": 0.0}, "out-of-range"),
    ({"salary": -1.0}, "out-of-range"),
    ({"salary": float("nan")}, "out-of-range"),
    ({"salary": float("inf")}, "out-of-range"),
    ({"signup_date": datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)}, None),
    ({"signup_date": datetime(2026, 11, 21, tzinfo=UTC)}, "future-date"),
    ({"signup_date": datetime(2026, 11, 21, tzinfo=UTC), "age": 7}, "out-of-range"),
]


@pytest.mark.engine
def test_a_row_is_rejected_for_the_first_rule_that_it_breaks(employees):
    rows = employees(*[{"id": number, **fields} for number, (fields, _) in enumerate(BROKEN)])
    reasons = rows.select(reason_to_reject(TODAY, drop_future=True).alias("reason")).collect()
    assert [row["reason"] for row in reasons] == [reason for _, reason in BROKEN]


@pytest.mark.engine
def test_a_future_date_is_no_reason_when_it_is_kept(employees):
    rows = employees({"id": 1, "signup_date": datetime(2030, 1, 1, tzinfo=UTC)})
    assert rows.select(reason_to_reject(TODAY, drop_future=False).alias("reason")).collect()[0]["reason"] is None


@pytest.mark.engine
def test_the_profile_counts_each_row_once(employees):
    rows = employees(*[{"id": number, **fields} for number, (fields, _) in enumerate(BROKEN)])
    counted = profile(rows, TODAY)
    assert counted == Profile(read=15, nulls=4, out_of_range=7, future_dates=1, min_id=5, max_id=13), (
        "valid rows are those of ids 5, 6, 12 and 13"
    )


@pytest.mark.engine
def test_a_table_without_a_valid_row_has_no_range_of_ids(employees):
    assert profile(employees({"id": 1, "age": 7}), TODAY) == Profile(1, 0, 1, 0, None, None)


def test_too_many_defects_are_named_with_their_counts():
    with pytest.raises(InvalidInput) as caught:
        require_few_defects(1000, {"nulls": 40, "outOfRange": 20, "duplicateIds": 0}, 0.05)
    assert str(caught.value) == (
        "inputs.raw: found '60 of 1,000 rows (6.00%) break a rule (nulls: 40, outOfRange: 20)', "
        "allowed: at most 5.00% (params.maxRejectedShare)"
    )


def test_as_many_defects_as_allowed_pass():
    require_few_defects(1000, {"nulls": 50}, 0.05)
    require_few_defects(0, {"nulls": 0}, 0.0)
