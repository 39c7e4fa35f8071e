"""What processing, training and transform jobs share: a name that is taken for ever, a thread each, stop, list."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.host import ShuttingDown
from test.fakes.aws.jobs import LOG, Job, StopAsked, Threads, new_record
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.sagemaker.common import arn, check_quota, planned
from test.fakes.aws.sagemaker.listing import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Params, Result
    from test.fakes.aws.records import Record

ENDED = {"Completed", "Failed", "Stopped"}


class NamedJobs(ABC):
    """Jobs of one kind: their calls, and the thread that each lives in."""

    kind: str
    """As it begins the names of calls and members, e.g. `Training`."""
    absent = "Could not find requested job with name: {name}"
    taken = "Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})"
    summary = ("FailureReason",)
    """Members of a description that a list shows beside those that all kinds have."""

    def __init__(self, host: Host, threads: Threads) -> None:
        self._host = host
        self._threads = threads
        self._word = self.kind.lower()
        self._jobs = Records(host.state / f"sagemaker-{self._word}-jobs")
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            f"Create{self.kind}Job": self._create,
            f"Describe{self.kind}Job": lambda call: self._described(self._found(call)),
            f"Stop{self.kind}Job": self._stop,
            f"List{self.kind}Jobs": self._list,
        }

    @abstractmethod
    def check(self, call: Call) -> tuple[str, dict[str, Any]]:
        """Checks what is asked for. Returns the instance type, and what the record of the job has beside the request.

        Raises:
            ServiceError: the service does not take it.
        """

    @abstractmethod
    def live(self, job: Job) -> None:
        """From its first moment, or from where another fake has left it, to its end."""

    @abstractmethod
    def end(self, job: Job, state: str, reason: str | None = None) -> None:
        """Its end by something else than its containers."""

    @abstractmethod
    def described(self, record: Record) -> Result:
        """The members of a description that are this kind's own."""

    def stopping(self) -> dict[str, Any]:
        """What a record has, beside its state, of a job that is asked to stop."""
        return {}

    def resume(self) -> None:
        """Goes on with what another fake has left."""
        for each in self._jobs:
            if each["state"] not in ENDED:
                self._drive(each["name"])

    def jobs(self) -> list[Record]:
        """All of them."""
        return list(self._jobs)

    def arn(self, record: Record) -> str:
        """Of one job."""
        return arn(record["region"], f"{self._word}-job/{record['name']}")

    def _found(self, call: Call) -> Record:
        name = call.params[f"{self.kind}JobName"]
        found = self._jobs.find(name)
        if found is None:
            raise invalid(self.absent.format(name=name))
        return found

    def _create(self, call: Call) -> Result:
        params: Params = call.params
        name = params[f"{self.kind}JobName"]
        instance_type, more = self.check(call)
        with LOCK:
            existing = self._jobs.find(name)
            if existing is not None:
                raise ServiceError("ResourceInUse", self.taken.format(arn=self.arn(existing)))
            check_quota(self._host, call, instance_type, f"{self._word} job usage")
            record = new_record(f"{self._word}-job", name, call.region, "InProgress")
            record |= {"request": params, "faults": planned(self._host, call), **more}
            self._jobs.put(name, record)
        self._drive(name)
        return {f"{self.kind}JobArn": self.arn(record)}

    def _drive(self, name: str) -> None:
        job = Job(self._host, self._jobs, name)

        def live() -> None:
            try:
                self.live(job)
            except StopAsked:
                self.end(job, "Stopped")
            except ShuttingDown:
                raise
            except Exception as error:  # noqa: BLE001 - moving files may fail in any way; the job then fails, as there
                LOG.info("%s job %s: %r", self._word, job.key, error)
                self.end(job, "Failed", f"ClientError: {error}")

        self._threads.start(f"{self._word} job {name}", live)

    def _stop(self, call: Call) -> None:
        with LOCK:
            record = self._found(call)
            if record["state"] in ENDED:
                text = f"The request was rejected because the {self._word} job is in status {record['state']}."
                raise invalid(text)
            change = {"state": "Stopping", "stopAsked": True, "modified": now(), **self.stopping()}
            self._jobs.update(record["name"], **change)

    def _described(self, record: Record) -> Result:
        return {
            **self.described(record),
            f"{self.kind}JobName": record["name"],
            f"{self.kind}JobArn": self.arn(record),
            f"{self.kind}JobStatus": record["state"],
            "FailureReason": record.get("reason"),
            "CreationTime": record["created"],
            f"{self.kind}StartTime": record.get("startedAt"),
            f"{self.kind}EndTime": record.get("endedAt"),
        }

    def _list(self, call: Call) -> Result:
        shown, token = listed(self._jobs, call.params)
        return {f"{self.kind}JobSummaries": [self._summary(each) for each in shown], "NextToken": token}

    def _summary(self, record: Record) -> Result:
        own = (f"{self.kind}JobName", f"{self.kind}JobArn", f"{self.kind}JobStatus", f"{self.kind}EndTime")
        described = self._described(record)
        members = {name: described.get(name) for name in (*own, "CreationTime", *self.summary)}
        return {**members, "LastModifiedTime": record["modified"]}
