"""The families of failures, one file each."""

from families import jvm, native, node, pools, python_memory

ALL = (*python_memory.CASES, *pools.CASES, *jvm.CASES, *node.CASES, *native.CASES)
