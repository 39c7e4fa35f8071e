"""The memory that a server may have: beyond it an allocation fails, in this process and in no other."""

from __future__ import annotations

import resource
import sys


def limit_memory(limit_bytes: int) -> None:
    """Limits the process's own data: heap and private mappings, not its code. Linux since 4.7, see getrlimit(2)."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
