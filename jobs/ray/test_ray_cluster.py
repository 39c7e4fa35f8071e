from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import ray

from jobs.lib.errors import describe_failure
from jobs.ray.ray_cluster import ObjectStoreFullError, _connected

ROOT = Path(__file__).resolve().parents[2]
FILL_THE_STORE = """
import json, sys
from pathlib import Path
from jobs.lib.errors import describe_failure
from jobs.ray.ray_cluster import OBJECT_STORE_BYTES, ray_cluster
try:
    with ray_cluster(1, Path(sys.argv[1])):
        import ray
        kept = [ray.put(bytes(OBJECT_STORE_BYTES // 4)) for _ in range(8)]
except BaseException as error:
    print(json.dumps(describe_failure(error)))
"""


def test_a_full_object_store_is_out_of_memory_and_says_where() -> None:
    # Raised here by hand: Ray 2.58 spills, or falls back to files, and then says OutOfDiskError instead.
    with pytest.raises(MemoryError) as caught, _connected():
        raise ray.exceptions.ObjectStoreFullError("The local object store is full of objects that are still in scope")
    said = describe_failure(caught.value)
    assert (said["errorClass"], said["kind"], ObjectStoreFullError.region) == (
        "ObjectStoreFullError",
        "out-of-memory",
        "object-store",
    )


@pytest.mark.engine
def test_objects_without_room_in_memory_or_on_disk_are_a_full_disk(tmp_path: Path) -> None:
    no_room = {"RAY_automatic_object_spilling_enabled": "0", "RAY_local_fs_capacity_threshold": "0"}
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_STORE, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **no_room},
        capture_output=True,
        timeout=120,
        check=True,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["errorClass"], said["kind"]) == ("OSError", "disk-full")
