"""Full disks, of file systems of a few MiB."""

from __future__ import annotations

from case import Case, Limits, not_memory, program

JOB = ("{python}", "job.py")
BOX = Limits(memory_mib=400, disk_mib=8)

PLAIN = """
    with open("{disk}/part-0.csv", "w") as file:
        for row in range(10_000_000):
            file.write(f"{row},some text of a row\\n")
"""
PARQUET = """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    print("memory pool:", pa.default_memory_pool().backend_name)
    table = pa.table({"value": np.random.default_rng(1).normal(size=4_000_000)})
    pq.write_table(table, "{disk}/part-0.parquet")
"""
SQLITE = """
    import sqlite3
    db = sqlite3.connect("{disk}/index.db")
    db.execute("CREATE TABLE rows (id INTEGER, text TEXT)")
    db.executemany("INSERT INTO rows VALUES (?, ?)", ((i, "x" * 200) for i in range(200_000)))
    db.commit()
"""
SORT = """
    import subprocess
    with open("rows.txt", "w") as file:
        file.write("".join(f"{(i * 7919) % 1000003} some words of a row\\n" for i in range(800_000)))
    subprocess.run(["sort", "-S", "1M", "-T", "{disk}", "-o", "sorted.txt", "rows.txt"], check=True)
"""
DUCKDB = """
    import duckdb
    db = duckdb.connect(config={"memory_limit": "60MB", "threads": 1, "temp_directory": "{disk}/spill", "preserve_insertion_order": False})
    db.sql("COPY (SELECT * FROM range(20000000) t(i) ORDER BY hash(i)) TO '/dev/null' (FORMAT csv)")
"""
JAVA = """
    import java.io.*;
    public class Job {
        public static void main(String[] args) throws IOException {
            try (FileOutputStream spill = new FileOutputStream("{disk}/spill.bin")) {
                byte[] block = new byte[1 << 20];
                for (int i = 0; i < 100; i++) { spill.write(block); }
            }
        }
    }
"""
NODE = """
    import { writeFileSync } from 'node:fs';
    writeFileSync('{disk}/heap-out-of-memory-report.json', Buffer.alloc(20 << 20));
"""
JOBLIB = """
    import numpy as np
    from joblib import Parallel, delayed

    def total(rows):
        return rows.sum()

    if __name__ == "__main__":
        rows = np.ones((4_000_000, 3))
        print(Parallel(n_jobs=2, temp_folder="{disk}", max_nbytes=1000)(delayed(total)(rows) for _ in range(2)))
"""


def _python(name: str, text: str, *, own_error: bool = False) -> Case:
    return Case(
        name, "python", JOB, not_memory("disk-full"), {"job.py": program(text)}, limits=BOX, own_error=own_error
    )


CASES = (
    _python("disk-full-python", PLAIN),
    _python("disk-full-python-own-error", PLAIN, own_error=True),
    _python("disk-full-parquet", PARQUET),
    _python("disk-full-sqlite", SQLITE),
    _python("disk-full-sort", SORT),
    _python("disk-full-joblib-memmap", JOBLIB),
    Case(
        "disk-full-jvm",
        "jvm",
        ("java", "-Xmx64m", "-XX:+HeapDumpOnOutOfMemoryError", "Job"),
        not_memory("disk-full"),
        {"Job.java": program(JAVA)},
        prepare=(("javac", "Job.java"),),
        limits=BOX,
    ),
    Case(
        "disk-full-node", "node", ("node", "job.mjs"), not_memory("disk-full"), {"job.mjs": program(NODE)}, limits=BOX
    ),
    _python("disk-full-duckdb-spill", DUCKDB),
)
