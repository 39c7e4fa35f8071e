"""A process of this job on every other host of a lent Ray, with which the job's files there go when the job ends."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from jobs.lib.held_folder import held_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A host that takes longer to start a process is not waited for: its keeper comes later.
START_SECONDS = 60.0


@ray.remote(num_cpus=0)
class Keeper:
    """Holds the folder until Ray ends it, which Ray does when the driver has ended, whatever the driver died of."""

    def __init__(self, folder: Path) -> None:
        self._held = ExitStack()
        self._held.enter_context(held_folder(folder))

    def holds(self) -> bool:
        """True once it does."""
        return True


@contextmanager
def kept_on_other_hosts(folder: Path) -> Iterator[None]:
    """Inside the block each host but this one has a keeper of `folder`.

    A host that joins later has none: what trials fetch there stays until the host goes.
    """
    this_host = ray.get_runtime_context().get_node_id()
    hosts = [host["NodeID"] for host in ray.nodes() if host["Alive"]]  # type: ignore[no-untyped-call]  # Ray has no types
    places = [NodeAffinitySchedulingStrategy(host, soft=False) for host in hosts if host != this_host]
    keepers = [Keeper.options(scheduling_strategy=place).remote(folder) for place in places]  # type: ignore[attr-defined]  # nor here
    if keepers:
        ray.wait([keeper.holds.remote() for keeper in keepers], num_returns=len(keepers), timeout=START_SECONDS)
    try:
        yield
    finally:
        keepers.clear()  # not before: they go with their handles
