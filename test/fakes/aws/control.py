"""`/_fake/...`: what tests ask of the fake itself."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from test.fakes.aws.records import history

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from test.fakes.aws.host import Host
    from test.fakes.aws.records import Record

_SHOWN = ("service", "kind", "id", "name", "state", "reason", "starts", "pids", "created", "peakBytes", "memoryBytes")


class Control:
    """Faults, jobs and calls."""

    def __init__(self, host: Host, jobs: Callable[[], list[Record]]) -> None:
        self._host = host
        self._jobs = jobs
        self._lock = threading.Lock()
        self._calls: dict[str, Counter[str]] = {"client": Counter(), "job": Counter()}
        self._routes: dict[str, Callable[[Request], Any]] = {
            "GET jobs": lambda _: [_shown(job) for job in self._jobs()],
            "GET history": lambda _: history(),
            "GET calls": self._counted,
            "DELETE calls": self._count_anew,
            "GET faults": lambda _: self._host.faults.left(),
            "POST faults": self._add_faults,
            "DELETE faults": self._clear_faults,
        }

    def count(self, who: str, service: str, operation: str) -> None:
        """One more call of a client or of a job."""
        with self._lock:
            self._calls[who][f"{service}:{operation}"] += 1

    def respond(self, request: Request) -> Response:
        """Answers one request."""
        route = f"{request.method} {request.path.removeprefix('/_fake/')}"
        answer = self._routes.get(route)
        if answer is None:
            return _json({"message": f"there is no {route}; there are {', '.join(self._routes)}"}, 404)
        try:
            return _json(answer(request))
        except ValueError as error:
            return _json({"message": str(error)}, 400)

    def _add_faults(self, request: Request) -> list[dict[str, Any]]:
        self._host.faults.add(json.loads(request.get_data()))
        return self._host.faults.left()

    def _clear_faults(self, _request: Request) -> list[dict[str, Any]]:
        self._host.faults.clear()
        return []

    def _counted(self, _request: Request) -> dict[str, dict[str, int]]:
        with self._lock:
            return {who: dict(counts) for who, counts in self._calls.items()}

    def _count_anew(self, _request: Request) -> dict[str, dict[str, int]]:
        with self._lock:
            for counts in self._calls.values():
                counts.clear()
        return {}


def _shown(job: Record) -> dict[str, Any]:
    return {key: job.get(key) for key in _SHOWN if key in job}


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, content_type="application/json")
