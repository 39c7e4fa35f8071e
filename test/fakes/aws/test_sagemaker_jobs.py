import time

import pytest
from botocore.exceptions import ClientError

from test.fakes.aws.conftest import eventually, is_alive, put

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/tempered:1"
ROLE = "arn:aws:iam::123456789012:role/tempered-jobs"
EAT = "kept = []\nwhile True: kept.append(bytearray(b'x') * 2**20)\n"


def container(code):
    """A word of a command has at most 256 characters and no line ends: longer programs come as several words."""
    words = code.encode().hex()
    parts = [words[first : first + 200] for first in range(0, len(words), 200)]
    entry = ["python3", "-c", "import sys; exec(bytes.fromhex(''.join(sys.argv[1:])))"]
    return {"ContainerEntrypoint": entry, "ContainerArguments": parts}


def processing(name, code, *, instance_type="ml.m6i.xlarge", count=1, **more):
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": IMAGE, **container(code)},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": instance_type, "InstanceCount": count, "VolumeSizeInGB": 30}
        },
        **more,
    }


def training(name, code, **more):
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            **container(code),
        },
        "OutputDataConfig": {"S3OutputPath": "s3://data/models"},
        "ResourceConfig": {"InstanceType": "ml.m6i.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **more,
    }


def ended(client, kind, name):
    def look():
        found = getattr(client, f"describe_{kind.lower()}_job")(**{f"{kind}JobName": name})
        return found[f"{kind}JobStatus"] in {"Completed", "Failed", "Stopped"} and found

    return eventually(look)


def test_a_processing_job_reads_its_input_and_its_output_goes_to_s3(fake, sagemaker):
    put(fake, "in/a.txt", "salt")
    code = "open('/opt/ml/processing/out/b.txt','w').write(open('/opt/ml/processing/in/a.txt').read() + ' and pepper')"
    source = {
        "S3Uri": "s3://data/in",
        "LocalPath": "/opt/ml/processing/in",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    target = {"S3Uri": "s3://data/out", "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"}
    sagemaker.create_processing_job(
        **processing(
            "p-copies",
            code,
            ProcessingInputs=[{"InputName": "in", "S3Input": source}],
            ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": target}]},
        )
    )
    assert ended(sagemaker, "Processing", "p-copies")["ProcessingJobStatus"] == "Completed"
    assert fake.client("s3").get_object(Bucket="data", Key="out/b.txt")["Body"].read() == b"salt and pepper"


def test_a_kernel_kill_for_memory_is_told_in_sagemakers_words_and_a_larger_instance_has_room(sagemaker):
    code = "x = bytearray(b'x') * (400 * 2**20); print('held', len(x))"
    sagemaker.create_processing_job(**processing("p-small", code))
    small = ended(sagemaker, "Processing", "p-small")
    assert small["ProcessingJobStatus"] == "Failed"
    assert small["FailureReason"] == (
        "ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an "
        "instance."
    )
    sagemaker.create_processing_job(**processing("p-large", code, instance_type="ml.m6i.2xlarge"))
    assert ended(sagemaker, "Processing", "p-large")["ProcessingJobStatus"] == "Completed"


def test_the_log_arrives_in_cloudwatch_late(fake, sagemaker):
    code = "import sys; print('first'); print('second', file=sys.stderr)"
    sagemaker.create_processing_job(**processing("p-logs", code))
    ended(sagemaker, "Processing", "p-logs")
    logs = fake.client("logs")

    def messages():
        streams = logs.describe_log_streams(logGroupName="/aws/sagemaker/ProcessingJobs", logStreamNamePrefix="p-logs/")
        return [
            event["message"]
            for stream in streams["logStreams"]
            for event in logs.get_log_events(
                logGroupName="/aws/sagemaker/ProcessingJobs", logStreamName=stream["logStreamName"]
            )["events"]
        ]

    assert eventually(lambda: len(messages()) == 2 and messages()) == ["first", "second"]


def test_a_name_is_taken_for_ever(sagemaker):
    sagemaker.create_processing_job(**processing("p-once", "pass"))
    ended(sagemaker, "Processing", "p-once")
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="already exists"):
        sagemaker.create_processing_job(**processing("p-once", "pass"))


def test_a_stopped_job_gets_sigterm_and_then_sigkill(fake, sagemaker):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)"
    sagemaker.create_processing_job(**processing("p-stubborn", code))
    pids = eventually(lambda: fake.job("p-stubborn")["pids"])
    sagemaker.stop_processing_job(ProcessingJobName="p-stubborn")
    assert sagemaker.describe_processing_job(ProcessingJobName="p-stubborn")["ProcessingJobStatus"] == "Stopping"
    assert ended(sagemaker, "Processing", "p-stubborn")["ProcessingJobStatus"] == "Stopped"
    assert not any(is_alive(pid) for pid in pids)


def test_a_job_stopped_while_it_starts_never_runs(fake, sagemaker):
    sagemaker.create_training_job(**training("t-early", "pass"))
    sagemaker.stop_training_job(TrainingJobName="t-early")
    assert ended(sagemaker, "Training", "t-early")["TrainingJobStatus"] == "Stopped"
    assert fake.job("t-early")["starts"] == 0


def test_a_training_job_passes_through_its_secondary_states_and_leaves_a_model(fake, sagemaker):
    put(fake, "train/rows.csv", "1,2\n")
    code = (
        "import json, os, pathlib, shutil\n"
        "rows = pathlib.Path('/opt/ml/input/data/rows/rows.csv').read_text()\n"
        "given = json.loads(pathlib.Path('/opt/ml/input/config/hyperparameters.json').read_text())\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model.txt').write_text(rows + given['depth'])\n"
    )
    channel = {
        "ChannelName": "rows",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/train/"}},
    }
    sagemaker.create_training_job(
        **training("t-model", code, HyperParameters={"depth": "3"}, InputDataConfig=[channel])
    )
    found = ended(sagemaker, "Training", "t-model")
    assert found["TrainingJobStatus"] == "Completed", found
    assert [each["Status"] for each in found["SecondaryStatusTransitions"]] == [
        *("Starting", "LaunchingMLInstances", "PreparingTrainingStack", "Downloading", "Training"),
        *("Uploading", "Completed"),
    ]
    assert found["ModelArtifacts"]["S3ModelArtifacts"] == "s3://data/models/t-model/output/model.tar.gz"
    assert fake.client("s3").head_object(Bucket="data", Key="models/t-model/output/model.tar.gz")["ContentLength"] > 0


def test_two_hosts_know_and_reach_each_other(sagemaker, fake):
    code = (
        "import json, os, socket\n"
        "me, hosts = os.environ['SM_CURRENT_HOST'], json.loads(os.environ['SM_HOSTS'])\n"
        "assert hosts == ['algo-1', 'algo-2']\n"
        "assert len({socket.gethostbyname(host) for host in hosts}) == 2\n"
        "with socket.create_server((me, 7001 if me == 'algo-1' else 7002)) as server:\n"
        "    if me == 'algo-1':\n"
        "        print('joined by', server.accept()[0].recv(10).decode())\n"
        "    else:\n"
        "        import time\n"
        "        for _ in range(100):\n"
        "            try:\n"
        "                socket.create_connection(('algo-1', 7001)).sendall(me.encode())\n"
        "                break\n"
        "            except ConnectionRefusedError:\n"
        "                time.sleep(0.1)\n"
    )
    resources = {"InstanceType": "ml.m6i.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}
    sagemaker.create_training_job(**training("t-two", code, ResourceConfig=resources))
    found = ended(sagemaker, "Training", "t-two")
    assert found["TrainingJobStatus"] == "Completed", found.get("FailureReason")
    assert len(fake.job("t-two")["pids"]) == 2


def test_an_exit_code_and_the_failure_file_make_the_reason(sagemaker):
    code = "import pathlib, sys; pathlib.Path('/opt/ml/output/failure').write_text('no rows'); sys.exit(3)"
    sagemaker.create_training_job(**training("t-fails", code))
    assert ended(sagemaker, "Training", "t-fails")["FailureReason"] == "AlgorithmError: no rows, exit code: 3"


def test_a_kill_for_memory_can_be_told_as_a_bare_exit_code_too(fake, sagemaker):
    fake.fail_next(operation="CreateTrainingJob", kind="bare-exit-137")
    sagemaker.create_training_job(**training("t-bare", EAT))
    assert ended(sagemaker, "Training", "t-bare")["FailureReason"] == "AlgorithmError: , exit code: 137"


def test_a_spot_instance_is_taken_and_the_job_goes_on_from_its_checkpoint(fake, sagemaker):
    code = (
        "import pathlib, time\n"
        "place = pathlib.Path('/opt/ml/checkpoints/step'); n = int(place.read_text()) if place.exists() else 0\n"
        "place.parent.mkdir(exist_ok=True); place.write_text(str(n + 1))\n"
        "time.sleep(0 if n else 60)\n"
    )
    fake.fail_next(operation="CreateTrainingJob", kind="preempt", afterSeconds=1)
    spot = {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 1200}
    more = {"EnableManagedSpotTraining": True, "CheckpointConfig": {"S3Uri": "s3://data/checkpoints/t-spot"}}
    sagemaker.create_training_job(**training("t-spot", code, StoppingCondition=spot, **more))
    found = ended(sagemaker, "Training", "t-spot")
    assert found["TrainingJobStatus"] == "Completed", found.get("FailureReason")
    assert "Interrupted" in [each["Status"] for each in found["SecondaryStatusTransitions"]]
    assert fake.job("t-spot")["starts"] == 2
    assert fake.client("s3").get_object(Bucket="data", Key="checkpoints/t-spot/step")["Body"].read() == b"2"


def test_a_job_that_runs_too_long_is_stopped_by_the_service(sagemaker):
    sagemaker.create_training_job(
        **training("t-long", "import time; time.sleep(60)", StoppingCondition={"MaxRuntimeInSeconds": 1})
    )
    found = ended(sagemaker, "Training", "t-long")
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_no_capacity_fails_the_job_and_no_quota_refuses_the_call(fake, sagemaker):
    fake.fail_next(operation="CreateTrainingJob", kind="capacity")
    sagemaker.create_training_job(**training("t-nowhere", "pass"))
    assert ended(sagemaker, "Training", "t-nowhere")["FailureReason"] == (
        "CapacityError: Unable to provision requested ML compute capacity. "
        "Please retry using a different ML instance type."
    )
    fake.fail_next(operation="CreateTrainingJob", kind="quota")
    with pytest.raises(sagemaker.exceptions.ResourceLimitExceeded, match="training job usage"):
        sagemaker.create_training_job(**training("t-poor", "pass"))


def test_a_role_of_another_account_cannot_be_assumed(sagemaker):
    request = training("t-foreign", "pass") | {"RoleArn": "arn:aws:iam::999999999999:role/x"}
    with pytest.raises(ClientError, match="Could not assume role arn:aws:iam::999999999999:role/x"):
        sagemaker.create_training_job(**request)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"TrainingJobName": "no_underscores"}, "trainingJobName.*regular expression"),
        ({"TrainingJobName": "a" * 64}, "length less than or equal to 63"),
        ({"ResourceConfig": {"InstanceType": "ml.huge", "InstanceCount": 1, "VolumeSizeInGB": 1}}, "enum value set"),
    ],
)
def test_a_request_that_breaks_the_services_model_is_refused(sagemaker, change, complaint):
    with pytest.raises(ClientError, match=complaint) as refused:
        sagemaker.create_training_job(**(training("t-bad", "pass") | change))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_jobs_are_listed_newest_first_and_in_pages(sagemaker):
    for number in range(3):
        sagemaker.create_processing_job(**processing(f"listed-{number}", "pass"))
        time.sleep(0.01)
    pages = list(sagemaker.get_paginator("list_processing_jobs").paginate(NameContains="listed-", MaxResults=2))
    names = [[each["ProcessingJobName"] for each in page["ProcessingJobSummaries"]] for page in pages]
    assert names == [["listed-2", "listed-1"], ["listed-0"]]
