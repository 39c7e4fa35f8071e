from datetime import UTC, date, datetime

import pytest

from jobs.spark.features import with_features

pytestmark = pytest.mark.engine


def test_features_count_from_the_data_date(employees):
    rows = employees(
        {"id": 1, "signup_date": datetime(2026, 11, 19, 23, 59, tzinfo=UTC)},
        {"id": 2, "signup_date": datetime(2026, 11, 20, 23, 59, tzinfo=UTC)},
        {"id": 3, "signup_date": datetime(2026, 12, 1, tzinfo=UTC)},
    )
    features = rows.transform(with_features(date(2026, 11, 20))).collect()
    assert [
        (row["tenure_days"], row["signup_year"], row["signup_month"], row["future_signup"]) for row in features
    ] == [
        (1, 2026, 11, False),
        (0, 2026, 11, False),
        (-11, 2026, 12, True),
    ]
    assert "signup_date" not in features[0]
