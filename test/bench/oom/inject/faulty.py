"""Starts a stage's real job with a fault in its processes: `faulty.py job.json`, as a platform starts any job.

What to inject stands in the setting `inject`, a JSON object with the job's real `entry`. The job never sees it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]


def main() -> None:
    """Writes the real job file and becomes the real job."""
    job_file = Path(sys.argv[1].removeprefix("file://"))
    document = json.loads(job_file.read_bytes())
    inject = json.loads(document["settings"].pop("inject"))
    document["params"].pop("salt")
    entry = ROOT / inject.pop("entry")
    real = job_file.with_name("real-job.json")
    real.write_text(json.dumps(document))
    spec = {
        **inject,
        "units": str(job_file.with_name("units.log")),
        "attempt": int(re.findall(r"-a(\d+)$", document["jobKey"])[0]),
        "settings": document["settings"],
        "limit": document["resources"]["memoryBytes"],
        "cpus": document["resources"]["cpus"],
    }
    path = os.pathsep.join([str(HERE), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "TEMPERED_INJECT": json.dumps(spec)}
    os.execve(sys.executable, [sys.executable, str(entry), real.as_uri()], environment)  # noqa: S606 - no shell wanted


if __name__ == "__main__":
    main()
