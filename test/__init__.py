"""Tests of the whole: everything that needs more than one module."""
