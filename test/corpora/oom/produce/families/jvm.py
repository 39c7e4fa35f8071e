"""Java programs: each memory of the JVM that can run out, each way it can be told to end, and look-alikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from case import Case, Ending, Expect, Limits, not_memory, out_of, program

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAP = """
    import java.util.ArrayList;
    public class Job {
        static ArrayList<byte[]> rows = new ArrayList<>();
        public static void main(String[] args) {
            System.out.println("loading partition 7");
            while (true) { rows.add(new byte[1 << 20]); }
        }
    }
"""
GC_OVERHEAD = """
    import java.util.HashMap;
    public class Job {
        public static void main(String[] args) {
            HashMap<Integer, String> index = new HashMap<>();
            for (int i = 0; ; i++) { index.put(i, "key-" + i); }
        }
    }
"""
METASPACE = """
    import java.io.*;
    import java.util.*;
    public class Job {
        public static void main(String[] args) throws Exception {
            byte[] code = Job.class.getResourceAsStream("Part.class").readAllBytes();
            List<Class<?>> classes = new ArrayList<>();
            while (true) {
                classes.add(new ClassLoader(null) {
                    Class<?> make() { return defineClass("Part", code, 0, code.length); }
                }.make());
            }
        }
    }
    class Part { int a; int b() { return a; } }
"""
DIRECT = """
    import java.nio.ByteBuffer;
    import java.util.*;
    public class Job {
        public static void main(String[] args) {
            List<ByteBuffer> buffers = new ArrayList<>();
            while (true) { buffers.add(ByteBuffer.allocateDirect(4 << 20)); }
        }
    }
"""
ARRAY = """
    public class Job {
        public static void main(String[] args) {
            int rows = Integer.MAX_VALUE;
            long[] index = new long[rows];
            System.out.println(index.length);
        }
    }
"""
THREADS = """
    public class Job {
        public static void main(String[] args) {
            for (int i = 0; ; i++) {
                Thread thread = new Thread(() -> { try { Thread.sleep(600000); } catch (InterruptedException e) { } });
                thread.setDaemon(args.length == 0);
                thread.start();
            }
        }
    }
"""
POOL_THREAD = """
    import java.util.concurrent.*;
    public class Job {
        public static void main(String[] args) throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(2);
            Future<Integer> part = pool.submit(() -> { long[][] all = new long[4000][]; for (int i = 0; ; i++) all[i] = new long[100000]; });
            try { part.get(); } catch (ExecutionException e) { e.printStackTrace(); System.exit(4); }
        }
    }
"""
NATIVE = """
    import java.lang.reflect.Field;
    import java.nio.ByteBuffer;
    import java.util.*;
    public class Job {
        public static void main(String[] args) throws Exception {
            System.out.println("reading blocks off heap");
            List<ByteBuffer> blocks = new ArrayList<>();
            while (true) {
                ByteBuffer block = ByteBuffer.allocateDirect(8 << 20);
                for (int i = 0; i < block.capacity(); i += 4096) { block.put(i, (byte) 1); }
                blocks.add(block);
            }
        }
    }
"""
OTHER_FAILURE = """
    public class Job {
        public static void main(String[] args) {
            System.out.println("java.vm.args=" + java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
            String[] columns = "id,name,city".split(",");
            System.out.println(columns[3]);
        }
    }
"""
SURVIVED = """
    import java.util.*;
    public class Job {
        public static void main(String[] args) throws Exception {
            try {
                List<byte[]> cache = new ArrayList<>();
                while (true) { cache.add(new byte[1 << 20]); }
            } catch (OutOfMemoryError e) {
                System.err.println("WARN cache disabled, going on without it: " + e);
            }
            new java.io.FileReader("/data/missing/part-00000.csv").read();
        }
    }
"""
NAMED_SO = """
    public class Job {
        static class OutOfMemoryBudgetException extends RuntimeException {
            OutOfMemoryBudgetException(String message) { super(message); }
        }
        public static void main(String[] args) {
            throw new OutOfMemoryBudgetException("team 'memory' has used 104 % of its yearly money for OutOfMemoryError training");
        }
    }
"""
LOG_ROWS = """
    public class Job {
        public static void main(String[] args) {
            String[] incidents = {"Killed", "java.lang.OutOfMemoryError: Java heap space", "Container killed by YARN for exceeding memory limits", "ok"};
            for (int i = 0; i < incidents.length; i++) { System.out.println("row " + i + "\\tincident=" + incidents[i] + "\\tcount=" + i); }
            int share = incidents.length / (incidents.length - 4);
            System.out.println(share);
        }
    }
"""


def _java(
    name: str,
    text: str,
    flags: Sequence[str],
    expect: Expect,
    *,
    limits: Limits | None = None,
    how: str = "",
) -> Case:
    return Case(
        name,
        "jvm",
        ("java", "-Xss512k", *flags, "Job"),
        expect,
        {"Job.java": program(text)},
        how=how,
        prepare=(("javac", "Job.java"),),
        limits=limits or Limits(memory_mib=512),
    )


CASES = (
    _java("jvm-heap-space", HEAP, ["-Xmx48m"], out_of("jvm-heap")),
    _java("jvm-heap-space-in-a-pool-thread", POOL_THREAD, ["-Xmx48m"], out_of("jvm-heap")),
    _java("jvm-gc-overhead-limit", GC_OVERHEAD, ["-Xmx40m", "-XX:+UseParallelGC"], out_of("jvm-heap")),
    _java("jvm-heap-exit-on-out-of-memory", HEAP, ["-Xmx48m", "-XX:+ExitOnOutOfMemoryError"], out_of("jvm-heap")),
    _java(
        "jvm-heap-crash-on-out-of-memory",
        HEAP,
        ["-Xmx48m", "-XX:+CrashOnOutOfMemoryError", "-XX:-CreateCoredumpOnCrash"],
        out_of("jvm-heap"),
    ),
    _java("jvm-heap-crash-with-core", HEAP, ["-Xmx48m", "-XX:+CrashOnOutOfMemoryError"], out_of("jvm-heap")),
    _java(
        "jvm-heap-kill-on-out-of-memory",
        HEAP,
        ["-Xmx48m", "-XX:OnOutOfMemoryError=kill %p"],
        out_of("jvm-heap"),
        how="as YARN's Spark does",
    ),
    _java(
        "jvm-heap-kill-9-on-out-of-memory",
        HEAP,
        ["-Xmx48m", "-XX:OnOutOfMemoryError=kill -9 %p"],
        out_of("jvm-heap"),
        how="as EMR's Spark does",
    ),
    _java("jvm-heap-dump-on-out-of-memory", HEAP, ["-Xmx24m", "-XX:+HeapDumpOnOutOfMemoryError"], out_of("jvm-heap")),
    _java("jvm-metaspace", METASPACE, ["-Xmx128m", "-XX:MaxMetaspaceSize=12m"], out_of("metaspace")),
    _java(
        "jvm-compressed-class-space", METASPACE, ["-Xmx256m", "-XX:CompressedClassSpaceSize=2m"], out_of("metaspace")
    ),
    _java("jvm-direct-buffer", DIRECT, ["-Xmx128m", "-XX:MaxDirectMemorySize=32m"], out_of("direct-buffer")),
    _java("jvm-array-limit", ARRAY, ["-Xmx64m"], out_of("array-limit")),
    _java(
        "jvm-native-threads",
        THREADS,
        ["-Xmx64m"],
        out_of("threads", ("definite", "probable", "ambiguous")),
        limits=Limits(memory_mib=512, tasks=60),
    ),
    _java(
        "jvm-off-heap-kernel-kill",
        NATIVE,
        ["-Xmx64m", "-XX:MaxDirectMemorySize=2g"],
        out_of("container"),
        limits=Limits(memory_mib=300),
    ),
    _java(
        "jvm-heap-larger-than-the-container",
        HEAP,
        ["-Xmx2g"],
        out_of("container"),
        limits=Limits(memory_mib=200),
        how="the heap may grow to 2 GiB in a container of 200 MiB",
    ),
    _java(
        "jvm-native-memory-address-space",
        NATIVE,
        [
            "-Xmx64m",
            "-XX:MaxDirectMemorySize=8g",
            "-XX:ReservedCodeCacheSize=32m",
            "-XX:CompressedClassSpaceSize=32m",
            "-XX:-CreateCoredumpOnCrash",
        ],
        out_of(("host", "direct-buffer")),
        limits=Limits(memory_mib=1024, address_mib=900),
        how="malloc inside the JVM finds no address space",
    ),
    _java(
        "jvm-heap-setting-above-the-box",
        HEAP,
        ["-Xms40g", "-Xmx40g"],
        not_memory("invalid-input"),
        limits=Limits(memory_mib=512, address_mib=8000),
    ),
    _java("jvm-unknown-option", HEAP, ["-XX:+HeapDumpOnOutOfMemoryErrors"], not_memory("invalid-input")),
    _java("jvm-invalid-heap-size", HEAP, ["-Xmx48q"], not_memory("invalid-input")),
    _java("jvm-initial-heap-above-maximum", HEAP, ["-Xms256m", "-Xmx128m"], not_memory("invalid-input")),
    _java(
        "jvm-bug-with-out-of-memory-flags",
        OTHER_FAILURE,
        [
            "-Xmx64m",
            "-XX:+HeapDumpOnOutOfMemoryError",
            "-XX:OnOutOfMemoryError=kill -9 %p",
            "-XX:+ExitOnOutOfMemoryError",
        ],
        not_memory("bug"),
        how="the flags are echoed in the log",
    ),
    _java("jvm-survived-heap-error-then-missing-file", SURVIVED, ["-Xmx48m"], not_memory("bug")),
    _java("jvm-exception-named-out-of-memory", NAMED_SO, ["-Xmx64m"], not_memory("bug")),
    _java("jvm-memory-words-in-rows-then-bug", LOG_ROWS, ["-Xmx64m"], not_memory("bug")),
    Case(
        "jvm-native-threads-then-hangs",
        "jvm",
        ("java", "-Xmx64m", "Job", "wait"),
        out_of("threads", ("definite", "probable", "ambiguous")),
        {"Job.java": program(THREADS)},
        how="its other threads keep the program alive; the timeout ends it",
        prepare=(("javac", "Job.java"),),
        limits=Limits(memory_mib=512, tasks=60),
        ending=Ending("SIGKILL", after="unable to create native thread", requested="timeout"),
    ),
    Case(
        "jvm-class-not-found",
        "jvm",
        ("java", "-Xmx64m", "-XX:+HeapDumpOnOutOfMemoryError", "com.example.Job"),
        not_memory("bug"),
    ),
)
