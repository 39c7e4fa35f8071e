"""`python -m test.fakes.aws --state DIR --ready FILE`: see README.md."""

from __future__ import annotations

import argparse
import json
import logging
import os
import shlex
import signal
import sys
import threading
from pathlib import Path

from werkzeug.serving import make_server

from test.fakes.aws.app import Application
from test.fakes.aws.host import ACCOUNT, REGION, Host
from test.fakes.aws.job_process import PROJECT

ENDED_WITHIN_SECONDS = 30
SPARK_S3A = PROJECT / ".tempered" / "jars" / "spark-s3a"
"""Where scripts/setup puts S3A for Spark."""


def main(argv: list[str]) -> None:
    """Serves until SIGTERM or SIGINT; then ends every job and returns."""
    arguments = _arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    state = arguments.state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    jars = arguments.jars.resolve() if arguments.jars.is_dir() else None
    serve = shlex.split(arguments.serve)
    host = Host(state, factor=arguments.factor, speed=arguments.speed, jars=jars, serve=serve)
    application = Application(host)
    server = make_server("127.0.0.1", arguments.port, application, threaded=True)
    host.endpoint = f"http://127.0.0.1:{server.server_port}"
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    serving = threading.Thread(target=server.serve_forever, name="serve", daemon=True)
    serving.start()
    application.resume()
    ready = {"endpoint": host.endpoint, "pid": os.getpid(), "region": REGION, "account": ACCOUNT}
    draft = arguments.ready.with_suffix(".draft")
    draft.write_text(json.dumps(ready))
    draft.replace(arguments.ready)
    parent = os.getppid()
    while not asked.wait(1):
        if arguments.until_parent_ends and os.getppid() != parent:
            break  # a test that was killed leaves nothing behind
    host.stopping.set()
    application.join(ENDED_WITHIN_SECONDS)  # while it still serves: jobs may save what they have
    server.shutdown()
    arguments.ready.unlink(missing_ok=True)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m test.fakes.aws")
    parser.add_argument("--state", type=Path, required=True, help="folder of records and jobs' files")
    parser.add_argument("--ready", type=Path, required=True, help="written when requests are answered")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--factor", type=float, default=64, help="memory there divided by memory here")
    parser.add_argument("--speed", type=float, default=60, help="seconds of the services in one of ours")
    parser.add_argument("--jars", type=Path, default=SPARK_S3A, help="folder with S3A for Spark")
    parser.add_argument("--until-parent-ends", action="store_true", help="ends when who started it has ended")
    parser.add_argument("--serve", default="python -m jobs.serve.server serve", help="`serve` of every image")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main(sys.argv[1:])
