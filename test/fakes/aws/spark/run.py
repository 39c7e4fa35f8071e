"""A submission as a process of this machine: real `spark-submit`, executors in JVMs of their own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from test.fakes.aws.bucket import download
from test.fakes.aws.host import PYTHON_BIN
from test.fakes.aws.job_process import ProcessSpec
from test.fakes.aws.spark.home import make_spark_home

if TYPE_CHECKING:
    from test.fakes.aws.host import Host
    from test.fakes.aws.spark.containers import Containers
    from test.fakes.aws.spark.submission import Submission

MIB = 2**20

# Settings that mean another machine: the Python there, how containers are asked for, and where logs go.
_LEFT_OUT = (
    *("spark.master", "spark.submit.deployMode", "spark.submit.pyFiles", "spark.archives", "spark.files", "class"),
    *("spark.driver.memory", "spark.driver.cores", "spark.executor.memory", "spark.executor.cores"),
    *("spark.executor.instances", "spark.dynamicAllocation.", "spark.shuffle.service.", "spark.eventLog."),
    *("spark.yarn.", "spark.emr-serverless.", "spark.pyspark.", "spark.executorEnv.PYSPARK_"),
)
_DRIVER_ENVIRONMENT = ("spark.emr-serverless.driverEnv.", "spark.yarn.appMasterEnv.")


def spark_process(
    host: Host,
    folder: Path,
    submission: Submission,
    containers: Containers,
    *,
    group: Path | None,
    region: str,
    limit_bytes: int,
    timeout_seconds: float | None,
    grace_seconds: float,
    on_yarn: bool,
) -> ProcessSpec:
    """Fetches the program and its files and says how to run it."""
    s3 = host.client("s3")
    code = folder / "code"
    entry = _fetched(s3, submission.entry, code)
    settings = submission.settings
    archives = [_fetched(s3, uri, code) for uri in settings.get("spark.submit.pyFiles", "").split(",") if uri]
    files = [_fetched(s3, uri, code) for uri in settings.get("spark.files", "").split(",") if uri]
    executor_limit = containers.executor.total_here(host.factor)
    environment = host.job_environment(folder, region)
    environment |= make_spark_home(folder, group=group, executor_limit_bytes=executor_limit)
    environment |= {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "tmp"),
        "SPARK_LAUNCHER_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # of the JVM that only works out a command
    }
    kept = {key: each for key, each in settings.items() if not key.startswith(_LEFT_OUT)}
    for prefix in _DRIVER_ENVIRONMENT:
        found = {key.removeprefix(prefix): each for key, each in settings.items() if key.startswith(prefix)}
        environment |= {key: each for key, each in found.items() if not key.startswith("PYSPARK_")}
    heap_mib = containers.executor.heap_here(host.factor) // MIB
    kept |= {
        "spark.executor.memory": f"{heap_mib}m",
        "spark.executor.cores": str(containers.executor.cores),
        "spark.executor.instances": str(containers.executors),
        "spark.dynamicAllocation.enabled": "false",
        "spark.ui.enabled": "false",
    }
    if on_yarn:
        # Spark on YARN adds this unless somebody set one (YarnSparkHadoopUtil.addOutOfMemoryErrorArgument).
        options = kept.get("spark.executor.extraJavaOptions", "")
        if "OnOutOfMemoryError" not in options:
            kept["spark.executor.extraJavaOptions"] = f"{options} -XX:OnOutOfMemoryError='kill %p'".strip()
    kept = _with_s3a(kept, host, region)
    master = f"local-cluster[{containers.executors},{containers.executor.cores},{heap_mib}]"
    argv = [str(PYTHON_BIN / "spark-submit"), "--master", master]
    argv += ["--driver-memory", f"{containers.driver.heap_here(host.factor) // MIB}m"]
    argv += [word for key, each in kept.items() for word in ("--conf", f"{key}={each}")]
    if "class" in settings:
        argv += ["--class", settings["class"]]
    for option, paths in (("--py-files", archives), ("--files", files)):
        if paths:
            argv += [option, ",".join(map(str, paths))]
    return ProcessSpec(
        argv=[*argv, str(entry), *submission.arguments],
        env=environment,
        cwd=folder,
        memory_bytes=limit_bytes,
        stdout=folder / "stdout",
        stderr=folder / "stderr",
        grace_seconds=grace_seconds,
        timeout_seconds=timeout_seconds,
    )


def _fetched(s3: Any, uri: str, folder: Path) -> Path:
    if uri.startswith(("s3://", "s3a://", "s3n://")):
        return download(s3, uri, folder)
    return Path(uri.removeprefix("file://"))


def _with_s3a(settings: dict[str, str], host: Host, region: str) -> dict[str, str]:
    if host.jars is None:
        return settings
    ours = {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": host.endpoint,
        "spark.hadoop.fs.s3a.endpoint.region": region,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    }
    for who in ("driver", "executor"):
        key = f"spark.{who}.extraClassPath"
        ours[key] = ":".join(filter(None, (settings.get(key), f"{host.jars}/*")))
    return {**settings, **ours}
