"""Small data sets, models and files in the forms that jobs read, for tests and benchmarks."""
