"""A private SPARK_HOME for one application, in which executors get memory groups of their own."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

# Standalone workers start executors by JAVA_HOME/bin/java: this one puts them into a group of their own first.
_JAVA = """#!/bin/sh
case " $* " in
*" org.apache.spark.executor.CoarseGrainedExecutorBackend "*)
  if [ -n "{group}" ]; then
    group="{group}-executor-$$"
    mkdir "$group"
    if [ -e "$group/memory.limit_in_bytes" ]; then
      echo {limit} > "$group/memory.limit_in_bytes"
      [ ! -e "$group/memory.memsw.limit_in_bytes" ] || echo {limit} > "$group/memory.memsw.limit_in_bytes"
    else
      echo {limit} > "$group/memory.max"
      [ ! -e "$group/memory.swap.max" ] || echo 0 > "$group/memory.swap.max"
    fi
    echo $$ > "$group/cgroup.procs"
  fi ;;
esac
exec "{java}" "$@"
"""


def spark_home() -> Path:
    """Where PySpark is installed."""
    found = importlib.util.find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def make_spark_home(folder: Path, *, group: Path | None, executor_limit_bytes: int) -> dict[str, str]:
    """Makes it in `folder` and returns the environment that uses it. Executors work, and log, below `work/`."""
    home = folder / "spark"
    home.mkdir()
    for each in spark_home().iterdir():
        if each.name != "work":
            (home / each.name).symlink_to(each)
    (home / "work").mkdir()
    java = folder / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    given = os.environ.get("JAVA_HOME")
    real = shutil.which("java", path=None if given is None else f"{given}/bin")
    assert real is not None, "no java: Spark needs one"
    text = _JAVA.format(group="" if group is None else group, limit=executor_limit_bytes, java=Path(real).resolve())
    java.write_text(text)
    java.chmod(0o755)
    return {"SPARK_HOME": str(home), "JAVA_HOME": str(folder / "java")}


def executor_logs(folder: Path, name: str) -> list[bytes]:
    """What the executors of an application wrote to `stderr` or `stdout`, in the order of their numbers."""
    found = (folder / "spark" / "work").glob(f"app-*/*/{name}")
    return [path.read_bytes() for path in sorted(found, key=lambda path: int(path.parent.name))]
