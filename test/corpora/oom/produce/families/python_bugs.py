"""Python programs that fail for reasons of their own, with words of memory around them."""

from __future__ import annotations

from case import Case, Expect, Limits, not_memory, out_of, program

JOB = ("{python}", "job.py")

COLUMN = """
    import pandas as pd
    frame = pd.DataFrame({"class": ["OutOfMemoryError", "KeyError"], "count": [3, 4]})
    counts = frame.set_index("class")["count"].to_dict()
    counts.pop("OutOfMemoryError")
    print("exceptions of the last night:", counts)
    print(counts["OutOfMemoryError"])
"""
DATA_ROWS = """
    rows = [
        ("2026-03-01", "node-7", "Killed"),
        ("2026-03-01", "node-7", "java.lang.OutOfMemoryError: Java heap space"),
        ("2026-03-02", "node-9", "Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5.5 GB physical memory used"),
        ("2026-03-02", "node-2", "MemoryError"),
        ("2026-03-03", "node-2", "fine"),
    ]
    for row in rows:
        print("\\t".join(row))
    raise ValueError("expected 6 rows, found 5")
"""
RAW_ROWS = """
    import sys
    log = ["Killed", "MemoryError", "java.lang.OutOfMemoryError: Java heap space", "std::bad_alloc", "oom-kill:constraint=CONSTRAINT_MEMCG"]
    for line in log * 3:
        print(line)
    sys.stdout.flush()
    dates = {"2026-03-01": 4}
    print(sum(dates[day] for day in ("2026-03-01", "2026-03-02")))
"""
SURVIVED = """
    def load(rows):
        try:
            return bytearray(rows * 1_000_000_000)
        except MemoryError:
            print("WARNING: MemoryError with all rows, going on with a sample")
            return bytearray(1000)

    table = load(40)
    model = {"trees": 20}
    print(model["leaves"])
"""
SURVIVED_TRACEBACK = """
    import logging
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for batch in (40_000, 400):
        try:
            rows = bytearray(batch * 1_000_000)
            break
        except MemoryError:
            logging.warning("batch of %d does not fit, halving it", batch, exc_info=True)
    logging.info("batch of %d fits", batch)
    logging.info("opening the labels")
    open("/data/labels/2026-03.csv")
"""
HANDLER_FAILS = """
    import os

    def load():
        return bytearray(40_000_000_000)

    try:
        load()
    except MemoryError:
        os.remove("cache/part-0.bin")
        raise
"""
MESSAGE = """
    class BudgetError(Exception):
        pass

    raise BudgetError("out of memory budget for team 'ads': 120 of 100 GB-hours used; ask for more at the memory desk")
"""
TEST_RUN = """
    import unittest

    class MemoryTests(unittest.TestCase):
        def test_out_of_memory_error_is_reported(self):
            self.assertIn("OutOfMemoryError", "java.lang.OutOfMemoryError: Java heap space")

        def test_job_killed_by_the_oom_killer(self):
            self.assertEqual("OOMKilled", "Completed")

    unittest.main(verbosity=2)
"""
TOO_BIG = """
    import numpy as np
    rows, columns = 4_000_000_000, 4_000_000_000
    print("allocating memory for the distance matrix")
    distances = np.zeros((rows, columns))
"""
OVERFLOW = """
    weights = bytearray(1 << 70)
"""
RECURSION = """
    def depth(node):
        return 1 + depth(node["next"])

    node = {}
    node["next"] = node
    print(depth(node))
"""
SKLEARN = """
    import numpy as np
    from sklearn.linear_model import Ridge
    print("config: memory=None, n_jobs=1, oom_retries=3")
    rows = np.array([[1.0, np.nan], [2.0, 1.0]])
    Ridge().fit(rows, [1, 2])
"""
LIGHTGBM = """
    import numpy as np
    import lightgbm as lgb
    data = lgb.Dataset(np.random.default_rng(1).normal(size=(100, 3)), np.zeros(100), params={"histogram_pool_size": 512})
    lgb.train({"objective": "binary", "max_bin": 1, "verbose": 1}, data, 3)
"""
XGBOOST = """
    import numpy as np
    import xgboost as xgb
    data = xgb.DMatrix(np.ones((10, 2)), label=np.array([-1.0] * 10))
    xgb.train({"objective": "binary:logistic", "max_depth": 3}, data, 2)
"""
ARROW = """
    import pyarrow.parquet as pq
    with open("part-0.parquet", "wb") as file:
        file.write(b"PAR1 memory pool statistics PAR0")
    pq.read_table("part-0.parquet")
"""
DUCKDB = """
    import duckdb
    db = duckdb.connect(config={"memory_limit": "100MB"})
    db.sql("CREATE TABLE limits AS SELECT 1 AS id")
    db.sql("SELECT out_of_memory FROM limits").fetchall()
"""
PAGE_CACHE = """
    import os
    for part in range(4):
        with open(f"part-{part}.bin", "wb") as file:
            for _ in range(40):
                file.write(os.urandom(1 << 20))
    total = sum(os.path.getsize(f"part-{part}.bin") for part in range(4))
    print("written", total)
    assert total == 1, "the parts do not add up"
"""
IGNORED_HELPER = """
    import subprocess
    import sys
    print("warming the cache in the background", flush=True)
    subprocess.run([sys.executable, "-c", "cache = bytearray(900_000_000); print(len(cache))"], check=False)
    settings = {"window": "7d"}
    days = int(settings["window"])
"""
IGNORED_HELPER_OWN = """
    import subprocess
    import sys
    subprocess.Popen([sys.executable, "-c", "cache = bytearray(900_000_000)"]).wait()
    import pandas as pd
    frame = pd.DataFrame({"age": [31, 45]})
    print(frame["salary"].mean())
"""
EXIT_0 = """
    import logging
    logging.basicConfig(level=logging.INFO)
    logging.info("found 3 incidents of java.lang.OutOfMemoryError: Java heap space")
    logging.warning("Killed: 4, OOMKilled: 3, MemoryError: 1")
    print("no result was written")
"""
INVALID = """
    from jobs.lib.errors import InvalidInput
    raise InvalidInput("params.memory", "12 potatoes", "a size such as 2GiB, to stay below an OutOfMemoryError")
"""
ARGPARSE = """
    import argparse
    parser = argparse.ArgumentParser("train")
    parser.add_argument("--memory", type=int, help="in MiB; more avoids MemoryError")
    parser.parse_args(["--memory", "lots"])
"""
TOO_MANY_FILES = """
    files = [open("/dev/null") for _ in range(2000)]
"""
THROTTLED = """
    import threading
    import urllib.request
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(429, "Too Many Requests")
            self.send_header("Retry-After", "30")
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/models").read()
"""
THREADS = """
    import threading
    import time
    print("one thread for each of 500 files", flush=True)
    for _ in range(500):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""
CHILD_FAILS = """
    import subprocess
    import sys
    child = "import sys; print('memory profile: peak 12 MiB'); sys.exit('no column named oom_score')"
    subprocess.run([sys.executable, "-c", child], check=True)
"""
POOL_BUG = """
    from concurrent.futures import ProcessPoolExecutor

    def fit(fold):
        if fold == 2:
            raise ZeroDivisionError("no rows left in fold 2 after the memory filter")
        return fold

    if __name__ == "__main__":
        with ProcessPoolExecutor(2) as pool:
            print(list(pool.map(fit, range(4))))
"""
SEGFAULT = """
    import ctypes
    import faulthandler
    faulthandler.enable()
    print("reading shared memory")
    ctypes.string_at(0)
"""


def _bug(
    name: str,
    text: str,
    *,
    own_error: bool = False,
    how: str = "",
    expect: Expect | None = None,
    limits: Limits | None = None,
) -> Case:
    return Case(
        name,
        "python",
        JOB,
        expect or not_memory("bug"),
        {"job.py": program(text)},
        how=how,
        own_error=own_error,
        limits=limits or Limits(memory_mib=300),
    )


CASES = (
    _bug("bug-key-error-out-of-memory-error", COLUMN),
    _bug("bug-key-error-out-of-memory-error-own-error", COLUMN, own_error=True),
    _bug("bug-memory-words-in-rows", DATA_ROWS),
    _bug("bug-memory-words-as-whole-lines", RAW_ROWS),
    _bug("bug-after-survived-memory-error", SURVIVED, limits=Limits(address_mib=700)),
    _bug("bug-after-survived-memory-error-own-error", SURVIVED, limits=Limits(address_mib=700), own_error=True),
    _bug(
        "bug-after-survived-memory-error-with-traceback",
        SURVIVED_TRACEBACK,
        limits=Limits(memory_mib=600, address_mib=700),
    ),
    _bug(
        "python-handler-fails-after-memory-error",
        HANDLER_FAILS,
        expect=out_of("python-worker"),
        limits=Limits(address_mib=700),
        how="the clean-up after a MemoryError fails in its turn",
    ),
    _bug("bug-message-out-of-memory-budget", MESSAGE),
    _bug("bug-message-out-of-memory-budget-own-error", MESSAGE, own_error=True),
    _bug("bug-unit-tests-about-memory", TEST_RUN),
    _bug("bug-array-larger-than-any-memory", TOO_BIG, how="a size that no memory can hold: numpy refuses the shape"),
    _bug("bug-size-overflow", OVERFLOW),
    _bug("bug-recursion", RECURSION),
    _bug("bug-sklearn-nan", SKLEARN),
    _bug("bug-lightgbm-parameter", LIGHTGBM),
    _bug("bug-xgboost-label", XGBOOST),
    _bug("bug-parquet-broken", ARROW, own_error=True),
    _bug("bug-duckdb-unknown-column", DUCKDB),
    _bug(
        "bug-with-page-cache-at-the-limit",
        PAGE_CACHE,
        limits=Limits(memory_mib=64),
        how="the peak equals the limit: it is page cache",
    ),
    _bug("bug-with-ignored-helper-killed", IGNORED_HELPER, how="the kernel killed a helper that nobody needed"),
    _bug(
        "bug-with-ignored-helper-killed-own-error",
        IGNORED_HELPER_OWN,
        own_error=True,
        how="the kernel killed a helper that nobody needed",
    ),
    _bug("exit-0-with-memory-words", EXIT_0, expect=not_memory("unknown")),
    _bug("invalid-input-own-error", INVALID, own_error=True, expect=not_memory("invalid-input")),
    _bug("invalid-input-arguments", ARGPARSE, expect=not_memory("invalid-input")),
    _bug("bug-too-many-open-files", TOO_MANY_FILES, limits=Limits(open_files=256)),
    _bug("throttled-by-a-service", THROTTLED, expect=not_memory("throttled")),
    _bug(
        "python-threads-limit",
        THREADS,
        expect=out_of("threads", ("definite", "probable", "ambiguous")),
        limits=Limits(tasks=60),
    ),
    _bug("bug-in-a-child", CHILD_FAILS),
    _bug("bug-in-a-process-pool", POOL_BUG),
    _bug("bug-segmentation-fault", SEGFAULT),
    _bug("bug-missing-module", "import torch_oom_guard\n"),
    _bug("bug-syntax-error", "memory = {'limit': 12\nprint('MemoryError')\n"),
)
