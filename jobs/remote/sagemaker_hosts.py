"""The hosts of a SageMaker training job, as the service tells each of them."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from jobs.lib.errors import InvalidInput

# https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
RESOURCE_CONFIG = Path("/opt/ml/input/config/resourceconfig.json")


@dataclass(frozen=True, slots=True)
class Hosts:
    """All hosts, the first of which is the head, and which of them this one is."""

    names: tuple[str, ...]
    current: str
    cpus: int

    @property
    def head(self) -> str:
        """The host that Ray's head and the job itself run on."""
        return self.names[0]

    @property
    def is_head(self) -> bool:
        """Whether this one is it."""
        return self.current == self.head

    @staticmethod
    def address_of(host: str) -> str:
        """The IP address of a host. OSError while its name is not known yet."""
        return socket.gethostbyname(host)


def find_hosts(resource_config: Path = RESOURCE_CONFIG) -> Hosts | None:
    """The hosts of this training job; None where there is one only, or this is no training job.

    Raises:
        InvalidInput: what the service said makes no sense.
    """
    names, current = os.environ.get("SM_HOSTS"), os.environ.get("SM_CURRENT_HOST")
    try:
        if names is not None and current is not None:
            hosts = json.loads(names)
        elif resource_config.is_file():
            said = json.loads(resource_config.read_bytes())
            hosts, current = said["hosts"], said["current_host"]
        else:
            return None
    except (ValueError, KeyError) as error:
        raise InvalidInput("SM_HOSTS", names, f"a JSON list of hosts ({error})") from error
    # Processing jobs have a file of the same kind, and may speak of their only host.
    if len(hosts) < 2:  # noqa: PLR2004 - alone
        return None
    if current not in hosts:
        raise InvalidInput("SM_CURRENT_HOST", current, f"one of {', '.join(hosts)}")
    return Hosts(tuple(sorted(hosts, key=_number)), current, int(os.environ.get("SM_NUM_CPUS") or os.cpu_count() or 1))


def _number(host: str) -> tuple[int, str]:
    digits = host.rpartition("-")[2]  # algo-10 comes after algo-2
    return int(digits) if digits.isdigit() else 0, host
