"""Original text files as Spark reads them: every line is parsed or put aside with a reason, none is lost."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from jobs.lib.errors import InvalidInput
from jobs.spark.executors import readable, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyspark.sql import Column, DataFrame, SparkSession

    from jobs.lib.published_files import PublishedFile

MALFORMED = "_malformed"
BYTE_ORDER_MARK = "\ufeff"
MOST_NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """The lines of a source.

    Attributes:
        name: of the input, for errors.
        rows: `file`, `line`, the parsed columns, and `reason`: why the line is put aside, null for a good one.
    """

    name: str
    rows: DataFrame

    def kept_in(self, folder: Path) -> None:
        """Parses the lines into `folder`, once for everything that is asked of them later."""
        with written(str(folder / self.folder)) as place:
            self.rows.write.mode("overwrite").parquet(place)

    def from_folder(self, folder: Path) -> Checked:
        """The same lines as `kept_in` left them."""
        rows = self.rows.sparkSession.read.parquet(*readable(str(folder / self.folder)))
        return Checked(self.name, rows)

    @property
    def folder(self) -> str:
        """Its folder's name: `inputs.readings` is kept in `readings`."""
        return self.name.rpartition(".")[2]

    @property
    def good(self) -> DataFrame:
        """The lines that broke no rule, parsed."""
        return self.rows.where("reason is null")

    @property
    def put_aside(self) -> DataFrame:
        """The others: `source`, `file`, `line`, `reason`."""
        bad = self.rows.where("reason is not null")
        return bad.select(F.lit(self.name).alias("source"), "file", F.substring("line", 1, 500).alias("line"), "reason")


def read_csv(spark: SparkSession, files: Sequence[PublishedFile], needed: Sequence[str], name: str) -> DataFrame:
    """The lines of CSV files below their headers, each column as text.

    Args:
        spark: the session.
        files: each with a header of its own; the columns' order may differ.
        needed: columns that must be there; others are left out.
        name: of the input, for errors.

    Raises:
        InvalidInput: a file without a header that has the columns.
    """
    frames = [_read_one_csv(spark, file, needed, name) for file in files]
    first, *others = frames
    for other in others:
        first = first.unionByName(other)
    return first


def read_ndjson(spark: SparkSession, files: Sequence[PublishedFile], schema: T.StructType) -> DataFrame:
    """The lines of files with one JSON object a line, parsed by `schema`. Fields that it does not name are left out."""
    with_malformed = T.StructType([*schema.fields, T.StructField(MALFORMED, T.StringType())])
    parsed = F.from_json("line", with_malformed, _parser_options())
    return _lines(spark, files).select("file", "line", parsed.alias("it")).select("file", "line", "it.*")


def with_reason(rows: DataFrame, rules: Mapping[str, Column]) -> DataFrame:
    """Adds `reason`: the name of the first rule that a line breaks."""
    malformed = {"malformed": F.col(MALFORMED).isNotNull()}
    broken = [F.when(condition, F.lit(name)) for name, condition in {**malformed, **rules}.items()]
    return rows.withColumn("reason", F.coalesce(*broken)).drop(MALFORMED)


def first_counts(rows: DataFrame, keys: Sequence[str], twice: str) -> DataFrame:
    """Of good rows with the same keys the first one counts, others get the reason `twice`; bad ones are no rivals."""
    same = Window.partitionBy(*keys, F.col("reason").isNull()).orderBy("file", "line")
    repeated = F.when(F.col("reason").isNull() & (F.row_number().over(same) > 1), F.lit(twice))
    return rows.withColumn("reason", F.coalesce("reason", repeated))


def number(column: str) -> Column:
    """A column of text as a number; null where it is none."""
    return F.expr(f"try_cast(trim(`{column}`) as double)")


def no_number(column: str) -> Column:
    """True for text that is there and is no number."""
    return F.col(f"`{column}`").isNotNull() & number(column).isNull()


def shown_names(names: Sequence[str]) -> str:
    """Names for an error, not more than can be read."""
    more = f" and {len(names) - MOST_NAMES_SHOWN} more" if len(names) > MOST_NAMES_SHOWN else ""
    return ", ".join(names[:MOST_NAMES_SHOWN]) + more


def _read_one_csv(spark: SparkSession, file: PublishedFile, needed: Sequence[str], name: str) -> DataFrame:
    with file.path.open(encoding="utf-8", errors="replace") as lines:
        header = lines.readline().rstrip("\r\n")
    columns = [column.strip() for column in next(csv.reader([header.removeprefix(BYTE_ORDER_MARK)]), [])]
    missing = [column for column in needed if column not in columns]
    if missing:
        found = f"no column {', '.join(missing)} in the header {header[:200]!r}"
        raise InvalidInput(f"{name}/{file.name}", found, f"a CSV file with the columns {', '.join(needed)}")
    # Columns are named by their place while they are parsed: a name like PM2.5 is none in a schema's text.
    schema = ", ".join(f"_{place} string" for place in range(len(columns)))
    parsed = F.from_csv("line", f"{schema}, {MALFORMED} string", _parser_options())
    rows = _lines(spark, [file]).where(F.col("line") != F.lit(header)).select("file", "line", parsed.alias("it"))
    chosen = [F.col("it")[f"_{columns.index(column)}"].alias(column) for column in needed]
    return rows.select("file", "line", *chosen, F.col("it")[MALFORMED].alias(MALFORMED))


def _lines(spark: SparkSession, files: Sequence[PublishedFile]) -> DataFrame:
    text = spark.read.text(readable(*[str(file.path) for file in files]))
    return text.select(F.col("_metadata.file_name").alias("file"), F.col("value").alias("line")).where(
        F.trim("line") != ""
    )


def _parser_options() -> dict[str, str]:
    return {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": MALFORMED, "nullValue": "NA"}
