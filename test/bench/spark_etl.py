"""The report's three jobs in Spark against the same jobs in DuckDB, on the same files.

    PYTHONPATH=. python test/bench/spark_etl.py [--rows 30000000] [--data FOLDER] [--duckdb-python PATH]

Prints one JSON line: seconds of the first turn and of the best later one (Spark is warm then), CPU seconds of the most
thrifty later one, and the ratios of both: CPU time tells the engines apart on a machine that others use as well.
DuckDB is no dependency of the product: name a Python that has it (`pip install duckdb` into any environment), else the
one that runs this. It gets as many threads as Spark gets cores. Its jobs are what anybody would write: a plain COPY,
the top ten without the threshold that Spark's query uses.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
CPUS = 2
TURNS = 4
TIME_LIMIT_SECONDS = 900
MEMORY_BYTES = 3 << 30
JOBS = ("copy", "topSalaries", "youngestAndOldest")
CHUNK_ROWS = 5_000_000

Jobs = dict[str, "Callable[[], object]"]


def main() -> None:
    """Makes the data, lets each engine do its turns in a process of its own, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=30_000_000)
    options.add_argument("--data", type=Path, help="folder of raw Parquet files, instead of generating --rows")
    options.add_argument("--duckdb-python", default=sys.executable, help="a Python that can import duckdb")
    options.add_argument("--one", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        engine, folder = chosen.one
        {"spark": in_spark, "duckdb": in_duckdb}[engine](chosen.data, Path(folder))
        return
    require_duckdb(chosen.duckdb_python)
    with tempfile.TemporaryDirectory() as folder:
        data = chosen.data or generate(Path(folder), chosen.rows)
        duckdb = measured([chosen.duckdb_python], "duckdb", data, folder)
        spark = measured(spark_submit(folder), "spark", data, folder)
    ratios = {
        name: {job: round(spark[job][figure] / duckdb[job][figure], 2) for job in JOBS}
        for name, figure in {"ratios": "warmSeconds", "cpuRatios": "warmCpuSeconds"}.items()
    }
    report = {"bench": "spark-etl", "rows": spark["rows"], "cpus": CPUS, "spark": spark, "duckdb": duckdb}
    print(json.dumps({**report, **ratios, "machineCpus": os.cpu_count()}))


def require_duckdb(python: str) -> None:
    """Ends the program with advice where that Python has no DuckDB."""
    if subprocess.run([python, "-c", "import duckdb"], capture_output=True, check=False).returncode != 0:
        sys.exit(f"{python} cannot import duckdb: `pip install duckdb` somewhere and give --duckdb-python PATH")


def generate(folder: Path, rows: int) -> Path:
    """The described data set, whose chunks all differ, by the product's own job."""
    params = {
        "rows": rows,
        "dataset": "described",
        "seed": 42,
        "dataDate": "2026-11-20",
        "chunkRows": CHUNK_ROWS,
        "csv": False,
    }
    job = {
        "version": 1,
        "jobKey": "bench/generate-a1",
        "stage": "generate",
        "params": params,
        "inputs": {},
        "output": f"file://{folder}/raw",
        "scratch": f"file://{folder}/scratch",
        "resources": {"memoryBytes": MEMORY_BYTES, "cpus": CPUS, "diskBytes": 0},
        "settings": {},
        "salvage": "chunks",
    }
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, str(ROOT / "jobs/python/generate.py"), f"file://{folder}/job.json"]
    subprocess.run(command, check=True, timeout=TIME_LIMIT_SECONDS, env=environment(folder))
    result = json.loads((folder / "_result.json").read_text())
    return folder / "raw" / str(result["outputs"]["dataset"]["path"])


def measured(command: list[str], engine: str, data: Path, folder: str) -> dict[str, Any]:
    """What one engine's process says of itself."""
    arguments = [__file__, "--one", engine, folder, "--data", str(data)]
    ended = subprocess.run(
        [*command, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
        check=True,
        env=environment(Path(folder)),
    )
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def environment(folder: Path) -> dict[str, str]:
    """Of every process measured."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    local = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder / "local")}
    return {**os.environ, **local, "PATH": path, "PYTHONPATH": str(ROOT)}


def spark_submit(folder: str) -> list[str]:
    """As `platforms/launch/spark.ts` starts a job of three GiB."""
    return [
        *[str(Path(sys.executable).parent / "spark-submit"), "--master", f"local[{CPUS}]", "--driver-memory", "2150m"],
        *["--driver-java-options", f"-XX:+UseParallelGC -Djava.io.tmpdir={folder}"],
        *["--conf", "spark.ui.port=0", "--conf", "spark.log.level=ERROR"],
    ]


def take_turns(jobs: Jobs, rows: int, cpu_seconds: Callable[[], float]) -> None:
    """Runs each job several times and prints the seconds."""
    report: dict[str, Any] = {"rows": rows}
    for name, job in jobs.items():
        seconds, cpu = [], []
        for _ in range(TURNS):
            began, cpu_before = time.perf_counter(), cpu_seconds()
            job()
            seconds.append(round(time.perf_counter() - began, 3))
            cpu.append(round(cpu_seconds() - cpu_before, 3))
        report[name] = {"firstSeconds": seconds[0], "warmSeconds": min(seconds[1:]), "warmCpuSeconds": min(cpu[1:])}
    print(json.dumps(report))


def in_spark(data: Path, folder: Path) -> None:
    """The jobs as the stage `etl` does them."""
    from jobs.spark.age_extremes import oldest_active, youngest_active
    from jobs.spark.copy_job import copy_employees
    from jobs.spark.employees import RAW_SCHEMA, to_employees
    from jobs.spark.params import EtlSettings
    from jobs.spark.session import spark_session
    from jobs.spark.top_salaries import top_salaries

    files = [str(path) for path in sorted(data.glob("*.parquet"))]
    with spark_session("bench", EtlSettings().spark_options(CPUS)) as spark:
        everybody, some = (to_employees(spark.read.schema(RAW_SCHEMA).parquet(*part)) for part in (files, files[:1]))

        def copy() -> None:
            shutil.rmtree(folder / "spark-copy", ignore_errors=True)
            copy_employees(everybody, str(folder / "spark-copy"))

        jobs: Jobs = {
            "copy": copy,
            "topSalaries": lambda: top_salaries(everybody, some),
            "youngestAndOldest": lambda: (youngest_active(everybody, some), oldest_active(everybody, some)),
        }
        java: Any = getattr(spark, "_jvm").java  # noqa: B009 - PySpark has no public way into its JVM

        def cpu_seconds() -> float:
            used = java.lang.ProcessHandle.current().info().totalCpuDuration().get()
            return time.process_time() + float(used.toMillis()) / 1000

        take_turns(jobs, everybody.count(), cpu_seconds)


def in_duckdb(data: Path, folder: Path) -> None:
    """The same in SQL, with DuckDB's defaults."""
    import duckdb  # type: ignore[import-not-found]  # no dependency of the product: see above

    connection = duckdb.connect()
    connection.execute(f"SET threads = {CPUS}")
    connection.execute("SET TimeZone = 'UTC'")
    source = f"read_parquet('{data}/*.parquet')"
    target = folder / "duckdb-copy.parquet"
    columns = "id, name AS full_name, age, salary, signup_date::TIMESTAMP AS signup_date, is_active"
    top = f"SELECT name, salary, min(id) AS id FROM {source} GROUP BY name, salary ORDER BY salary DESC, id LIMIT 10"  # noqa: S608
    active = f"SELECT * FROM {source} WHERE is_active"  # noqa: S608

    def copy() -> None:
        target.unlink(missing_ok=True)
        connection.execute(f"SELECT count(*) FROM {source}").fetchall()  # noqa: S608
        connection.execute(f"COPY (SELECT {columns} FROM {source}) TO '{target}' (FORMAT parquet, COMPRESSION snappy)")  # noqa: S608

    def extremes() -> None:
        for order in ("age", "age DESC"):
            connection.execute(f"{active} ORDER BY {order}, id LIMIT 5").fetchall()

    rows = connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0]  # noqa: S608
    jobs: Jobs = {
        "copy": copy,
        "topSalaries": lambda: connection.execute(top).fetchall(),
        "youngestAndOldest": extremes,
    }
    take_turns(jobs, rows, time.process_time)


if __name__ == "__main__":
    main()
