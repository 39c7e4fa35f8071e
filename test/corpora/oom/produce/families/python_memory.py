"""Python programs that run out of memory by themselves: in the interpreter and in its libraries."""

from __future__ import annotations

from case import Case, Limits, out_of, program

JOB = ("{python}", "job.py")
NARROW = Limits(memory_mib=1024, address_mib=700)

KERNEL_LIST = """
    import sys
    print("reading orders", flush=True)
    rows = []
    while True:
        rows.append("order %d" % len(rows) * 50)
"""
PLAIN = """
    def build(rows):
        table = []
        while True:
            table.append([0.0] * 100_000)

    print("building features for 1,200,000 rows")
    build(1_200_000)
"""
NUMPY = """
    import numpy as np
    features = np.ones((40_000, 12))
    print("distances between all rows", features.shape)
    distances = np.empty((40_000, 40_000))
    distances[:] = features @ features.T
"""
PANDAS_CSV = """
    import pandas as pd
    with open("big.csv", "w") as file:
        file.write("id,name,city\\n")
        for block in range(400):
            file.write("".join(f"{block}{i},name {block}-{i} {'x' * 40},city {i}\\n" for i in range(5000)))
    print("written, reading")
    frame = pd.read_csv("big.csv")
    print(len(frame))
"""
PANDAS_TOKENIZER = """
    import pandas as pd
    with open("wide.csv", "w") as file:
        file.write("id,text\\n")
        for row in range(60):
            file.write(f"{row}," + "x" * 3_000_000 + "\\n")
    print(len(pd.read_csv("wide.csv", low_memory=False)))
"""
PANDAS_MERGE = """
    import pandas as pd
    left = pd.DataFrame({"key": [1] * 30_000, "a": range(30_000)})
    right = pd.DataFrame({"key": [1] * 30_000, "b": range(30_000)})
    print(len(left.merge(right, on="key")))
"""
PYARROW = """
    import pyarrow as pa
    import logging
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.info("allocating the column")
    blocks = [pa.allocate_buffer(200_000_000) for _ in range(50)]
"""
RAISED_FROM = """
    class StageFailed(RuntimeError):
        pass

    def load():
        try:
            return bytearray(3_000_000_000)
        except MemoryError as error:
            raise StageFailed("the table 'sales' could not be loaded") from error

    load()
"""
IN_A_THREAD = """
    from concurrent.futures import ThreadPoolExecutor

    def part(number):
        return sum(len(bytes(200_000_000 * number)) for _ in range(3))

    with ThreadPoolExecutor(2) as pool:
        print(list(pool.map(part, range(1, 20))))
"""
SKLEARN = """
    import numpy as np
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.preprocessing import StandardScaler
    rows = StandardScaler().fit_transform(np.random.default_rng(7).normal(size=(60_000, 4)))
    kernel = rbf_kernel(rows)
    print(kernel.sum())
"""
SCIPY = """
    import scipy.sparse as sp
    words = sp.random(200_000, 50_000, density=1e-5, random_state=1, format="csr")
    print(words.shape, words.nnz)
    dense = words.toarray()
"""
DUCKDB = """
    import duckdb
    db = duckdb.connect(config={"memory_limit": "60MB", "threads": 1, "temp_directory": ""})
    db.sql("SELECT i % 3 AS g, list(i ORDER BY hash(i)) FROM range(20000000) t(i) GROUP BY g").fetchall()
"""
XGBOOST = """
    import numpy as np
    import xgboost as xgb
    rows = np.random.default_rng(1).normal(size=(120_000, 60)).astype("float32")
    data = xgb.QuantileDMatrix(rows, label=rows[:, 0], max_bin=1024)
    print("training on", data.num_row(), "rows")
    xgb.train({"max_depth": 16, "tree_method": "hist", "max_bin": 1024, "nthread": 1}, data, 400)
"""
LIGHTGBM = """
    import numpy as np
    import lightgbm as lgb
    rows = np.random.default_rng(1).normal(size=(150_000, 40))
    print("binning")
    lgb.train({"num_leaves": 4095, "max_bin": 4095, "num_threads": 1, "min_data_in_leaf": 1}, lgb.Dataset(rows, rows[:, 0]), 300)
"""
MMAP = """
    import mmap
    import os
    with open("index.bin", "wb") as file:
        file.truncate(4 << 30)
    with open("index.bin", "r+b") as file:
        index = mmap.mmap(file.fileno(), 0)
        print(index[0])
"""
PICKLE = """
    import pickle
    table = {i: str(i) * 10 for i in range(1_500_000)}
    print("saving", len(table))
    blob = [pickle.dumps(table) for _ in range(8)]
"""
RE_RAISED_TEXT = """
    import sys
    try:
        weights = [float(i) for i in range(100_000_000)]
    except MemoryError as error:
        print(f"fatal: {type(error).__name__} while reading weights", file=sys.stderr)
        sys.exit(70)
"""
ASYNC = """
    import asyncio

    async def fetch(page):
        await asyncio.sleep(0)
        return bytearray(100_000_000 + page)

    async def main():
        async with asyncio.TaskGroup() as group:
            pages = [group.create_task(fetch(page)) for page in range(40)]
        print(len(pages))

    asyncio.run(main())
"""

CASES = (
    Case(
        "python-kernel-kill",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(KERNEL_LIST)},
        limits=Limits(memory_mib=96),
    ),
    Case(
        "python-kernel-kill-seen-by-shell",
        "python",
        ("/bin/bash", "run.sh"),
        out_of("container"),
        {"job.py": program(KERNEL_LIST), "run.sh": '#!/bin/bash\nset -e\necho "+ train"\n{python} job.py\necho done\n'},
        limits=Limits(memory_mib=96),
        how="a shell script starts the program and prints Killed",
    ),
    Case(
        "python-kernel-kill-seen-by-node",
        "python",
        JOB,
        out_of("container"),
        {"job.py": "data = bytearray(300 << 20)\nprint(len(data))\n"},
        limits=Limits(memory_mib=96),
        exit_as="node",
        how="no output at all",
    ),
    Case(
        "python-numpy-kernel-kill",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(NUMPY)},
        limits=Limits(memory_mib=512),
        how="numpy gets its 12 GiB of address space and dies when it touches them",
    ),
    Case(
        "python-memory-error-plain", "python", JOB, out_of("python-worker"), {"job.py": program(PLAIN)}, limits=NARROW
    ),
    Case(
        "python-memory-error-plain-own-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(PLAIN)},
        limits=NARROW,
        own_error=True,
    ),
    Case("python-numpy-array", "python", JOB, out_of("python-worker"), {"job.py": program(NUMPY)}, limits=NARROW),
    Case(
        "python-numpy-array-own-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(NUMPY)},
        limits=NARROW,
        own_error=True,
    ),
    Case(
        "python-pandas-csv",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(PANDAS_CSV)},
        limits=Limits(memory_mib=1024, address_mib=480),
    ),
    Case(
        "python-pandas-csv-tokenizer",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(PANDAS_TOKENIZER)},
        limits=Limits(memory_mib=1024, address_mib=480),
    ),
    Case(
        "python-pandas-merge",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(PANDAS_MERGE)},
        limits=Limits(memory_mib=1024, address_mib=900),
    ),
    Case(
        "python-pyarrow-buffer",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(PYARROW)},
        limits=Limits(memory_mib=1024, address_mib=1200),
    ),
    Case(
        "python-pyarrow-buffer-own-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(PYARROW)},
        limits=Limits(memory_mib=1024, address_mib=1200),
        own_error=True,
    ),
    Case(
        "python-raised-from-memory-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(RAISED_FROM)},
        limits=NARROW,
    ),
    Case(
        "python-raised-from-memory-error-own-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(RAISED_FROM)},
        limits=NARROW,
        own_error=True,
    ),
    Case(
        "python-thread-pool-memory-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(IN_A_THREAD)},
        limits=NARROW,
    ),
    Case(
        "python-sklearn-kernel-matrix",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(SKLEARN)},
        limits=Limits(memory_mib=1024, address_mib=3000),
    ),
    Case(
        "python-scipy-to-dense",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(SCIPY)},
        limits=Limits(memory_mib=1024, address_mib=3000),
    ),
    Case("python-duckdb-memory-limit", "python", JOB, out_of("python-worker"), {"job.py": program(DUCKDB)}),
    Case(
        "python-duckdb-memory-limit-own-error",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(DUCKDB)},
        own_error=True,
    ),
    Case(
        "python-xgboost-address-space",
        "python",
        JOB,
        out_of(("host", "python-worker")),
        {"job.py": program(XGBOOST)},
        limits=Limits(memory_mib=1024, address_mib=620),
    ),
    Case(
        "python-lightgbm-kernel-kill",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(LIGHTGBM)},
        limits=Limits(memory_mib=300),
    ),
    Case(
        "python-lightgbm-kernel-kill-silent",
        "python",
        JOB,
        out_of("container"),
        {"job.py": program(LIGHTGBM).replace("print", "str")},
        limits=Limits(memory_mib=220),
        exit_as="shell",
    ),
    Case(
        "python-mmap-of-a-large-file",
        "python",
        JOB,
        out_of(("host", "python-worker")),
        {"job.py": program(MMAP)},
        limits=NARROW,
        how="OSError: Cannot allocate memory",
    ),
    Case("python-pickle-copies", "python", JOB, out_of("python-worker"), {"job.py": program(PICKLE)}, limits=NARROW),
    Case(
        "python-memory-error-handled-by-exit-70",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(RE_RAISED_TEXT)},
        limits=NARROW,
        how="the program catches it, says so and ends with its own code",
    ),
    Case(
        "python-exception-group-of-memory-errors",
        "python",
        JOB,
        out_of("python-worker"),
        {"job.py": program(ASYNC)},
        limits=NARROW,
    ),
)
