"""One failure to produce: what is run, within which limits, and what it really is."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Region = str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Expect:
    """The truth of the experiment: what was done to the job, not what any classifier says of it."""

    kind: str
    certainty: tuple[str, ...]
    region: Region = None


@dataclass(frozen=True, slots=True)
class Ending:
    """A signal that comes from outside the job.

    Attributes:
        signal: its name, e.g. `SIGKILL`.
        after: the signal is sent when the log holds this text; None means when the kernel has killed a process.
        requested: what the platform knows about it; None is a kill by somebody else.
        whole: all processes of the job get it, not only the first.
    """

    signal: str
    after: str | None
    requested: Literal["cancel", "timeout", "shutdown"] | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """What the job may use.

    Attributes:
        memory_mib: the memory group's limit, no swap.
        address_mib: `ulimit -v`: allocations fail inside the program instead of a kill by the kernel.
        file_mib: `ulimit -f`.
        open_files: `ulimit -n`.
        tasks: processes and threads of the whole job.
        disk_mib: size of a file system of its own at `{disk}`.
        seconds: the producer gives the case up after this time.
    """

    memory_mib: int = 256
    address_mib: int | None = None
    file_mib: int | None = None
    open_files: int | None = None
    tasks: int | None = None
    disk_mib: int | None = None
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Case:
    """A failure.

    Attributes:
        name: kebab-case; the name of its file.
        engine: as in `contracts/evidence.ts`.
        argv: the command. `{python}`, `{bin}` (folder of programs), `{disk}` and `{guard}` (writes `_error.json`)
            stand for paths.
        files: the programs, by name. `{disk}` stands for the folder in them, too.
        expect: the truth.
        how: one line for readers, where the command says too little.
        prepare: commands run before, without limits: compilers.
        own_error: the job writes `_error.json` as ours do, and the platform reads it.
        ending: a signal from outside.
        exit_as: who saw the exit: our platform (128 + signal, and the signal), a shell (only the number), Node (only
            the signal).
        heavy: takes more than a GiB or many processes: one at a time on a machine.
    """

    name: str
    engine: str
    argv: Sequence[str]
    expect: Expect
    files: Mapping[str, str] = field(default_factory=dict)
    how: str = ""
    prepare: Sequence[Sequence[str]] = ()
    limits: Limits = field(default_factory=Limits)
    env: Mapping[str, str] = field(default_factory=dict)
    own_error: bool = False
    ending: Ending | None = None
    exit_as: Literal["platform", "shell", "node"] = "platform"
    heavy: bool = False


SURE = ("definite", "probable")
UNSURE = ("definite", "probable", "ambiguous")


def out_of(region: str | tuple[str, ...] | None, certainty: tuple[str, ...] = SURE) -> Expect:
    """Memory ran out there."""
    return Expect("out-of-memory", certainty, region)


def not_memory(kind: str, certainty: tuple[str, ...] = UNSURE) -> Expect:
    """The job ended, and not for memory."""
    return Expect(kind, certainty)


def program(text: str) -> str:
    """A program's text without the indentation of the file that it is kept in."""
    return textwrap.dedent(text).lstrip("\n")
