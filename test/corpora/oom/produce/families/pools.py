"""Children of a Python program killed by the kernel: what the parent makes of it decides what a platform sees."""

from __future__ import annotations

from case import Case, Ending, Limits, out_of, program

JOB = ("{python}", "job.py")
SMALL = Limits(memory_mib=300)

PROCESS_POOL = """
    from concurrent.futures import ProcessPoolExecutor

    def fit(size):
        return len(bytearray(size))

    if __name__ == "__main__":
        print("4 folds, 2 workers", flush=True)
        with ProcessPoolExecutor(2) as pool:
            print(sum(pool.map(fit, [10_000_000, 20_000_000, 900_000_000, 10_000_000])))
"""
LOKY = """
    from joblib import Parallel, delayed

    def fit(size):
        return len(bytearray(size))

    if __name__ == "__main__":
        print(sum(Parallel(n_jobs=2)(delayed(fit)(size) for size in [10_000_000, 900_000_000, 20_000_000])))
"""
LOKY_MEMORY_ERROR = """
    import resource
    from joblib import Parallel, delayed

    def fit(size):
        resource.setrlimit(resource.RLIMIT_AS, (800 << 20, 800 << 20))
        return len(bytearray(size))

    if __name__ == "__main__":
        print(sum(Parallel(n_jobs=2)(delayed(fit)(size) for size in [10_000_000, 9_000_000_000, 20_000_000])))
"""
POOL_HANGS = """
    import multiprocessing

    def read(size):
        return len(bytearray(size))

    if __name__ == "__main__":
        print("reading 3 files in 2 processes", flush=True)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(read, [10_000_000, 900_000_000, 20_000_000], chunksize=1))
"""
NO_RESULT = """
    import multiprocessing

    def work():
        table = bytearray(900_000_000)
        print(len(table))

    if __name__ == "__main__":
        child = multiprocessing.get_context("fork").Process(target=work)
        child.start()
        child.join()
        print("child ended, finishing")
"""
NO_RESULT_CHECKED = """
    import multiprocessing
    import sys

    def work():
        table = bytearray(900_000_000)
        print(len(table))

    if __name__ == "__main__":
        child = multiprocessing.get_context("spawn").Process(target=work, name="loader")
        child.start()
        child.join()
        if child.exitcode != 0:
            sys.exit(f"loader ended with {child.exitcode}")
"""
SUBPROCESS = """
    import subprocess
    import sys
    print("running the exporter", flush=True)
    subprocess.run([sys.executable, "-c", "data = bytearray(900_000_000); print(len(data))"], check=True)
"""
SHELL_STEP = """
    import os
    import sys
    code = os.system("{python} -c 'data = bytearray(900_000_000); print(len(data))'")
    print("exporter gave", code)
    sys.exit(code >> 8 or 1)
"""
GRID_SEARCH = """
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import GridSearchCV

    rows = np.random.default_rng(3).normal(size=(60_000, 30))
    search = GridSearchCV(RandomForestRegressor(n_estimators=400), {"max_depth": [None, 30]}, n_jobs=2, cv=3)
    search.fit(rows, rows[:, 0] + rows[:, 1])
"""

CASES = (
    Case(
        "pool-process-pool-child-killed",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(PROCESS_POOL)},
        limits=SMALL,
    ),
    Case(
        "pool-process-pool-child-killed-own-error",
        "python",
        JOB,
        out_of("container"),
        {
            "job.py": program(PROCESS_POOL).replace(
                "ProcessPoolExecutor(2)", "ProcessPoolExecutor(2, __import__('multiprocessing').get_context('fork'))"
            )
        },
        limits=SMALL,
        own_error=True,
    ),
    Case("pool-loky-child-killed", "python", JOB, out_of("container"), {"job.py": program(LOKY)}, limits=SMALL),
    Case(
        "pool-loky-child-memory-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(LOKY_MEMORY_ERROR)},
        limits=SMALL,
    ),
    Case(
        "pool-sklearn-grid-search-child-killed",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(GRID_SEARCH)},
        limits=Limits(memory_mib=450, seconds=120),
        heavy=True,
    ),
    Case(
        "pool-child-killed-parent-hangs-timeout",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(POOL_HANGS)},
        limits=SMALL,
        ending=Ending("SIGKILL", after=None, requested="timeout"),
        how="multiprocessing.Pool waits for ever for its killed child; the timeout ends it",
    ),
    Case(
        "pool-child-killed-parent-hangs-terminated",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(POOL_HANGS)},
        limits=SMALL,
        ending=Ending("SIGTERM", after=None, requested="timeout", whole=False),
        how="as before, ended by SIGTERM",
    ),
    Case(
        "pool-child-killed-parent-exits-0",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(NO_RESULT)},
        limits=SMALL,
        how="the parent never looks at its child's exit code and leaves no result",
    ),
    Case(
        "pool-child-killed-parent-checks",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(NO_RESULT_CHECKED)},
        limits=SMALL,
    ),
    Case("pool-subprocess-killed", "python", JOB, out_of("container"), {"job.py": program(SUBPROCESS)}, limits=SMALL),
    Case(
        "pool-subprocess-killed-own-error",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(SUBPROCESS)},
        limits=SMALL,
        own_error=True,
    ),
    Case("pool-shell-step-killed", "python", JOB, out_of("container"), {"job.py": program(SHELL_STEP)}, limits=SMALL),
)
