"""Produces the corpus of really-run failures: test/corpora/oom/real/NAME.json, one file a case.

    sudo .venv/bin/python test/corpora/oom/produce/main.py --list
    sudo .venv/bin/python test/corpora/oom/produce/main.py                  # all: 25 minutes, 6 GiB
    sudo .venv/bin/python test/corpora/oom/produce/main.py python-memory-error-list
    sudo .venv/bin/python test/corpora/oom/produce/main.py --only 'spark-*'
    sudo .venv/bin/python test/corpora/oom/produce/main.py --only '*' --missing

Every case really runs, in a memory cgroup of its own (v1 or v2, without swap), and is labelled with what was done to
it. It needs root (cgroups, tmpfs), the project's .venv, and for some families a JDK, Node, Go, Rust, g++. Logs are kept
as they were printed but for paths, host, user and process ids; sizes and times differ from run to run. Spark and Ray
want the machine for themselves: `--light` leaves them out.
"""

from __future__ import annotations

import argparse
import fnmatch
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from families import ALL
from record import REAL, record
from run_case import GaveUp, run_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from case import Case


def main(argv: Sequence[str]) -> int:
    """0 when all were produced, 1 when one did not fail as it should have, 2 for a wrong name."""
    parser = argparse.ArgumentParser(description="Runs failures and records what a platform sees of them.")
    parser.add_argument("names", nargs="*", help="cases to produce; none means all")
    parser.add_argument("--only", metavar="PATTERN", help="cases whose name matches, e.g. 'jvm-*'")
    parser.add_argument("--missing", action="store_true", help="leave out the cases that have a file")
    parser.add_argument("--light", action="store_true", help="leave out the cases that start many processes")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    asked = parser.parse_args(argv)
    cases = {case.name: case for case in ALL}
    unknown = [name for name in asked.names if name not in cases]
    if unknown:
        print(f"there is no case {', '.join(unknown)}; --list prints them", file=sys.stderr)
        return 2
    chosen = [case for case in ALL if not asked.names or case.name in asked.names]
    if asked.only:
        chosen = [case for case in chosen if fnmatch.fnmatch(case.name, asked.only)]
    if asked.missing:
        chosen = [case for case in chosen if not (REAL / f"{case.name}.json").exists()]
    if asked.light:
        chosen = [case for case in chosen if not case.heavy]
    if asked.list:
        for case in chosen:
            print(f"{case.name}  ({case.expect.kind})")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception: what runs is ended and tidied up
    produced = [_produce(case) for case in chosen]
    return 0 if all(produced) else 1


def _produce(case: Case) -> bool:
    started = time.monotonic()
    try:
        seen = run_case(case)
    except (GaveUp, OSError, subprocess.SubprocessError) as error:
        print(f"FAILED {case.name}: {error}", file=sys.stderr, flush=True)
        return False
    record(case, seen)
    facts = (
        f"exit {seen.returncode}, oom_kill {seen.oom_kills}, peak {seen.peak_bytes >> 20} MiB, log {len(seen.log)} B"
    )
    print(f"{case.name}: {facts}, {time.monotonic() - started:.1f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
