"""Node programs: V8's heap, buffers outside it, worker threads, and what is not memory."""

from __future__ import annotations

from case import Case, Ending, Limits, not_memory, out_of, program

BOX = Limits(memory_mib=512)

HEAP = """
    const rows = [];
    console.log('parsing');
    for (;;) rows.push({ id: rows.length, name: 'row ' + rows.length });
"""
ARRAY = """
    const cells = [];
    for (let i = 0; ; i++) cells.push(i + 0.5);
"""
STRING = """
    let text = 'x'.repeat(1 << 20);
    for (;;) text += text;
"""
MAP = """
    const seen = new Map();
    for (let i = 0; ; i++) seen.set('k' + i, [i]);
"""
BUFFERS = """
    const blocks = [];
    console.log('reading blocks');
    for (;;) blocks.push(Buffer.alloc(16 << 20, 1));
"""
WORKER = """
    import { Worker, isMainThread } from 'node:worker_threads';
    import { fileURLToPath } from 'node:url';
    if (isMainThread) {
      new Worker(fileURLToPath(import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 24 } });
    } else {
      const rows = [];
      for (;;) rows.push({ id: rows.length });
    }
"""
CHILD = """
    import { execFileSync } from 'node:child_process';
    execFileSync(process.execPath, ['--max-old-space-size=32', 'child.mjs'], { stdio: 'inherit' });
"""
TYPED_ARRAY = """
    const all = [];
    for (;;) all.push(new Float64Array(1 << 24).fill(1));
"""
BAD_STRING = """
    console.error('note: run with NODE_OPTIONS=--max-old-space-size=4096 if you see "JavaScript heap out of memory"');
    const config = undefined;
    console.log(config.memory.limit);
"""
BAD_LENGTH = """
    const rows = new Array(-1);
    console.log(rows.length);
"""
STACK = """
    const walk = (node) => walk({ parent: node }) + 1;
    console.log(walk({}));
"""
WAITS = """
    console.log('server up, memory limit 512 MB');
    setInterval(() => {}, 1000);
"""
ABORT = """
    console.log('checking');
    process.abort();
"""


def _files(text: str) -> dict[str, str]:
    return {"job.mjs": program(text)}


CASES = (
    Case(
        "node-heap-limit",
        "node",
        ("node", "--max-old-space-size=48", "job.mjs"),
        out_of("node-heap"),
        _files(HEAP),
        limits=BOX,
    ),
    Case(
        "node-heap-limit-seen-by-node",
        "node",
        ("node", "--max-old-space-size=32", "job.mjs"),
        out_of("node-heap"),
        _files(MAP),
        limits=BOX,
        exit_as="node",
    ),
    Case(
        "node-heap-array-growth",
        "node",
        ("node", "--max-old-space-size=64", "job.mjs"),
        out_of("node-heap"),
        _files(ARRAY),
        limits=BOX,
    ),
    Case(
        "node-heap-limit-in-a-child",
        "node",
        ("node", "job.mjs"),
        out_of("node-heap"),
        {**_files(CHILD), "child.mjs": program(HEAP)},
        limits=BOX,
    ),
    Case("node-worker-thread-heap", "node", ("node", "job.mjs"), out_of("node-heap"), _files(WORKER), limits=BOX),
    Case(
        "node-buffers-kernel-kill",
        "node",
        ("node", "job.mjs"),
        out_of("container"),
        _files(BUFFERS),
        limits=Limits(memory_mib=256),
    ),
    Case(
        "node-typed-arrays-address-space",
        "node",
        ("node", "job.mjs"),
        out_of(("host", "node-heap")),
        _files(TYPED_ARRAY),
        limits=Limits(memory_mib=1536, address_mib=2200),
    ),
    Case(
        "node-heap-larger-than-the-container",
        "node",
        ("node", "--max-old-space-size=2048", "job.mjs"),
        out_of("container"),
        _files(HEAP),
        limits=Limits(memory_mib=160),
        exit_as="node",
    ),
    Case("node-string-too-long", "node", ("node", "job.mjs"), not_memory("bug"), _files(STRING), limits=BOX),
    Case(
        "node-bug-beside-memory-advice", "node", ("node", "job.mjs"), not_memory("bug"), _files(BAD_STRING), limits=BOX
    ),
    Case("node-invalid-array-length", "node", ("node", "job.mjs"), not_memory("bug"), _files(BAD_LENGTH), limits=BOX),
    Case("node-stack-overflow", "node", ("node", "job.mjs"), not_memory("bug"), _files(STACK), limits=BOX),
    Case(
        "node-aborted-by-itself",
        "node",
        ("node", "job.mjs"),
        not_memory("bug"),
        _files(ABORT),
        limits=BOX,
        exit_as="node",
    ),
    Case("node-missing-module", "node", ("node", "out-of-memory-report.mjs"), not_memory("bug"), limits=BOX),
    Case(
        "node-killed-by-somebody",
        "node",
        ("node", "job.mjs"),
        not_memory("lost"),
        _files(WAITS),
        limits=BOX,
        ending=Ending("SIGKILL", after="server up"),
        exit_as="node",
    ),
    Case(
        "node-cancelled",
        "node",
        ("node", "job.mjs"),
        not_memory("cancelled"),
        _files(WAITS),
        limits=BOX,
        ending=Ending("SIGTERM", after="server up", requested="cancel"),
    ),
)
