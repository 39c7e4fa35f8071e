"""The model server: the container contract of SageMaker, and the same on one machine.

    python -m jobs.serve.server serve                            in a container: /opt/ml/model on port 8080
    python -m jobs.serve.server serve --state FOLDER --port 0    on one machine: says in FOLDER how it is

GET /ping answers 200 once the model is loaded and has repeated its golden predictions. POST /invocations takes JSON
(`{"instances": [{"feature": 1.5}]}`, answered by `{"predictions": [...]}`) or CSV, and of batch transform jobs whole
Parquet files, answered by Parquet. SIGTERM ends it.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.lib.errors import InvalidInput
from jobs.lib.lean_import import import_lean
from jobs.lib.model import load_model
from jobs.lib.model_card import read_card
from jobs.serve.inference import CSV, JSON, Inference
from jobs.serve.memory_limit import limit_memory
from jobs.serve.server_state import ServerState
from jobs.serve.table_inference import PARQUET, TableInference

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTAINER_MODEL = Path("/opt/ml/model")
CONTAINER_PORT = 8080
# The most that SageMaker passes on to a container: https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
MAX_BODY_BYTES = 25 << 20
# Of a batch transform job: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
MAX_TABLE_BYTES = 100 << 20
BATCH_ROWS, THREADS = "TEMPERED_BATCH_ROWS", "TEMPERED_THREADS"
"""In the environment: how tables are predicted. See `TableInference`."""
IDENTITY_HEADER = "X-Tempered-Endpoint"


class Handler(BaseHTTPRequestHandler):
    """One request. The server holds the model and the name that it answers under."""

    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_GET(self) -> None:
        """`/ping`: alive, and with a model."""
        if self.path != "/ping":
            self._answer(HTTPStatus.NOT_FOUND, JSON, json.dumps({"error": f"no such path: {self.path}"}))
            return
        self._answer(HTTPStatus.OK, JSON, json.dumps({"model": self.server.description}))

    def do_POST(self) -> None:
        """`/invocations`: features in, predictions out."""
        content_type = (self.headers.get("Content-Type") or JSON).partition(";")[0].strip().lower()
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/invocations":
            self._refuse(HTTPStatus.NOT_FOUND, InvalidInput("path", self.path, "/invocations"))
        elif content_type not in (JSON, CSV, PARQUET):
            allowed = f"{JSON} or {CSV}, or {PARQUET} for whole tables"
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, InvalidInput("Content-Type", content_type, allowed))
        elif length > (most := MAX_TABLE_BYTES if content_type == PARQUET else MAX_BODY_BYTES):
            allowed = f"{most} bytes at most"
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, InvalidInput("body", f"{length} bytes", allowed))
        else:
            self._predict(content_type, length)

    def _predict(self, content_type: str, length: int) -> None:
        try:
            answer = self.server.answer(content_type, self.rfile.read(length))
        except InvalidInput as error:
            self._log(content_type, error)
            self._answer(HTTPStatus.BAD_REQUEST, JSON, _described(error))
            return
        except MemoryError as error:
            self._log(content_type, error)
            text = json.dumps({"error": "out of memory: send fewer instances at once"})
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, JSON, text)
            return
        self._answer(HTTPStatus.OK, content_type, answer)

    def _refuse(self, status: HTTPStatus, error: InvalidInput) -> None:
        """Answers without reading the body, so the connection cannot be used again."""
        self.close_connection = True
        self._answer(status, JSON, _described(error))

    def _log(self, content_type: str, error: Exception) -> None:
        """Of a transform job nobody reads the answer, and the service says no more than `See job logs`."""
        if content_type == PARQUET:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def _answer(self, status: HTTPStatus, content_type: str, answer: str | bytes) -> None:
        body = answer.encode() if isinstance(answer, str) else answer
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(IDENTITY_HEADER, self.server.name)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: a line for each request would fill the disk of a busy endpoint."""


class ModelServer(ThreadingHTTPServer):
    """The HTTP server around one model."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], name: str, model_folder: Path) -> None:
        import_lean(read_card(model_folder).format)
        model = load_model(model_folder)
        self.name = name
        one_at_a_time = threading.Lock()
        self._inference = Inference(model, one_at_a_time)
        self._tables = TableInference(
            model,
            one_at_a_time,
            batch_rows=int(os.environ.get(BATCH_ROWS, "250000")),
            threads=int(os.environ.get(THREADS, "1")),
        )
        self.description = {"learner": model.card.learner, "features": model.card.feature_names}
        super().__init__(address, Handler)

    def answer(self, content_type: str, body: bytes) -> str | bytes:
        """The answer to a request, in the form of the request.

        Raises:
            InvalidInput: naming what the model does not take.
        """
        return self._tables.answer(body) if content_type == PARQUET else self._inference.answer(content_type, body)


def _described(error: InvalidInput) -> str:
    found = error.found if isinstance(error.found, str | int | float | bool | None) else repr(error.found)
    return json.dumps({"error": str(error), "field": error.field, "found": found, "allowed": error.allowed})


def main(arguments: Sequence[str]) -> int:
    """Serves until it is asked to stop."""
    parser = argparse.ArgumentParser(prog="server.py", description="serves a model")
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--model", type=Path, default=CONTAINER_MODEL)
    parser.add_argument("--host", default="0.0.0.0")  # noqa: S104 - a container's port is published by its host
    parser.add_argument("--port", type=int, default=int(os.environ.get("SAGEMAKER_BIND_TO_PORT", CONTAINER_PORT)))
    parser.add_argument("--name", default="model")
    parser.add_argument("--state", type=Path, help="folder in which the server says how it is")
    parser.add_argument("--memory-bytes", type=int, help="memory that the process may have")
    given = parser.parse_args(arguments)
    if given.memory_bytes is not None:
        limit_memory(given.memory_bytes)
    state = ServerState.claim(given.state) if given.state is not None else None
    if given.state is not None and state is None:
        print("another server has this endpoint", flush=True)
        return 0
    try:
        server = ModelServer((given.host, given.port), given.name, given.model)
    except (InvalidInput, OSError, MemoryError) as error:
        if state is not None:
            state.failed(f"{type(error).__name__}: {error}")
        print(f"cannot serve: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return 1

    def stop(*_: object) -> None:
        # shutdown() waits for the loop, which this very thread runs.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    port = int(server.server_address[1])
    if state is not None:
        state.ready(port)
        state.when_removed(server.shutdown)
    print(f"serving {given.model} on port {port}", flush=True)
    with server:
        server.serve_forever(poll_interval=0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
