"""A container as a process: its /opt/ml, its environment, its memory."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from test.fakes.aws.job_process import ProcessSpec

if TYPE_CHECKING:
    from pathlib import Path

    from test.fakes.aws.host import Host
    from test.fakes.aws.machines import Machine

OPT_ML = "/opt/ml"
STOP_GRACE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Container:
    """One of the hosts of a job. Its file system's /opt/ml is `ml`, which nobody else sees."""

    host: Host
    folder: Path
    """Made when it does not exist."""
    number: int
    """From 1."""
    count: int

    @property
    def ml(self) -> Path:
        """/opt/ml as this machine sees it."""
        return self.folder / "ml"

    @property
    def log(self) -> Path:
        """Everything that it writes to stdout and stderr."""
        return self.folder / "log"

    def local(self, path: str) -> Path:
        """A path of the container on this machine.

        Raises:
            ValueError: it does not lie below /opt/ml.
        """
        if path != OPT_ML and not path.startswith(f"{OPT_ML}/"):
            raise ValueError(f"{path} does not lie below {OPT_ML}")
        return self.ml / path.removeprefix(OPT_ML).lstrip("/")

    def write_json(self, path: str, value: Any) -> None:
        """A configuration file below /opt/ml."""
        file = self.local(f"{OPT_ML}/{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))

    def process(
        self,
        argv: list[str],
        environment: dict[str, str],
        *,
        machine: Machine,
        region: str,
        timeout_seconds: float | None,
    ) -> ProcessSpec:
        """How to run a command in it, under the memory of the machine divided by the factor.

        Raises:
            FileNotFoundError: there is no such program, in the container runtime's words.
        """
        base = self.host.job_environment(self.folder, region)
        (self.ml / "scratch").mkdir(exist_ok=True)
        own = {
            "TMPDIR": f"{OPT_ML}/scratch",  # short: Ray puts the paths of its sockets below it
            "SM_CURRENT_HOST": f"algo-{self.number}",
            "SM_HOSTS": json.dumps([f"algo-{number}" for number in range(1, self.count + 1)]),
            "SM_NUM_CPUS": str(machine.cpus),
            "SM_NUM_GPUS": "0",
            "SM_MODEL_DIR": f"{OPT_ML}/model",
            "SM_OUTPUT_DIR": f"{OPT_ML}/output",
            "SM_OUTPUT_DATA_DIR": f"{OPT_ML}/output/data",
            "SM_INPUT_DIR": f"{OPT_ML}/input",
        }
        full = {**base, **own, **environment}
        command = list(argv)
        if not self.host.has_mounts:  # then paths are translated where they can be seen
            full = {key: each.replace(OPT_ML, str(self.ml)) for key, each in full.items()}
            command = [word.replace(OPT_ML, str(self.ml)) for word in command]
        if shutil.which(command[0], path=full["PATH"]) is None:
            raise FileNotFoundError(
                f'failed to create shim task: exec: "{command[0]}": executable file not found in $PATH: unknown'
            )
        hosts = self.folder / "hosts"
        names = [f"127.0.0.{number} algo-{number}" for number in range(1, self.count + 1)]
        hosts.write_text("\n".join(["127.0.0.1 localhost", *names, ""]))
        return ProcessSpec(
            argv=command,
            env=full,
            cwd=self.folder,
            memory_bytes=self.host.scaled(machine.memory_bytes),
            stdout=self.log,
            stderr=self.log,
            grace_seconds=max(1.0, STOP_GRACE_SECONDS / self.host.speed),
            timeout_seconds=timeout_seconds,
            opt_ml=self.ml if self.host.has_mounts else None,
            hosts=hosts if self.host.has_mounts else None,
        )


def make_container(host: Host, folder: Path, number: int, count: int) -> Container:
    """A container with the folders that every one has."""
    container = Container(host, folder / f"algo-{number}", number, count)
    for name in ("input/config", "input/data", "model", "output/data", "code"):
        (container.ml / name).mkdir(parents=True, exist_ok=True)
    return container
