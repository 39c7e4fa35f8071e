"""Makes a log neutral: paths, host, user and process ids of the machine that produced it. Nothing else is changed."""

from __future__ import annotations

import platform
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_PID = 101
HOST = "host-1"
ADDRESS = "10.0.0.1"
PRODUCER = Path(__file__).resolve().parent
PROJECT = PRODUCER.parents[3]
# Process ids as the engines print them: `pid=12`, `pid 12`, `PID: 12`, `process 12`, `hs_err_pid12.log`, `kill -9 12`,
# Node's `[12:0x...`.
PIDS = re.compile(
    r"(?P<before>\b[pt]id[=: ]+|\bPID[=: ]+|\bprocess(?: ID)?[=: ]+|hs_err_pid|java_pid|core\.|\bkill (?:-\w+ )?|\[)"
    r"(?P<pid>\d{3,7})\b(?P<after>(?::0x)?)"
)
# A shell's `line 1:    12 Killed` and the other commands of its pipe; Rust's `thread 'main' (12) panicked`.
SHELL_ENDED = re.compile(
    r"((?:line \d+:|^) +|thread '[^']*' \()"
    r"(\d{3,7})( (?:Killed|Aborted|Segmentation fault|Terminated|Done)|\) panicked)",
    re.MULTILINE,
)
# Ray's table of the top 10 memory users of the whole machine.
MEMORY_USERS = re.compile(r"^(?P<pid>\d{3,7})(?P<size>\t[\d.]+\t)(?P<command>.*)$", re.MULTILINE)
OF_THE_JOB = re.compile(r"ray::|/ray/|/app/|guard\.py|python job\.py$")
USER = re.compile(r"((?:acls(?: groups)? to|permissions|User|user)[:=] ?)root\b")


def scrubber(work: Path) -> Callable[[str], str]:
    """A function for all texts of one case: the same process id becomes the same number everywhere."""
    pids: dict[str, str] = {}
    # Short names are words of other things too: `java.vm.name`.
    host = re.compile(rf"(?<![\w.-]){re.escape(socket.gethostname())}(?![\w-]|\.\w)")

    def neutral(pid: str) -> str:
        return pids.setdefault(pid, str(FIRST_PID + len(pids)))

    def scrub(text: str) -> str:
        for found, instead in _paths(work):
            text = text.replace(found, instead)
        text = host.sub(HOST, text)
        text = MEMORY_USERS.sub(lambda m: neutral(m["pid"]) + m["size"] + _shown(m["command"]), text)
        text = SHELL_ENDED.sub(lambda m: m[1] + neutral(m[2]) + m[3], text)
        text = PIDS.sub(lambda m: m["before"] + neutral(m["pid"]) + m["after"] if _is_pid(m) else m[0], text)
        return USER.sub(r"\1app", text)

    return scrub


def _is_pid(match: re.Match[str]) -> bool:
    # `[123456]` is an array size or a code as often as a process id: only Node writes `[pid:0x...`.
    return match["before"] != "[" or match["after"] != ""


def _paths(work: Path) -> list[tuple[str, str]]:
    own = {
        str(work): "/app",
        str(PRODUCER): "/opt/runner",
        str(PROJECT / ".venv"): "/opt/venv",
        str(Path(sys.prefix).resolve()): "/opt/venv",
        sys.prefix: "/opt/venv",
        str(Path(sys.base_prefix).resolve()): "/usr/local",
        sys.base_prefix: "/usr/local",
        str(PROJECT): "/opt/tempered",
        str(Path.home()): "/home/app",
        _own_address(): ADDRESS,
        platform.release(): platform.release().split("-")[0],  # the rest names a distribution or a host's build
        "/tmp/": "/scratch/",  # noqa: S108 - a text to look for
    }
    return sorted(((a, b) for a, b in own.items() if len(a) > 1), key=lambda pair: -len(pair[0]))


def _shown(command: str) -> str:
    return command if OF_THE_JOB.search(command) else "/usr/bin/other"


def _own_address() -> str:
    """The address that Ray tells although it listens on loopback; no packet is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that belongs to nobody (RFC 5737)
        except OSError:
            return ""
        address = str(probe.getsockname()[0])
    return "" if address.startswith("127.") else address
