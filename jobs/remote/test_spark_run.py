"""The whole ETL with executors in JVMs of their own, which see nothing but S3, beside the same on one machine."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pyspark
import pytest

from jobs.spark.test_etl import DIRTY, GOOD, PARAMS, STEPS, publish
from jobs.spark.test_etl import run as run_locally

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 600
JARS = ROOT / ".tempered/jars/spark-s3a"


@pytest.fixture
def raw(tmp_path):
    return publish(tmp_path / "raw", GOOD[:200], DIRTY, GOOD[:200])


def own_spark_home(folder):
    """Executors work below SPARK_HOME: one that goes with the test."""
    for each in Path(pyspark.__file__).parent.iterdir():
        (folder / each.name).symlink_to(each)
    return str(folder)


@contextmanager
def submitted(bucket, job, folder):
    """As EMR starts it: the bootstrap is the program given to spark-submit, its executors are elsewhere."""
    assert JARS.is_dir(), "S3 for Spark is not there: node scripts/setup/spark-s3a.mjs"
    (folder / "home").mkdir(parents=True)
    code = bucket.put_code()
    jars = f"{JARS}/*"
    conf = {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": bucket.environment["AWS_ENDPOINT_URL"],
        "spark.hadoop.fs.s3a.endpoint.region": bucket.environment["AWS_REGION"],
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.driver.extraClassPath": jars,
        "spark.executor.extraClassPath": jars,
        "spark.executor.memory": "512m",
        "spark.driver.memory": "512m",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    options = [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    venv_bin = Path(sys.executable).parent
    own = {name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ}
    environment = {
        **own,
        **bucket.environment,
        "PATH": f"{venv_bin}{os.pathsep}{os.environ['PATH']}",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_HOME": own_spark_home(folder / "home"),
    }
    program = [str(ROOT / "jobs/remote/bootstrap.py"), "--code", code, "--entry", "jobs/spark/etl.py", "--job", job]
    command = [str(venv_bin / "spark-submit"), "--master", "local-cluster[2,1,1024]", *options, *program]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--work", str(folder / "w")], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # executors end when their driver has
        process.wait(30)


def put_job(bucket, raw, number):
    inputs = {"raw": {**raw, "uri": f"{bucket.root}/raw"}}
    return bucket.put_job(f"run/etl-a{number}", stage="etl", salvage="steps", params=PARAMS, inputs=inputs)


@pytest.mark.long
def test_executors_that_see_only_s3_write_the_same_bytes_and_a_killed_attempts_steps_are_kept(bucket, raw, tmp_path):
    bucket.put_folder(tmp_path / "raw", "raw")
    (tmp_path / "raw").rename(tmp_path / "not-for-executors")
    with submitted(bucket, put_job(bucket, raw, 1), tmp_path / "a1") as first:
        give_up_at = time.monotonic() + LIMIT_SECONDS
        while not [path for path in bucket.paths("_scratch/etl/") if path.endswith("copy-employees.step.json")]:
            assert first.poll() is None, (tmp_path / "a1/log").read_text()
            assert time.monotonic() < give_up_at
            time.sleep(0.1)
    kept = [path for path in bucket.paths("_scratch/etl/") if path.endswith(".step.json")]
    bucket.put("_scratch/etl/0a1b/.spark/0123/part-0.parquet", b"what a killed attempt wrote in part")

    with submitted(bucket, put_job(bucket, raw, 2), tmp_path / "a2") as second:
        assert second.wait(LIMIT_SECONDS) == 0, (tmp_path / "a2/log").read_text()
    result = bucket.json("_work/run/etl-a2/_result.json")
    assert result["salvaged"] == {"before": len(kept), "now": STEPS - len(kept), "unit": "steps"}
    assert not [path for path in bucket.paths() if "/.spark/" in path]

    (tmp_path / "not-for-executors").rename(tmp_path / "raw")
    _, here = run_locally(tmp_path / "here", raw)
    assert result["outputs"] == here["outputs"]
    assert result["values"]["counts"] == here["values"]["counts"]
