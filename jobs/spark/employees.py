"""The employee table: its columns as they come and as they go on (the report's first job)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F
from pyspark.sql import types as T

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# What the raw files must hold, in pyarrow's words. Times with and without zone are read alike: as instants in UTC.
RAW_TYPES = {
    "id": "int64",
    "name": "string",
    "age": "int64",
    "salary": "double",
    "signup_date": ("timestamp[us]", "timestamp[us, tz=UTC]"),
    "is_active": "bool",
}

RAW_SCHEMA = T.StructType(
    [
        T.StructField("id", T.LongType()),
        T.StructField("name", T.StringType()),
        T.StructField("age", T.LongType()),
        T.StructField("salary", T.DoubleType()),
        T.StructField("signup_date", T.TimestampType()),
        T.StructField("is_active", T.BooleanType()),
    ]
)

RENAMED = {"name": "full_name"}

EMPLOYEE_SCHEMA = T.StructType(
    [T.StructField(RENAMED.get(field.name, field.name), field.dataType) for field in RAW_SCHEMA]
)
EMPLOYEE_COLUMNS = tuple(EMPLOYEE_SCHEMA.names)


def to_employees(raw: DataFrame) -> DataFrame:
    """The raw table under its final names and types; no row is left out."""
    return raw.select(
        [F.col(field.name).cast(field.dataType).alias(RENAMED.get(field.name, field.name)) for field in RAW_SCHEMA]
    )
