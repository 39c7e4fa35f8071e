"""What the application asks of each of our services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record


class Runner(Protocol):
    """One kind of thing that runs."""

    operations: dict[str, Callable[[Call], Result | None]]

    def resume(self) -> None:
        """Goes on with what another fake has left."""

    def jobs(self) -> list[Record]:
        """Every job, for `GET /_fake/jobs`."""


class Service(Runner, Protocol):
    """A service with its name in botocore."""

    name: str

    def join(self, seconds: float) -> None:
        """Waits for its threads."""
