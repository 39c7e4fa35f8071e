"""The families of failures, one file each."""

from families import python_memory

ALL = (*python_memory.CASES,)
