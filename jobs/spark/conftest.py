"""One Spark session for all tests, and employees built from a usual one plus the fields under test."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jobs.spark.employees import EMPLOYEE_SCHEMA
from jobs.spark.session import spark_session

USUAL = {
    "full_name": "Ann",
    "age": 40,
    "salary": 50_000.0,
    "signup_date": datetime(2020, 1, 1, tzinfo=UTC),
    "is_active": True,
}


@pytest.fixture(scope="session")
def spark():
    options = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        # Compiling well takes longer than these tests do.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    with spark_session("tests", options) as session:
        yield session


@pytest.fixture
def employees(spark):
    """`employees({"id": 1, "age": 20}, ...)` is a frame of these employees, in this order."""

    def frame(*rows):
        values = [[{**USUAL, **row}.get(name) for name in EMPLOYEE_SCHEMA.names] for row in rows]
        return spark.createDataFrame(values, EMPLOYEE_SCHEMA)

    return frame
