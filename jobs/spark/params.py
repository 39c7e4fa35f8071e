"""What the ETL job is asked to compute, and how."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from jobs.lib.params import require


@dataclass(frozen=True, slots=True)
class RandomSplit:
    """Deals rows by a hash of (seed, id): the same row goes to the same part, however the data is cut into files.

    Attributes:
        kind: tells the splits apart.
        seed: another seed deals anew.
        holdout: share of rows kept for evaluation.
        unseen: share of rows kept for batch inference; the rest is for training.
    """

    kind: Literal["random"]
    seed: int
    holdout: float
    unseen: float

    def __post_init__(self) -> None:
        require(0 < self.holdout < 1, "holdout", self.holdout, "above 0 and below 1")
        require(0 <= self.unseen < 1, "unseen", self.unseen, "0 or more and below 1")
        rest = 1 - self.holdout
        require(self.unseen < rest, "unseen", self.unseen, f"less than {rest:g}, so that rows are left to train on")


@dataclass(frozen=True, slots=True)
class ReportSplit:
    """The published report's: `train_test_split(test_size=0.2, random_state=42)` of the first rows by id.

    Attributes:
        kind: tells the splits apart.
        sample_rows: how many rows by id are trained and tested on; all others are unseen. They are held in memory.
    """

    kind: Literal["report"]
    sample_rows: int

    def __post_init__(self) -> None:
        require(10 <= self.sample_rows <= 1_000_000, "sample_rows", self.sample_rows, "10 to 1000000")  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class EtlParams:
    """Parameters of the stage; part of its key.

    Attributes:
        data_date: the day that the data stands for; sign-ups after it are in the future.
        future_dates: whether rows that sign up in the future go on or are put aside.
        split: how rows are dealt to train, holdout and unseen.
        max_rejected_share: largest share of bad rows before the job stops (see `jobs.spark.quality`).
    """

    data_date: date
    future_dates: Literal["keep", "drop"]
    split: RandomSplit | ReportSplit
    max_rejected_share: float

    def __post_init__(self) -> None:
        share = self.max_rejected_share
        require(0 <= share <= 1, "max_rejected_share", share, "0 to 1")


@dataclass(frozen=True, slots=True)
class EtlSettings:
    """Levers of the stage: they change how much memory it takes at once, never its rows or its files.

    There is none for broadcasts: the one join (`jobs.spark.duplicates`) sends some ten thousand numbers at most, and
    without it rows would come in another order.

    Attributes:
        concurrency: tasks at once; 0: one a CPU.
        partitions: into how many parts sorted or grouped data is cut; more are smaller.
        batch_rows: rows of a file that a task holds as columns at once; what counts where texts are long.
        overhead_share: of the memory limit, kept from the heap (see `platforms/launch/spark-heap.ts`).
        result_limit_mib: of what all tasks of a query hand to the driver (see `platforms/launch/spark.ts`).
        small_job: tuned for a start as quick as can be, not for throughput (see `platforms/launch/spark.ts`).
    """

    concurrency: int = 0
    partitions: int = 16
    batch_rows: int = 4096
    overhead_share: float = 0.3
    result_limit_mib: int = field(default=256, metadata={"json": "resultLimitMiB"})
    small_job: bool = False

    def __post_init__(self) -> None:
        require(self.concurrency >= 0, "concurrency", self.concurrency, "0 or more")
        require(1 <= self.partitions <= 100_000, "partitions", self.partitions, "1 to 100000")  # noqa: PLR2004
        require(self.batch_rows >= 1, "batch_rows", self.batch_rows, "1 or more")
        require(0 < self.overhead_share < 1, "overhead_share", self.overhead_share, "above 0 and below 1")
        require(self.result_limit_mib >= 1, "resultLimitMiB", self.result_limit_mib, "1 or more")

    def spark_options(self, cpus: int) -> dict[str, str]:
        """As Spark's own settings, for a job with `cpus` CPUs. What the JVM is started with stands in the launch."""
        return {
            # Rounded up: never more tasks than `concurrency`.
            "spark.task.cpus": str(math.ceil(cpus / min(self.concurrency or cpus, cpus))),
            "spark.sql.shuffle.partitions": str(self.partitions),
            "spark.sql.parquet.columnarReaderBatchSize": str(self.batch_rows),
            "spark.sql.execution.arrow.maxRecordsPerBatch": str(self.batch_rows),
        }
