"""The programs that Spark, Ray and plain Python run: one entry file a job, shared parts in `jobs.lib`."""
