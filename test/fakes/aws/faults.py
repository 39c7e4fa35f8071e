"""What is to go wrong, in the order in which it was asked for by `POST /_fake/faults`."""

from __future__ import annotations

import threading
from typing import Any

KINDS = (
    "error",  # the code in `error` before the call
    "lost-response",  # the call is accepted and the connection cut
    "slow",  # answered after `seconds`
    "expired",  # the credentials
    "access-denied",
    "capacity",  # no machine for the job, cluster or endpoint that the call makes
    "quota",  # ResourceLimitExceeded at once
    "preempt",  # the machine is taken `afterSeconds` after the job started; `target` is "driver" or "executor"
    "late-log",  # EMR, EMR Serverless, processing jobs: the log is delivered `afterSeconds` later than usual
    "unassumable-role",
    "bare-exit-137",  # SageMaker: a kill for memory is told as `AlgorithmError: , exit code: 137`
)
_MEMBERS = {"service", "operation", "kind", "times", "error", "message", "status", "seconds", "afterSeconds", "target"}

Fault = dict[str, Any]


class Faults:
    """Rules with a number of times left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def add(self, rules: Any) -> None:
        """Adds rules after those that are there.

        Raises:
            ValueError: a rule has an unknown member or kind; then none is added.
        """
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            raise ValueError("faults are a list of objects")
        parsed = [_parsed(rule) for rule in rules]
        with self._lock:
            self._rules.extend(parsed)

    def clear(self) -> None:
        """Forgets what is left."""
        with self._lock:
            self._rules.clear()

    def left(self) -> list[Fault]:
        """What has not happened yet."""
        with self._lock:
            return [dict(rule) for rule in self._rules]

    def take(self, service: str, operation: str, *kinds: str) -> Fault | None:
        """The next fault of these kinds for a call, one of its times used up."""
        with self._lock:
            for rule in self._rules:
                meant = rule["service"] in {"*", service} and rule["operation"] in {"*", operation}
                if meant and rule["kind"] in kinds:
                    rule["times"] -= 1
                    if rule["times"] == 0:
                        self._rules.remove(rule)
                    return dict(rule)
        return None

    def take_each(self, service: str, operation: str, *kinds: str) -> dict[str, Fault]:
        """The next fault of each of these kinds, by kind."""
        found = {kind: self.take(service, operation, kind) for kind in kinds}
        return {kind: fault for kind, fault in found.items() if fault is not None}


def _parsed(rule: Fault) -> Fault:
    unknown = set(rule) - _MEMBERS
    if unknown:
        raise ValueError(f"unknown member {', '.join(sorted(unknown))}; the members are {', '.join(sorted(_MEMBERS))}")
    kind = rule.get("kind", "error" if "error" in rule else None)
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; the kinds are {', '.join(KINDS)}")
    if kind == "error" and "error" not in rule:
        raise ValueError("a fault of kind error names the exception in `error`")
    times = rule.get("times", 1)
    if not isinstance(times, int) or times < 1:
        raise ValueError(f"times is {times!r}, which is not a number from 1 on")
    return {"service": "*", "operation": "*", **rule, "kind": kind, "times": times}
