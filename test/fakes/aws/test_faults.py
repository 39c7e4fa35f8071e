import signal
import time
import urllib.error

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from test.fakes.aws.conftest import Fake, eventually, groups_left, is_alive
from test.fakes.aws.test_sagemaker_jobs import ended, processing

_KEYS = {"aws_access_key_id": "AKIATEST000000000000", "aws_secret_access_key": "test"}


def test_a_throttled_call_is_refused_as_often_as_was_asked(fake, sagemaker):
    fake.fail_next(service="sagemaker", operation="ListModels", times=2, error="ThrottlingException")
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            sagemaker.list_models()
        assert refused.value.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert sagemaker.list_models()["Models"] == []


@pytest.mark.parametrize(
    ("service", "call", "fault", "code"),
    [
        ("emr-serverless", "list_applications", {"kind": "expired"}, "ExpiredTokenException"),
        ("emr-serverless", "list_applications", {"error": "ThrottlingException"}, "ThrottlingException"),
        ("s3", "list_buckets", {"kind": "expired"}, "ExpiredToken"),
        ("s3", "list_buckets", {"error": "SlowDown"}, "SlowDown"),
        ("logs", "describe_log_groups", {"kind": "access-denied"}, "AccessDeniedException"),
        ("sts", "get_caller_identity", {"kind": "expired"}, "ExpiredTokenException"),
    ],
)
def test_every_service_refuses_in_its_own_protocol(fake, service, call, fault, code):
    fake.fail_next(service=service, **fault)
    client = fake.client(service)
    with pytest.raises(ClientError) as refused:
        getattr(client, call)()
    assert refused.value.response["Error"]["Code"] == code
    getattr(client, call)()


def test_a_lost_response_leaves_a_job_behind(fake, sagemaker):
    fake.fail_next(operation="CreateProcessingJob", kind="lost-response")
    with pytest.raises(ConnectionClosedError):
        sagemaker.create_processing_job(**processing("p-lost", "pass"))
    assert ended(sagemaker, "Processing", "p-lost")["ProcessingJobStatus"] == "Completed"


def test_a_lost_response_of_s3_leaves_an_object_behind(fake):
    fake.fail_next(service="s3", operation="PutObject", kind="lost-response")
    s3 = fake.client("s3")
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="data", Key="lost", Body=b"there")
    assert s3.get_object(Bucket="data", Key="lost")["Body"].read() == b"there"


def test_a_slow_call_is_answered_all_the_same(fake, sagemaker):
    fake.fail_next(operation="ListModels", kind="slow", seconds=0.5)
    started = time.monotonic()
    sagemaker.list_models()
    assert time.monotonic() - started > 0.5


def test_a_fault_that_means_nothing_is_refused(fake):
    with pytest.raises(urllib.error.HTTPError) as refused:
        fake.fail_next(kind="earthquake")
    assert b"unknown kind 'earthquake'; the kinds are error" in refused.value.read()


def test_calls_of_jobs_are_counted_apart_from_those_of_clients(fake, sagemaker):
    fake.ask("DELETE", "calls")
    code = "import boto3; boto3.client('s3').put_object(Bucket='data', Key='from-job', Body=b'x')"
    sagemaker.create_processing_job(**processing("p-calls", code))
    assert ended(sagemaker, "Processing", "p-calls")["ProcessingJobStatus"] == "Completed"
    calls = fake.ask("GET", "calls")
    assert calls["job"] == {"s3:PutObject": 1}
    assert calls["client"]["sagemaker:CreateProcessingJob"] == 1
    assert "s3:PutObject" not in calls["client"]


def test_jobs_go_on_when_the_fake_is_killed_and_end_when_it_is_stopped(tmp_path):
    fake = Fake(tmp_path / "state")
    sagemaker = fake.client("sagemaker")
    sagemaker.create_processing_job(**processing("p-survives", "import time; time.sleep(3)"))
    sagemaker.create_processing_job(**processing("p-ends", "import time; time.sleep(600)"))
    pids = eventually(lambda: [fake.job(name)["pids"] for name in ("p-survives", "p-ends")])
    eventually(lambda: all(fake.job(name)["pids"] for name in ("p-survives", "p-ends")))
    fake.end(signal.SIGKILL)
    fake.start()
    assert ended(sagemaker, "Processing", "p-survives")["ProcessingJobStatus"] == "Completed"
    assert fake.job("p-survives")["starts"] == 1
    pids = fake.job("p-ends")["pids"]
    assert all(is_alive(pid) for pid in pids)
    fake.end()
    assert not any(is_alive(pid) for pid in pids)
    assert groups_left(fake.state) == []
    fake.start()
    assert "InternalServerError" in ended(sagemaker, "Processing", "p-ends")["FailureReason"]
    fake.end()


def test_a_bucket_elsewhere_or_of_another_account_opens_to_nobody(fake):
    far = boto3.client("s3", region_name="us-west-2", endpoint_url=fake.endpoint, **_KEYS)
    far.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    make = urllib.request.Request(
        f"{fake.endpoint}/others", method="PUT", headers={"x-moto-account-id": "999999999999"}
    )
    make.data = (
        b"<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
    )
    urllib.request.urlopen(make, timeout=10).close()
    for bucket, status, region in (("far", 301, "us-west-2"), ("others", 403, None)):
        with pytest.raises(urllib.error.HTTPError) as refused:  # unsigned: boto3 goes to the other region by itself
            urllib.request.urlopen(f"{fake.endpoint}/{bucket}?list-type=2", timeout=10)
        assert (refused.value.code, refused.value.headers["x-amz-bucket-region"]) == (status, region)
    assert far.list_objects_v2(Bucket="far")["KeyCount"] == 0
