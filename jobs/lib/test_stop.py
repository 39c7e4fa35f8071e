import subprocess
import sys

POOL = """
import multiprocessing
from jobs.lib.stop import StopRequest

request = StopRequest()
with multiprocessing.get_context("fork").Pool(1) as pool:  # its end sends SIGTERM to its process
    print(pool.map(abs, [-1]))
request.wait_for_end_if_asked()
print("goes on")
"""


def test_the_end_of_a_forked_pool_does_not_end_the_job():
    job = subprocess.run([sys.executable, "-c", POOL], capture_output=True, text=True, timeout=60, check=False)
    assert (job.returncode, job.stdout) == (0, "[1]\ngoes on\n"), job.stderr
