import os
import subprocess
import sys
from pathlib import Path

from jobs.lib.memory import own_peak_bytes, own_rss_bytes, tree_rss_bytes

ROOT = Path(__file__).parents[2]
HELD_BYTES = 400_000_000
CHILD = "from jobs.lib.memory import own_peak_bytes; print(own_peak_bytes())"
PARENT = f"""
import subprocess, sys
held = b"x" * {HELD_BYTES}
print(subprocess.check_output([sys.executable, "-c", {CHILD!r}], text=True))
"""


def test_memory_that_was_given_back_counts_for_the_peak():
    held = b"x" * 200_000_000
    assert own_rss_bytes() > len(held)
    del held
    assert own_peak_bytes() > 200_000_000


def test_the_tree_holds_at_least_what_this_process_does():
    assert tree_rss_bytes() > 5_000_000


def test_under_spark_submit_the_jvm_above_counts():
    # bash stands for the JVM: a parent that holds memory, with this program below it and Spark's variable around it.
    script = 'held=$(head -c 60000000 /dev/zero | tr "\\0" x); "$0" -c "$1"; :'
    child = "from jobs.lib.memory import own_rss_bytes, tree_rss_bytes; print(tree_rss_bytes() - own_rss_bytes())"
    counted = {}
    for name, extra in {"spark": {"PYSPARK_GATEWAY_PORT": "1"}, "plain": {}}.items():
        done = subprocess.run(
            ["bash", "-c", script, sys.executable, child],
            cwd=ROOT, env={"PATH": os.environ["PATH"], **extra}, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        counted[name] = int(done.stdout)
    assert counted["spark"] > 60_000_000
    assert counted["plain"] < 20_000_000


def test_what_the_parent_held_is_no_peak_of_its_child():
    done = subprocess.run(
        [sys.executable, "-c", PARENT], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert 0 < int(done.stdout) < HELD_BYTES / 4
