import gzip

import pytest
from botocore.exceptions import ClientError

from test.fakes.aws.conftest import eventually, is_alive, put

ROLE = "arn:aws:iam::123456789012:role/tempered-jobs"
SMALL = (
    "--conf spark.driver.cores=1 --conf spark.driver.memory=1g --conf spark.executor.cores=1 "
    "--conf spark.executor.memory=1g --conf spark.executor.instances=1"
)


@pytest.fixture(scope="module")
def emrs(fake):
    return fake.client("emr-serverless")


@pytest.fixture(scope="module")
def application(emrs):
    made = emrs.create_application(name="tests", releaseLabel="emr-7.13.0", type="SPARK", clientToken="app")
    eventually(lambda: state_of(emrs, made["applicationId"]) == "CREATED")
    return made["applicationId"]


def state_of(emrs, application):
    return emrs.get_application(applicationId=application)["application"]["state"]


def request(application, entry, token, *, parameters=SMALL, arguments=(), **more):
    submit = {"entryPoint": entry, "entryPointArguments": list(arguments), "sparkSubmitParameters": parameters}
    return {
        "applicationId": application,
        "clientToken": token,
        "executionRoleArn": ROLE,
        "jobDriver": {"sparkSubmit": submit},
        **more,
    }


def ended(emrs, run, within_seconds=300):
    where = {"applicationId": run["applicationId"], "jobRunId": run["jobRunId"]}

    def look():
        found = emrs.get_job_run(**where)["jobRun"]
        return found["state"] in {"SUCCESS", "FAILED", "CANCELLED"} and found

    return eventually(look, within_seconds)


@pytest.mark.engine
def test_a_driver_runs_with_its_arguments_and_its_log_arrives_in_s3(fake, emrs, application):
    entry = put(fake, "code/hello.py", "import sys; print('hello', sys.argv[1:])")
    logs = {"monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://data/logs/"}}}
    run = emrs.start_job_run(**request(application, entry, "hello", arguments=["a", "b"], configurationOverrides=logs))
    assert ended(emrs, run)["state"] == "SUCCESS"
    key = f"logs/applications/{application}/jobs/{run['jobRunId']}/SPARK_DRIVER/stdout.gz"
    s3 = fake.client("s3")
    eventually(lambda: s3.list_objects_v2(Bucket="data", Prefix=key)["KeyCount"])
    assert b"hello ['a', 'b']" in gzip.decompress(s3.get_object(Bucket="data", Key=key)["Body"].read())
    used = emrs.get_job_run(applicationId=application, jobRunId=run["jobRunId"])["jobRun"]
    total, billed = used["totalResourceUtilization"], used["billedResourceUtilization"]
    minute_of_two_workers = 2 / 60
    assert billed["vCPUHour"] >= round(minute_of_two_workers, 3) > total["vCPUHour"] > 0
    assert billed["storageGBHour"] == 0 < total["storageGBHour"]  # disks up to 20 GB come with the workers


@pytest.mark.engine
def test_the_same_token_is_the_same_run_and_other_parameters_are_a_conflict(fake, emrs, application):
    entry = put(fake, "code/pass.py", "pass")
    first = emrs.start_job_run(**request(application, entry, "once"))
    assert emrs.start_job_run(**request(application, entry, "once"))["jobRunId"] == first["jobRunId"]
    with pytest.raises(emrs.exceptions.ConflictException):
        emrs.start_job_run(**request(application, entry, "once", arguments=["other"]))
    ended(emrs, first)
    runs = emrs.list_job_runs(applicationId=application)["jobRuns"]
    assert sum(run["id"] == first["jobRunId"] for run in runs) == 1


@pytest.mark.engine
def test_a_python_driver_killed_for_memory_fails_with_exit_code_137(fake, emrs, application):
    entry = put(fake, "code/eat.py", "kept = []\nwhile True: kept.append(bytearray(b'x') * 2**20)\n")
    run = ended(emrs, emrs.start_job_run(**request(application, entry, "eat")))
    assert run["state"] == "FAILED"
    assert run["stateDetails"].startswith(
        "Job failed, please check complete logs in configured logging destination. ExitCode: 137"
    )
    assert len(run["stateDetails"]) <= 256


@pytest.mark.engine
def test_an_exception_of_the_program_stands_in_the_details(fake, emrs, application):
    entry = put(fake, "code/raise.py", "raise ValueError('column age is missing')")
    run = ended(emrs, emrs.start_job_run(**request(application, entry, "raise")))
    assert "ExitCode: 1. Last few exceptions: ValueError: column age is missing" in run["stateDetails"]


def test_a_cancelled_run_ends_with_its_processes(fake, emrs, application):
    entry = put(fake, "code/sleep.py", "import time; time.sleep(600)")
    run = emrs.start_job_run(**request(application, entry, "sleep", name="sleeper"))
    pids = eventually(lambda: fake.job("sleeper")["pids"])
    emrs.cancel_job_run(applicationId=application, jobRunId=run["jobRunId"])
    assert ended(emrs, run)["state"] == "CANCELLED"
    assert not any(is_alive(pid) for pid in pids)


def test_a_worker_that_is_not_sold_is_refused(emrs, application):
    parameters = SMALL.replace("spark.executor.memory=1g", "spark.executor.memory=8g")
    with pytest.raises(emrs.exceptions.ValidationException, match="workers of that size have 2 to 8 GB"):
        emrs.start_job_run(**request(application, "s3://data/x.py", "large", parameters=parameters))


def test_a_run_larger_than_maximum_capacity_never_gets_its_workers(fake, emrs):
    maximum = {"cpu": "2 vCPU", "memory": "4 GB"}
    made = emrs.create_application(
        name="tight", releaseLabel="emr-7.13.0", type="SPARK", clientToken="tight", maximumCapacity=maximum
    )
    eventually(lambda: state_of(emrs, made["applicationId"]) == "CREATED")
    entry = put(fake, "code/pass.py", "pass")
    parameters = SMALL.replace("instances=1", "instances=4")
    run = ended(emrs, emrs.start_job_run(**request(made["applicationId"], entry, "wide", parameters=parameters)))
    assert run["state"] == "FAILED"
    assert "exceeded maximumCapacity settings" in run["stateDetails"]


def test_an_application_starts_with_a_job_unless_that_is_off(emrs):
    made = emrs.create_application(
        name="manual",
        releaseLabel="emr-7.13.0",
        type="SPARK",
        clientToken="manual",
        autoStartConfiguration={"enabled": False},
    )["applicationId"]
    eventually(lambda: state_of(emrs, made) == "CREATED")
    with pytest.raises(emrs.exceptions.ValidationException, match="auto-start is off"):
        emrs.start_job_run(**request(made, "s3://data/x.py", "refused"))
    emrs.start_application(applicationId=made)
    eventually(lambda: state_of(emrs, made) == "STARTED")
    emrs.stop_application(applicationId=made)
    eventually(lambda: state_of(emrs, made) == "STOPPED")


def test_what_does_not_exist_is_not_found(emrs, application):
    with pytest.raises(emrs.exceptions.ResourceNotFoundException):
        emrs.get_job_run(applicationId=application, jobRunId="00jdoesnotexist")
    with pytest.raises(ClientError, match="release label is invalid"):
        emrs.create_application(name="x", releaseLabel="emr-9.9.9", type="SPARK", clientToken="x")


@pytest.mark.engine
@pytest.mark.long
def test_an_executor_without_heap_ends_with_exit_code_52_in_the_drivers_log(fake, emrs, application):
    code = (
        "from pyspark.sql import SparkSession\n"
        "spark = SparkSession.builder.getOrCreate()\n"
        'spark.sql("select max(size(array_repeat(id, 200000000))) from range(0, 1, 1, 1)").collect()\n'
    )
    entry = put(fake, "code/heap.py", code)
    logs = {"monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://data/logs/"}}}
    parameters = f"{SMALL} --conf spark.task.maxFailures=1"
    run = emrs.start_job_run(**request(application, entry, "heap", parameters=parameters, configurationOverrides=logs))
    assert ended(emrs, run, 300)["state"] == "FAILED"
    key = f"logs/applications/{application}/jobs/{run['jobRunId']}/SPARK_DRIVER/stderr.gz"
    s3 = fake.client("s3")
    eventually(lambda: s3.list_objects_v2(Bucket="data", Prefix=key)["KeyCount"])
    text = gzip.decompress(s3.get_object(Bucket="data", Key=key)["Body"].read()).decode()
    assert "The executor exited with exit code 52(JVM OOM)" in text
    assert "Java heap space" in text
