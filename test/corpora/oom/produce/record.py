"""Writes what was seen of a case as a labelled file of the corpus."""

from __future__ import annotations

import json
import shlex
import signal
from typing import TYPE_CHECKING, Any

from run_case import LOG_TAIL_BYTES, MIB, PROJECT, Observation, command_line
from scrub import scrubber

if TYPE_CHECKING:
    from pathlib import Path

    from case import Case

REAL = PROJECT / "test" / "corpora" / "oom" / "real"


def record(case: Case, seen: Observation) -> Path:
    """The file's path. It is complete or not there."""
    scrub = scrubber(seen.work)
    own = seen.own_error or {}
    evidence = {
        "engine": case.engine,
        "exit": _exit(case, seen.returncode),
        "reason": f"{own['kind']}: said by the job itself" if own.get("kind") else None,
        "errorClass": own.get("errorClass"),
        "errorMessage": scrub(own["message"]) if "message" in own else None,
        "logTail": scrub(seen.log.decode(errors="replace")).encode()[-LOG_TAIL_BYTES:].decode(errors="replace"),
        "kernel": {"oomKillDelta": seen.oom_kills},
        "memory": {"limitBytes": case.limits.memory_mib * MIB, "peakBytes": seen.peak_bytes},
        "stopRequested": case.ending.requested if case.ending else None,
    }
    expect: dict[str, Any] = {
        "kind": case.expect.kind,
        "certainty": list(case.expect.certainty),
        "region": list(case.expect.region) if isinstance(case.expect.region, tuple) else case.expect.region,
    }
    document = {
        "name": case.name,
        "source": scrub(_source(case, seen.work)),
        "produced": "by running",
        "evidence": evidence,
        "expect": expect,
    }
    REAL.mkdir(exist_ok=True)
    partial = REAL / f".{case.name}.json.partial"
    partial.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return partial.rename(REAL / f"{case.name}.json")


def _exit(case: Case, returncode: int) -> dict[str, Any]:
    if returncode >= 0:
        return {"code": returncode, "signal": None}
    seen_by: dict[str, dict[str, Any]] = {
        "platform": {"code": 128 - returncode, "signal": signal.Signals(-returncode).name},
        "shell": {"code": 128 - returncode, "signal": None},
        "node": {"code": None, "signal": signal.Signals(-returncode).name},
    }
    return seen_by[case.exit_as]


def _source(case: Case, work: Path) -> str:
    limits = case.limits
    parts = [f"cgroup {limits.memory_mib} MiB"]
    if limits.tasks is not None:
        parts.append(f"{limits.tasks} tasks")
    if limits.disk_mib is not None:
        parts.append(f"tmpfs {limits.disk_mib} MiB")
    command = shlex.join(command_line(case, work))
    return f"{', '.join(parts)}: {command}" + (f" ({case.how})" if case.how else "")
