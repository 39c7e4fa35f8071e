"""A job that does nothing: what is left of a stage's time is what orchestration costs."""

from __future__ import annotations

from jobs.lib.contract import Job, Result, run_job


def main(job: Job) -> Result:
    """Gives back its step as a value."""
    return Result(outputs={}, rows_in=0, rows_out=0, values={"step": job.params["step"]})


if __name__ == "__main__":
    run_job(main, engine="python")
