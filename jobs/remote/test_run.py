"""Real jobs, started as every platform on AWS starts them, on a real S3 server."""



GENERATE = {"rows": 30_000, "dataDate": "2026-11-20", "chunkRows": 10_000}


def test_a_job_reads_and_writes_only_s3_and_the_result_comes_last(bucket, tmp_path):
    job = bucket.put_job("run/generate-a1", params=GENERATE)
    code, log = bucket.run("jobs/python/generate.py", job, tmp_path)
    assert code == 0, log
    result = bucket.json("_work/run/generate-a1/_result.json")
    assert (result["rowsOut"], result["salvaged"]) == (30_000, {"before": 0, "now": 3, "unit": "chunks"})
