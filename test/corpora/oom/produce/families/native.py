"""Native programs: C++, Go, Rust, Perl, awk, sort, started by a Python job or as the job itself."""

from __future__ import annotations

from case import Case, Limits, not_memory, out_of, program

BOX = Limits(memory_mib=1024, address_mib=600)

CPP = """
    #include <iostream>
    #include <vector>
    int main() {
        std::cout << "building index" << std::endl;
        std::vector<std::vector<double>> index;
        for (;;) index.emplace_back(1 << 20, 1.0);
    }
"""
CPP_LENGTH = """
    #include <vector>
    #include <iostream>
    int main(int argc, char** argv) {
        long rows = -1L * argc;
        std::vector<int> memory;
        memory.reserve(rows);
        std::cout << memory.capacity();
    }
"""
C_MALLOC = """
    #include <errno.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    int main(void) {
        for (int block = 0;; block++) {
            char *data = malloc(32 << 20);
            if (!data) { fprintf(stderr, "aligner: block %d: %s\\n", block, strerror(errno)); return 2; }
            memset(data, 1, 32 << 20);
        }
    }
"""
SEGFAULT = """
    #include <stdio.h>
    int main(void) {
        fprintf(stderr, "memory map loaded, 3 regions\\n");
        int *region = 0;
        *region = 1;
        return 0;
    }
"""
GO = """
    package main

    import "fmt"

    func main() {
        fmt.Println("collecting")
        var all [][]byte
        for {
            block := make([]byte, 16<<20)
            for i := range block {
                block[i] = 1
            }
            all = append(all, block)
        }
    }
"""
GO_BUG = """
    package main

    import "fmt"

    func main() {
        var memory map[string]int
        fmt.Println("out of memory budget:", memory["gpu"])
        memory["gpu"] = 1
    }
"""
RUST = """
    fn main() {
        println!("loading");
        let mut all: Vec<Vec<u8>> = Vec::new();
        loop {
            all.push(vec![1u8; 32 << 20]);
        }
    }
"""
RUST_BUG = """
    fn main() {
        let sizes: Vec<usize> = Vec::new();
        let memory = sizes.iter().max().expect("memory sizes are known");
        println!("{memory}");
    }
"""
PERL = """
    my @rows;
    print "reading\\n";
    while (1) { push @rows, "x" x 5_000_000; }
"""
AWK = 'BEGIN { while (1) { seen[i++] = sprintf("%01000d", i) } }'
TOOL = """
    import subprocess
    print("aligning", flush=True)
    subprocess.run(["./tool"], check=True)
"""
LINES = """
    import subprocess
    with open("rows.txt", "w") as file:
        for block in range(200):
            file.write("a row without an end " * 50_000)
    subprocess.run(["sort", "-S", "20M", "--parallel=1", "-o", "sorted.txt", "rows.txt"], check=True)
"""
GXX = (("g++", "-O1", "-o", "tool", "tool.cpp"),)
GCC = (("gcc", "-O1", "-o", "tool", "tool.c"),)
GO_BUILD = (("go", "build", "-o", "tool", "tool.go"),)
RUSTC = (("rustc", "-O", "-o", "tool", "tool.rs"),)

CASES = (
    Case(
        "native-cpp-bad-alloc",
        "python",
        ("./tool",),
        out_of("host"),
        {"tool.cpp": program(CPP)},
        prepare=GXX,
        limits=BOX,
    ),
    Case(
        "native-cpp-bad-alloc-under-python",
        "python",
        ("{python}", "job.py"),
        out_of("host"),
        {"tool.cpp": program(CPP), "job.py": program(TOOL)},
        prepare=GXX,
        limits=BOX,
    ),
    Case(
        "native-cpp-kernel-kill",
        "python",
        ("./tool",),
        out_of("container"),
        {"tool.cpp": program(CPP)},
        prepare=GXX,
        limits=Limits(memory_mib=200),
        exit_as="shell",
    ),
    Case(
        "native-c-malloc-null",
        "python",
        ("./tool",),
        out_of("host"),
        {"tool.c": program(C_MALLOC)},
        prepare=GCC,
        limits=BOX,
    ),
    Case(
        "native-go-runtime",
        "python",
        ("./tool",),
        out_of("host"),
        {"tool.go": program(GO)},
        prepare=GO_BUILD,
        limits=Limits(memory_mib=1024, address_mib=1000),
    ),
    Case(
        "native-go-runtime-under-python",
        "python",
        ("{python}", "job.py"),
        out_of("host"),
        {"tool.go": program(GO), "job.py": program(TOOL)},
        prepare=GO_BUILD,
        limits=Limits(memory_mib=1024, address_mib=900),
        own_error=True,
    ),
    Case(
        "native-rust-alloc-abort",
        "python",
        ("./tool",),
        out_of("host"),
        {"tool.rs": program(RUST)},
        prepare=RUSTC,
        limits=BOX,
    ),
    Case(
        "native-rust-alloc-abort-seen-by-shell",
        "python",
        ("/bin/bash", "-c", "set -o pipefail; ./tool | cat; echo step ended with $?; exit 134"),
        out_of("host"),
        {"tool.rs": program(RUST)},
        prepare=RUSTC,
        limits=BOX,
    ),
    Case("native-perl", "python", ("perl", "job.pl"), out_of("host"), {"job.pl": program(PERL)}, limits=BOX),
    Case(
        "native-awk",
        "python",
        ("awk", "-f", "job.awk"),
        out_of("host"),
        {"job.awk": AWK},
        limits=Limits(memory_mib=1024, address_mib=200),
    ),
    Case(
        "native-sort-under-python",
        "python",
        ("{python}", "job.py"),
        out_of("host"),
        {"job.py": program(LINES)},
        limits=Limits(memory_mib=1024, address_mib=60),
    ),
    Case(
        "native-cpp-length-error",
        "python",
        ("./tool",),
        not_memory("bug"),
        {"tool.cpp": program(CPP_LENGTH)},
        prepare=GXX,
        limits=BOX,
        how="a negative size: std::length_error",
    ),
    Case(
        "native-segmentation-fault",
        "python",
        ("./tool",),
        not_memory("bug"),
        {"tool.c": program(SEGFAULT)},
        prepare=GCC,
        limits=BOX,
    ),
    Case("native-go-nil-map", "python", ("./tool",), not_memory("bug"), {"tool.go": program(GO_BUG)}, prepare=GO_BUILD),
    Case(
        "native-rust-panic",
        "python",
        ("./tool",),
        not_memory("bug"),
        {"tool.rs": program(RUST_BUG)},
        prepare=RUSTC,
        limits=BOX,
    ),
)
