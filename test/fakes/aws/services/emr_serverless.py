"""EMR Serverless: applications and job runs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.host import ACCOUNT
from test.fakes.aws.jobs import Job, Threads, new_record
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.services.emr_serverless_run import run_job
from test.fakes.aws.services.emr_serverless_sizes import Demand, demand_of, submission_of
from test.fakes.aws.services.paging import page
from test.fakes.aws.services.releases import check_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record

ENDED = {"SUCCESS", "FAILED", "CANCELLED"}
_STARTED_AFTER_SECONDS = 60
_CREATED_AFTER_SECONDS = 20
_SUMMARY = {"name", "arn", "releaseLabel", "type", "state", "stateDetails", "createdAt", "updatedAt", "architecture"}
_RUN_SUMMARY = {
    *("applicationId", "name", "mode", "arn", "createdBy", "createdAt", "updatedAt", "executionRole", "state"),
    *("stateDetails", "releaseLabel", "attempt"),
}


class EmrServerless:
    """Its operations."""

    name = "emr-serverless"

    def __init__(self, host: Host) -> None:
        self._host = host
        self._applications = Records(host.state / "emr-serverless-applications")
        self._runs = Records(host.state / "emr-serverless-runs")
        self._threads = Threads()
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "CreateApplication": self._create_application,
            "GetApplication": lambda call: {"application": _described(self._application(call))},
            "ListApplications": self._list_applications,
            "UpdateApplication": self._update_application,
            "DeleteApplication": self._delete_application,
            "StartApplication": self._start_application,
            "StopApplication": self._stop_application,
            "StartJobRun": self._start_job_run,
            "GetJobRun": lambda call: {"jobRun": _run_described(self._run(call))},
            "ListJobRuns": self._list_job_runs,
            "CancelJobRun": self._cancel_job_run,
        }

    def resume(self) -> None:
        """Goes on with what another fake has left."""
        for record in self._runs:
            if record["state"] not in ENDED:
                self._drive(record["id"])

    def jobs(self) -> list[Record]:
        """Every run, for `GET /_fake/jobs`."""
        return list(self._runs)

    def join(self, seconds: float) -> None:
        """Waits for the threads."""
        self._threads.join(seconds)

    def _application(self, call: Call) -> Record:
        key = call.params["applicationId"]
        found = self._applications.find(key)
        if found is None:
            raise ServiceError("ResourceNotFoundException", f"Application {key} does not exist", 404)
        return found

    def _run(self, call: Call) -> Record:
        self._application(call)
        key = call.params["jobRunId"]
        found = self._runs.find(key)
        if found is None or found["request"]["applicationId"] != call.params["applicationId"]:
            raise ServiceError("ResourceNotFoundException", f"JobRun {key} does not exist", 404)
        return found

    def _create_application(self, call: Call) -> Result:
        check_release(call.params["releaseLabel"])
        if call.params["type"].upper() != "SPARK":
            raise invalid(f"Application type {call.params['type']} is not run here: only SPARK")
        with LOCK:
            for each in self._applications:
                if each["request"]["clientToken"] == call.params["clientToken"]:
                    if each["request"] != call.params:
                        raise ServiceError("ConflictException", "Client token was used with other parameters", 409)
                    return _application_id(each)
            key = f"00f{uuid.uuid4().hex[:13]}"
            record = new_record("application", call.params.get("name", ""), call.region, "CREATING")
            record |= {"id": key, "request": call.params}
            self._applications.put(key, record)
        self._move(key, "CREATED", _CREATED_AFTER_SECONDS)
        return _application_id(record)

    def _move(self, key: str, state: str, service_seconds: float) -> None:
        def moved() -> None:
            self._host.pause(service_seconds)
            with LOCK:
                if self._applications.find(key) is not None:
                    self._applications.update(key, state=state, modified=now())

        self._threads.start(f"application {key}", moved)

    def _list_applications(self, call: Call) -> Result:
        wanted = call.params.get("states")
        found = [each for each in self._applications if wanted is None or each["state"] in wanted]
        shown, token = page(found, call.params.get("maxResults", 50), call.params.get("nextToken"))
        return {"applications": [_summary(each) for each in shown], "nextToken": token}

    def _update_application(self, call: Call) -> Result:
        record = self._application(call)
        if record["state"] not in {"CREATED", "STOPPED"}:
            raise invalid(f"Application {record['id']} must be in CREATED or STOPPED state, it is {record['state']}")
        changes = {key: each for key, each in call.params.items() if key not in {"applicationId", "clientToken"}}
        record = self._applications.update(record["id"], request={**record["request"], **changes}, modified=now())
        return {"application": _described(record)}

    def _delete_application(self, call: Call) -> Result:
        record = self._application(call)
        if record["state"] not in {"CREATED", "STOPPED"}:
            raise invalid(f"Application {record['id']} must be in CREATED or STOPPED state, it is {record['state']}")
        self._applications.update(record["id"], state="TERMINATED", modified=now())
        return {}

    def _start_application(self, call: Call) -> Result:
        self._start(self._application(call))
        return {}

    def _start(self, record: Record) -> None:
        with LOCK:
            if record["state"] in {"CREATED", "STOPPED"}:
                self._applications.update(record["id"], state="STARTING", modified=now())
                self._move(record["id"], "STARTED", _STARTED_AFTER_SECONDS)
            elif record["state"] not in {"STARTING", "STARTED"}:
                raise invalid(f"Application {record['id']} cannot be started: it is {record['state']}")

    def _stop_application(self, call: Call) -> Result:
        record = self._application(call)
        active = [each for each in self._runs if _is_active(each, record["id"])]
        if active:
            raise invalid(f"Application {record['id']} has {len(active)} active job runs; it cannot be stopped")
        if record["state"] not in {"STARTED", "STOPPED", "STOPPING"}:
            raise invalid(f"Application {record['id']} cannot be stopped: it is {record['state']}")
        if record["state"] == "STARTED":
            self._applications.update(record["id"], state="STOPPING", modified=now())
            self._move(record["id"], "STOPPED", _CREATED_AFTER_SECONDS)
        return {}

    def _start_job_run(self, call: Call) -> Result:
        application = self._application(call)
        if application["state"] in {"CREATING", "STOPPING", "TERMINATED"}:
            raise invalid(f"Application {application['id']} is in {application['state']} state; it takes no job runs")
        if f":{ACCOUNT}:" not in call.params["executionRoleArn"]:
            raise ServiceError("AccessDeniedException", "Cross-account pass role is not allowed.", 403)
        with LOCK:
            for each in self._runs:
                if each["request"]["clientToken"] == call.params["clientToken"]:
                    if each["request"] != call.params:
                        text = f"A job run with client token {call.params['clientToken']} and other parameters exists"
                        raise ServiceError("ConflictException", text, 409)
                    return _run_id(each)
            if application["state"] != "STARTED":
                if not application["request"].get("autoStartConfiguration", {}).get("enabled", True):
                    text = f"Application {application['id']} is in {application['state']} state and auto-start is off"
                    raise invalid(text)
                self._start(application)
            demand = demand_of(submission_of(call.params))
            key = f"00j{uuid.uuid4().hex[:13]}"
            record = new_record("job-run", call.params.get("name", ""), call.region, "SUBMITTED")
            faults = self._host.faults.take_each(call.service, call.operation, "capacity", "preempt", "late-log")
            record |= {"id": key, "request": call.params, "details": "", "demand": demand.as_json(), "faults": faults}
            record["release"] = application["request"]["releaseLabel"]
            self._runs.put(key, record)
        self._drive(key)
        return _run_id(record)

    def _drive(self, key: str) -> None:
        job = Job(self._host, self._runs, key)
        self._threads.start(f"job run {key}", lambda: run_job(job, self._gate(key)))

    def _gate(self, key: str) -> Callable[[], str | None]:
        """Why a run cannot have its workers: `wait`, or the text of a failure for good; None when it can."""
        record = self._runs.find(key)
        assert record is not None
        demand = Demand.from_json(record["demand"])

        def look() -> str | None:
            application = self._applications.find(record["request"]["applicationId"])
            if application is None or application["state"] != "STARTED":
                return "wait"
            maximum = application["request"].get("maximumCapacity")
            if maximum is None:
                return None
            others = [
                Demand.from_json(each["demand"])
                for each in self._runs
                if _is_active(each, application["id"]) and each["starts"] > 0 and each["id"] != key
            ]
            if not demand.fits(maximum, []):
                return demand.refusal(maximum)
            return None if demand.fits(maximum, others) else "wait"

        return look

    def _list_job_runs(self, call: Call) -> Result:
        application = self._application(call)
        wanted = call.params.get("states")
        found = [
            each
            for each in reversed(list(self._runs))
            if each["request"]["applicationId"] == application["id"]
            and (wanted is None or each["state"] in wanted)
            and call.params.get("createdAtAfter", 0) <= each["created"] <= call.params.get("createdAtBefore", 2**40)
        ]
        shown, token = page(found, call.params.get("maxResults", 50), call.params.get("nextToken"))
        return {"jobRuns": [_run_summary(each) for each in shown], "nextToken": token}

    def _cancel_job_run(self, call: Call) -> Result:
        record = self._run(call)
        with LOCK:
            if record["state"] in ENDED:
                raise invalid(f"Job run {record['id']} is in terminal state {record['state']} and cannot be cancelled")
            self._runs.update(record["id"], state="CANCELLING", stopAsked=True, modified=now())
        return {"applicationId": call.params["applicationId"], "jobRunId": record["id"]}


def _is_active(run: Record, application: str) -> bool:
    return run["request"]["applicationId"] == application and run["state"] not in ENDED


def _arn(record: Record, path: str) -> str:
    return f"arn:aws:emr-serverless:{record['region']}:{ACCOUNT}:/applications/{path}"


def _application_id(record: Record) -> Result:
    return {"applicationId": record["id"], "name": record["request"].get("name"), "arn": _arn(record, record["id"])}


def _described(record: Record) -> Result:
    given = {key: each for key, each in record["request"].items() if key != "clientToken"}
    return {
        "autoStartConfiguration": {"enabled": True},
        "autoStopConfiguration": {"enabled": True, "idleTimeoutMinutes": 15},
        "architecture": "X86_64",
        "tags": {},
        **given,
        **_application_id(record),
        "type": given["type"].capitalize(),
        "state": record["state"],
        "createdAt": record["created"],
        "updatedAt": record["modified"],
    }


def _summary(record: Record) -> Result:
    described = _described(record)
    kept = {key: each for key, each in described.items() if key in _SUMMARY}
    return {"id": described["applicationId"], **kept}


def _run_summary(record: Record) -> Result:
    described = _run_described(record)
    kept = {key: each for key, each in described.items() if key in _RUN_SUMMARY}
    return {"id": described["jobRunId"], "type": "SPARK", **kept}


def _run_id(record: Record) -> Result:
    application = record["request"]["applicationId"]
    arn = _arn(record, f"{application}/jobruns/{record['id']}")
    return {"applicationId": application, "jobRunId": record["id"], "arn": arn}


def _run_described(record: Record) -> Result:
    request = record["request"]
    described = {
        **_run_id(record),
        "name": request.get("name"),
        "createdBy": f"arn:aws:iam::{ACCOUNT}:user/tempered",
        "createdAt": record["created"],
        "updatedAt": record["modified"],
        "executionRole": request["executionRoleArn"],
        "state": record["state"],
        "stateDetails": record["details"],
        "releaseLabel": record["release"],
        "configurationOverrides": request.get("configurationOverrides"),
        "jobDriver": request["jobDriver"],
        "tags": request.get("tags", {}),
        "executionTimeoutMinutes": request.get("executionTimeoutMinutes", 720),
        "mode": request.get("mode", "BATCH"),
        "retryPolicy": request.get("retryPolicy", {"maxAttempts": 1}),
        "attempt": 1,
        "attemptCreatedAt": record["created"],
        "attemptUpdatedAt": record["modified"],
        "startedAt": record.get("startedAt"),
        "endedAt": record.get("endedAt"),
    }
    if record.get("endedAt") is not None:
        seconds = record["endedAt"] - record.get("startedAt", record["endedAt"])
        described["totalExecutionDurationSeconds"] = round(seconds)
        described["totalResourceUtilization"] = record["utilization"]
        described["billedResourceUtilization"] = record["billed"]
    return described
