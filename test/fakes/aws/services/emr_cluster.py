"""The life of an EMR cluster: it starts, runs its steps, idles and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from test.fakes.aws.jobs import Job
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK
from test.fakes.aws.services.emr_step import run_step

if TYPE_CHECKING:
    from test.fakes.aws.host import Host
    from test.fakes.aws.jobs import Threads
    from test.fakes.aws.records import Record, Records

_STARTING_SECONDS = 180
_BOOTSTRAPPING_SECONDS = 60
_TERMINATING_SECONDS = 60
_STEP_ENDED = {"COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED"}
_LOOK_EVERY_SECONDS = 0.1


class ClusterLife:
    """One cluster's thread."""

    def __init__(self, host: Host, clusters: Records, steps: Records, threads: Threads, key: str) -> None:
        self._host = host
        self._clusters = clusters
        self._steps = steps
        self._threads = threads
        self._key = key
        self._driven: set[str] = set()

    def live(self) -> None:
        """From STARTING to TERMINATED."""
        ending = self._start()
        while ending is None:
            ending = self._look()
            self._host.pause(_LOOK_EVERY_SECONDS * self._host.speed)
        self._end(*ending)

    def _record(self) -> Record:
        found = self._clusters.find(self._key)
        assert found is not None
        return found

    def _update(self, **changes: Any) -> None:
        self._clusters.update(self._key, **changes, modified=now())

    def _start(self) -> tuple[str, dict[str, str]] | None:
        record = self._record()
        faults = record["faults"]
        if record["state"] == "STARTING":
            refusal = self._pause(_STARTING_SECONDS)
            if refusal is not None:
                return refusal
            if "unassumable-role" in faults:
                text = f"Service role {record['request']['ServiceRole']} has insufficient EC2 permissions."
                return "TERMINATED_WITH_ERRORS", {"Code": "VALIDATION_ERROR", "Message": text}
            if "capacity" in faults:
                return self._without_capacity(record)
            self._update(state="BOOTSTRAPPING")
        if self._record()["state"] == "BOOTSTRAPPING":
            refusal = self._pause(_BOOTSTRAPPING_SECONDS)
            if refusal is not None:
                return refusal
            self._update(state="WAITING", readyAt=now(), idleSince=now())
        return None

    def _without_capacity(self, record: Record) -> tuple[str, dict[str, str]]:
        groups = record["request"]["Instances"].get("InstanceGroups", [{"InstanceType": "m5.xlarge"}])
        instance_type = groups[0]["InstanceType"]
        text = (
            f"Amazon EMR cannot start the cluster: EC2 has insufficient capacity for {instance_type} "
            f"in {record['region']}a."
        )
        data = [{"instance-type": instance_type, "availability-zone": f"{record['region']}a"}]
        error = {"ErrorCode": "INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ", "ErrorData": data, "ErrorMessage": text}
        self._update(errors=[error])
        return "TERMINATED_WITH_ERRORS", {"Code": "INTERNAL_ERROR", "Message": text}

    def _pause(self, service_seconds: float) -> tuple[str, dict[str, str]] | None:
        parts = 20
        for _ in range(parts):
            self._host.pause(service_seconds / parts)
            record = self._record()
            if record["stopAsked"]:
                return "TERMINATED", record["stopReason"]
        return None

    def _look(self) -> tuple[str, dict[str, str]] | None:
        with LOCK:
            record = self._record()
            if record["stopAsked"]:
                return "TERMINATED", record["stopReason"]
            steps = [each for each in self._steps if each["cluster"] == self._key]
            running = [each for each in steps if each["state"] in {"RUNNING", "CANCEL_PENDING"}]
            for step in running:
                self._drive(step)
            pending = [each for each in steps if each["state"] == "PENDING"]
            free = record["request"].get("StepConcurrencyLevel", 1) - len(running)
            for step in pending[: max(0, free)]:
                self._steps.update(step["id"], state="RUNNING", startedAt=now(), modified=now())
                self._drive(step)
            is_busy = bool(running or pending)
            if is_busy != (record["state"] == "RUNNING"):
                self._update(state="RUNNING" if is_busy else "WAITING", idleSince=None if is_busy else now())
                record = self._record()
        return None if is_busy else self._idle(record)

    def _idle(self, record: Record) -> tuple[str, dict[str, str]] | None:
        if not record["request"]["Instances"].get("KeepJobFlowAliveWhenNoSteps", False):
            return "TERMINATED", {"Code": "ALL_STEPS_COMPLETED", "Message": "Steps completed"}
        limit = record["idleTimeout"]
        if limit is not None and now() - record["idleSince"] > limit / self._host.speed:
            text = "Cluster was terminated by the auto-termination policy after its idle timeout"
            return "TERMINATED", {"Code": "USER_REQUEST", "Message": text}
        return None

    def _drive(self, step: Record) -> None:
        if step["id"] in self._driven:
            return
        self._driven.add(step["id"])
        job = Job(self._host, self._steps, step["id"])

        def driven() -> None:
            run_step(job, self._record())
            self._after(job.record)

        self._threads.start(f"step {step['id']}", driven)

    def _after(self, step: Record) -> None:
        """ActionOnFailure."""
        action = step["request"].get("ActionOnFailure", "TERMINATE_CLUSTER")
        if step["state"] != "FAILED" or action == "CONTINUE":
            return
        self._cancel_pending()
        if action in {"TERMINATE_CLUSTER", "TERMINATE_JOB_FLOW"}:
            reason = {"Code": "STEP_FAILURE", "Message": "Shut down as step failed"}
            self._update(stopAsked=True, stopReason=reason)

    def _cancel_pending(self) -> None:
        with LOCK:
            for each in self._steps:
                if each["cluster"] == self._key and each["state"] == "PENDING":
                    self._steps.update(each["id"], state="CANCELLED", endedAt=now(), modified=now())

    def _end(self, state: str, reason: dict[str, str]) -> None:
        self._update(state="TERMINATING", reason=reason)
        self._cancel_pending()
        mine = [each["id"] for each in self._steps if each["cluster"] == self._key and each["state"] not in _STEP_ENDED]
        for key in mine:
            self._steps.update(key, stopAsked=True)
        while any((self._steps.find(key) or {})["state"] not in _STEP_ENDED for key in mine):
            self._host.pause(_LOOK_EVERY_SECONDS * self._host.speed)
        self._host.pause(_TERMINATING_SECONDS)
        if reason["Code"] == "STEP_FAILURE":
            state = "TERMINATED_WITH_ERRORS"
        self._update(state=state, endedAt=now())
