"""SageMaker: jobs, models, endpoints and packages under one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.jobs import Threads
from test.fakes.aws.sagemaker.endpoints import Endpoints
from test.fakes.aws.sagemaker.models import Models
from test.fakes.aws.sagemaker.packages import ModelPackages
from test.fakes.aws.sagemaker.processing import ProcessingJobs
from test.fakes.aws.sagemaker.training import TrainingJobs
from test.fakes.aws.sagemaker.transform import TransformJobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record
    from test.fakes.aws.services.service import Runner


class SageMaker:
    """Its operations."""

    name = "sagemaker"

    def __init__(self, host: Host) -> None:
        self._threads = Threads()
        models = Models(host)
        self.endpoints = Endpoints(host, models, self._threads)
        self._runners: list[Runner] = [
            TrainingJobs(host, self._threads),
            ProcessingJobs(host, self._threads),
            TransformJobs(host, models, self._threads),
            self.endpoints,
        ]
        self.operations: dict[str, Callable[[Call], Result | None]] = {}
        for runner in self._runners:
            self.operations |= runner.operations
        self.operations |= models.operations | ModelPackages(host).operations

    def resume(self) -> None:
        """Goes on with what another fake has left."""
        for runner in self._runners:
            runner.resume()

    def jobs(self) -> list[Record]:
        """Every job and endpoint, for `GET /_fake/jobs`."""
        return [job for runner in self._runners for job in runner.jobs()]

    def join(self, seconds: float) -> None:
        """Waits for the threads."""
        self._threads.join(seconds)
