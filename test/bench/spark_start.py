"""From the start of a Spark program to the end of its first job: as the product launches it, and as plain PySpark does.

    PYTHONPATH=. python test/bench/spark_start.py [--turns 5]

Prints one JSON line with the median seconds: `stock` is `python program.py` on PySpark as pip installs it, `job` is
what `platforms/launch/spark.ts` starts, `smallJob` the same with the setting of that name. Needs a checkout that is set
up: the compiled sources and the class-data-sharing archive in the Python environment.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
ARCHIVE = BIN.parent / "spark.jsa"
MEMORY_BYTES = 2 << 30
TIME_LIMIT_SECONDS = 120

PROGRAM = """
import time
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
spark.range(1000).count()
print(time.time())
spark.stop()
"""

# launchSpark is a pure function of the compiled sources: asked, not repeated.
ASK = """
const { launchSpark } = await import(process.argv[1]);
console.log(JSON.stringify(launchSpark(JSON.parse(process.argv[2]))));
"""


def main() -> None:
    """Lets the contestants take turns, and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--turns", type=int, default=5)
    turns = options.parse_args().turns
    if not ARCHIVE.exists():
        sys.exit(f"{ARCHIVE} is missing: run `npm run setup`")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "program.py")
        program.write_text(PROGRAM)
        contestants: dict[str, dict[str, Any]] = {
            "stock": {"argv": [sys.executable, str(program)], "env": {}},
            "job": launched(program, folder, {}),
            "smallJob": launched(program, folder, {"smallJob": True}),
        }
        seconds: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(turns):
            for name, contestant in contestants.items():
                seconds[name].append(seconds_to_first_job(contestant, folder))
    medians = {name: round(statistics.median(values), 2) for name, values in seconds.items()}
    ratios = {name: round(medians[name] / medians["stock"], 2) for name in ("job", "smallJob")}
    print(json.dumps({"bench": "spark-start", "seconds": medians, "ratios": ratios, "machineCpus": os.cpu_count()}))


def launched(program: Path, folder: str, settings: dict[str, Any]) -> dict[str, Any]:
    """What the product would start."""
    spec = {
        "entryPath": str(program),
        "jobUri": "unused",
        "resources": {"memoryBytes": MEMORY_BYTES, "cpus": os.cpu_count(), "diskBytes": 0},
        "settings": settings,
        "venv": str(BIN.parent),
        "archivePath": str(ARCHIVE),
        "scratchDir": folder,
    }
    module = (ROOT / "dist/platforms/launch/spark.js").as_uri()
    command = ["node", "--input-type=module", "-e", ASK, module, json.dumps(spec)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIME_LIMIT_SECONDS)
    launch: dict[str, Any] = json.loads(told.stdout)
    return launch


def seconds_to_first_job(contestant: dict[str, Any], folder: str) -> float:
    """One turn, from the start of the process to the time that the program tells."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TMPDIR": folder, **contestant["env"]}
    began = time.time()
    ended = subprocess.run(
        contestant["argv"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        timeout=TIME_LIMIT_SECONDS,
    )
    return float(ended.stdout.splitlines()[-1]) - began


if __name__ == "__main__":
    main()
