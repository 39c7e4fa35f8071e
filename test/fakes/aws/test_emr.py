import gzip

import pytest
from botocore.exceptions import ClientError

from test.fakes.aws.conftest import eventually, is_alive, put

ENDED = {"COMPLETED", "CANCELLED", "FAILED"}


@pytest.fixture(scope="module")
def emr(fake):
    return fake.client("emr")


def cluster_request(name, **more):
    groups = [
        {"InstanceRole": "MASTER", "InstanceType": "m6i.xlarge", "InstanceCount": 1},
        {"InstanceRole": "CORE", "InstanceType": "m6i.xlarge", "InstanceCount": 2},
    ]
    return {
        "Name": name,
        "ReleaseLabel": "emr-7.13.0",
        "LogUri": "s3://data/emr-logs/",
        "Instances": {"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
        "ServiceRole": "arn:aws:iam::123456789012:role/emr",
        "JobFlowRole": "nodes",
        **more,
    }


def cluster_state(emr, cluster):
    return emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]["State"]


@pytest.fixture(scope="module")
def cluster(emr):
    made = emr.run_job_flow(**cluster_request("tests"))["JobFlowId"]
    eventually(lambda: cluster_state(emr, made) == "WAITING")
    return made


def add(emr, cluster, name, *words, action="CONTINUE"):
    step = {
        "Name": name,
        "ActionOnFailure": action,
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(words)},
    }
    return emr.add_job_flow_steps(JobFlowId=cluster, Steps=[step])["StepIds"][0]


def ended(emr, cluster, step, within_seconds=300):
    def look():
        found = emr.describe_step(ClusterId=cluster, StepId=step)["Step"]
        return found["Status"]["State"] in ENDED and found

    return eventually(look, within_seconds)


def log(fake, key):
    s3 = fake.client("s3")
    eventually(lambda: s3.list_objects_v2(Bucket="data", Prefix=key)["KeyCount"])
    return gzip.decompress(s3.get_object(Bucket="data", Key=key)["Body"].read()).decode()


def test_a_step_runs_and_its_log_arrives_late(fake, emr, cluster):
    step = add(emr, cluster, "hello", "bash", "-c", "echo hello; echo oh >&2")
    assert ended(emr, cluster, step)["Status"]["State"] == "COMPLETED"
    assert log(fake, f"emr-logs/{cluster}/steps/{step}/stdout.gz") == "hello\n"
    assert log(fake, f"emr-logs/{cluster}/steps/{step}/stderr.gz") == "oh\nCommand exiting with ret '0'\n"


def test_a_failed_step_names_its_last_exception_and_its_log(fake, emr, cluster):
    step = add(emr, cluster, "fails", "python3", "-c", "raise ValueError('no such column')")
    failure = ended(emr, cluster, step)["Status"]["FailureDetails"]
    assert failure == {
        "Reason": "Unknown Error.",
        "Message": "ValueError: no such column",
        "LogFile": f"s3://data/emr-logs/{cluster}/steps/{step}/stderr.gz",
    }
    assert "no such column" in log(fake, f"emr-logs/{cluster}/steps/{step}/stderr.gz")


def test_a_step_killed_for_memory_fails(fake, emr, cluster):
    step = add(emr, cluster, "eats", "python3", "-c", "x = bytearray(b'x') * (400 * 2**20)")
    status = ended(emr, cluster, step)["Status"]
    assert status["State"] == "FAILED"
    assert "Message" not in status["FailureDetails"]
    assert log(fake, f"emr-logs/{cluster}/steps/{step}/stderr.gz") == "Command exiting with ret '137'\n"
    assert "WARN Step failed with exitCode 137 and took " in log(fake, f"emr-logs/{cluster}/steps/{step}/controller.gz")


def test_machines_are_listed_by_their_state(emr, cluster):
    assert len(emr.list_instances(ClusterId=cluster, InstanceStates=["RUNNING"])["Instances"]) == 3
    assert emr.list_instances(ClusterId=cluster, InstanceStates=["TERMINATED"])["Instances"] == []


def test_steps_run_one_after_another_and_are_listed_newest_first(emr, cluster):
    first = add(emr, cluster, "first", "sleep", "2")
    second = add(emr, cluster, "second", "true")
    eventually(lambda: emr.describe_step(ClusterId=cluster, StepId=first)["Step"]["Status"]["State"] == "RUNNING")
    pending = emr.list_steps(ClusterId=cluster, StepStates=["PENDING"])["Steps"]
    assert [step["Id"] for step in pending] == [second]
    ended(emr, cluster, second)
    listed = [step["Id"] for step in emr.list_steps(ClusterId=cluster)["Steps"]]
    assert listed[:2] == [second, first]


def test_a_running_step_is_cancelled_with_its_processes_and_a_pending_one_never_runs(fake, emr, cluster):
    running = add(emr, cluster, "runs", "sleep", "600")
    pending = add(emr, cluster, "waits", "true")
    pids = eventually(lambda: fake.job("runs")["pids"])
    answer = emr.cancel_steps(ClusterId=cluster, StepIds=[running, pending], StepCancellationOption="TERMINATE_PROCESS")
    assert [each["Status"] for each in answer["CancelStepsInfoList"]] == ["SUBMITTED", "SUBMITTED"]
    assert ended(emr, cluster, running)["Status"]["State"] == "CANCELLED"
    assert ended(emr, cluster, pending)["Status"]["State"] == "CANCELLED"
    assert not any(is_alive(pid) for pid in pids)
    assert fake.job("waits")["starts"] == 0
    again = emr.cancel_steps(ClusterId=cluster, StepIds=[running])["CancelStepsInfoList"][0]
    assert again["Status"] == "FAILED"


def test_a_cluster_ends_when_it_idles_and_takes_no_more_steps(emr):
    policy = {"AutoTerminationPolicy": {"IdleTimeout": 60}}
    made = emr.run_job_flow(**cluster_request("idles", **policy))["JobFlowId"]
    eventually(lambda: cluster_state(emr, made) == "TERMINATED")
    with pytest.raises(emr.exceptions.ClientError, match="may not be modified"):
        add(emr, made, "late", "true")


def test_a_cluster_without_capacity_ends_with_the_reason(fake, emr):
    fake.fail_next(operation="RunJobFlow", kind="capacity")
    made = emr.run_job_flow(**cluster_request("nowhere"))["JobFlowId"]
    eventually(lambda: cluster_state(emr, made) == "TERMINATED_WITH_ERRORS")
    status = emr.describe_cluster(ClusterId=made)["Cluster"]["Status"]
    assert status["ErrorDetails"][0]["ErrorCode"] == "INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ"


def test_a_failed_step_takes_its_cluster_along_when_it_was_asked_to(emr):
    step = {
        "Name": "last",
        "ActionOnFailure": "TERMINATE_CLUSTER",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["false"]},
    }
    made = emr.run_job_flow(**cluster_request("falls", Steps=[step]))["JobFlowId"]
    eventually(lambda: cluster_state(emr, made) == "TERMINATED_WITH_ERRORS")
    reason = emr.describe_cluster(ClusterId=made)["Cluster"]["Status"]["StateChangeReason"]
    assert reason["Code"] == "STEP_FAILURE"


def test_unknown_ids_releases_and_types_are_refused(emr):
    with pytest.raises(emr.exceptions.InvalidRequestException, match="'j-UNKNOWN' is not valid"):
        emr.describe_cluster(ClusterId="j-UNKNOWN")
    with pytest.raises(emr.exceptions.ClientError, match="release label is invalid"):
        emr.run_job_flow(**cluster_request("old", ReleaseLabel="emr-9.9.9"))
    instances = {"MasterInstanceType": "m6i.gigantic", "InstanceCount": 1}
    with pytest.raises(emr.exceptions.ClientError, match="not supported"):
        emr.run_job_flow(**cluster_request("odd", Instances=instances))


@pytest.mark.engine
def test_an_executor_larger_than_yarn_gives_fails_with_sparks_own_text(fake, emr, cluster):
    entry = put(fake, "code/none.py", "pass")
    step = add(emr, cluster, "large", "spark-submit", "--executor-memory", "12g", entry)
    ended(emr, cluster, step)
    assert "is above the max threshold (12288 MB) of this cluster" in log(
        fake, f"emr-logs/{cluster}/steps/{step}/stderr.gz"
    )


@pytest.mark.engine
@pytest.mark.long
def test_an_executor_killed_for_memory_is_told_as_yarn_tells_it(fake, emr, cluster):
    code = (
        "from pyspark.sql import SparkSession\n"
        "spark = SparkSession.builder.getOrCreate()\n"
        "def eat(rows):\n"
        "    kept = []\n"
        "    while True: kept.append(bytearray(b'x') * 2**20)\n"
        "spark.sparkContext.parallelize([1], 1).mapPartitions(eat).count()\n"
    )
    entry = put(fake, "code/executor.py", code)
    words = ["--num-executors", "1", "--executor-cores", "1", "--executor-memory", "2g"]
    step = add(emr, cluster, "executor", "spark-submit", *words, "--conf", "spark.task.maxFailures=1", entry)
    assert ended(emr, cluster, step, 300)["Status"]["State"] == "FAILED"
    text = log(fake, f"emr-logs/{cluster}/steps/{step}/stderr.gz")
    assert (
        "Container killed by YARN for exceeding physical memory limits. 2.4 GB of 2.4 GB physical memory used." in text
    )


def test_the_types_of_a_release_come_in_pages(fake):
    emr = fake.client("emr")
    found, marker = [], {}
    while True:
        page = emr.list_supported_instance_types(ReleaseLabel="emr-7.13.0", **marker)
        found += [each["Type"] for each in page["SupportedInstanceTypes"]]
        if "Marker" not in page:
            break
        marker = {"Marker": page["Marker"]}
    assert len(found) == len(set(found)) > 50
    assert {"m6i.xlarge", "r7i.16xlarge"} <= set(found)
    with pytest.raises(ClientError, match=r"release label is invalid: emr-7\.99\.0"):
        emr.list_supported_instance_types(ReleaseLabel="emr-7.99.0")
