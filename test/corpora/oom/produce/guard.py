"""Runs a Python program as a job of ours is run: an exception is described in `_error.json` beside it, and printed."""

from __future__ import annotations

import json
import runpy
import sys
import traceback
from pathlib import Path

from jobs.lib.errors import describe_failure


def main(path: str) -> int:
    """Exit code 1 when the program raised, 2 for a wrong input; its own when it ended by `sys.exit`."""
    sys.argv = sys.argv[1:]
    try:
        runpy.run_path(path, run_name="__main__")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is described
        traceback.print_exc()
        failure = describe_failure(error)
        Path("_error.json").write_text(json.dumps(failure))
        return 2 if failure["kind"] == "invalid-input" else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
