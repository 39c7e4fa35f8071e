"""Spark as the services run it, with this machine's `spark-submit`."""
