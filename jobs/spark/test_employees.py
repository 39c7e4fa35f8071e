from datetime import UTC, datetime

import pytest
from pyspark.testing import assertDataFrameEqual

from jobs.spark.employees import EMPLOYEE_SCHEMA, RAW_SCHEMA, to_employees

pytestmark = pytest.mark.engine


def test_employees_are_renamed_and_typed_and_none_is_left_out(spark, employees):
    signup = datetime(2020, 6, 30, tzinfo=UTC)
    raw = spark.createDataFrame([(1, "David", 38, 62862.67, signup, False), (None,) * 6], RAW_SCHEMA)
    renamed = to_employees(raw)
    assert renamed.schema == EMPLOYEE_SCHEMA
    david = {"id": 1, "full_name": "David", "age": 38, "salary": 62862.67, "signup_date": signup, "is_active": False}
    assertDataFrameEqual(renamed, employees(david, dict.fromkeys(EMPLOYEE_SCHEMA.names)))
