import io
import json
import sys
import tarfile

import pytest

from test.fakes.aws.conftest import Fake, eventually, groups_left, is_alive

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/tempered:1"
ROLE = "arn:aws:iam::123456789012:role/tempered-jobs"
SERVER = """
import http.server, json, os, pathlib
factor = int(pathlib.Path('/opt/ml/model/factor.txt').read_text())
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, b'')
    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        if given.get('eat'):
            kept = []
            while True: kept.append(bytearray(b'x') * 2**20)
        ok = 'instances' in given
        body = {'predictions': [factor * each['x'] for each in given['instances']]} if ok else {'error': 'no instances'}
        self.answer(200 if ok else 400, json.dumps(body).encode())
    def answer(self, status, body):
        self.send_response(status); self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *args): pass
http.server.HTTPServer(('127.0.0.1', int(os.environ['SAGEMAKER_BIND_TO_PORT'])), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("endpoints")
    program = folder / "server.py"
    program.write_text(SERVER)
    running = Fake(folder / "state", "--serve", f"{sys.executable} {program}")
    s3 = running.client("s3")
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="data", Key="models/twice/factor.txt", Body=b"2")
    s3.put_object(Bucket="data", Key="models/thrice/factor.txt", Body=b"3")
    yield running
    running.end()
    assert not groups_left(running.state)


def model_request(name, prefix):
    source = {"S3Uri": f"s3://data/models/{prefix}/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    container = {"Image": IMAGE, "ModelDataSource": {"S3DataSource": source}}
    return {"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": ROLE}


def make_config(sagemaker, name, prefix):
    sagemaker.create_model(**model_request(name, prefix))
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.m6i.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])


def wait_for(sagemaker, endpoint, status):
    return eventually(
        lambda: sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"] == status, within_seconds=60
    )


def ask(fake, endpoint, body):
    runtime = fake.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="application/json", Body=json.dumps(body))
    return json.loads(answer["Body"].read())


def test_an_endpoint_lives_from_creating_to_gone(fake, sagemaker):
    make_config(sagemaker, "twice", "twice")
    make_config(sagemaker, "thrice", "thrice")
    sagemaker.create_endpoint(EndpointName="life", EndpointConfigName="twice")
    assert sagemaker.describe_endpoint(EndpointName="life")["EndpointStatus"] == "Creating"
    runtime = fake.client("sagemaker-runtime")
    with pytest.raises(runtime.exceptions.ValidationError, match="Endpoint life of account 123456789012 not found"):
        ask(fake, "life", {})
    with pytest.raises(sagemaker.exceptions.ClientError, match="Cannot update in-progress endpoint"):
        sagemaker.delete_endpoint(EndpointName="life")
    wait_for(sagemaker, "life", "InService")
    assert ask(fake, "life", {"instances": [{"x": 1}, {"x": 2}]}) == {"predictions": [2, 4]}
    with pytest.raises(sagemaker.exceptions.ClientError, match="already existing endpoint"):
        sagemaker.create_endpoint(EndpointName="life", EndpointConfigName="twice")
    sagemaker.update_endpoint(EndpointName="life", EndpointConfigName="thrice")
    wait_for(sagemaker, "life", "InService")
    assert ask(fake, "life", {"instances": [{"x": 1}]}) == {"predictions": [3]}
    pids = fake.job("life")["pids"]
    sagemaker.delete_endpoint(EndpointName="life")
    assert sagemaker.describe_endpoint(EndpointName="life")["EndpointStatus"] == "Deleting"
    eventually(lambda: not sagemaker.list_endpoints(NameContains="life")["Endpoints"])
    assert not any(is_alive(pid) for pid in pids)
    with pytest.raises(sagemaker.exceptions.ClientError, match='Could not find endpoint "life"'):
        sagemaker.describe_endpoint(EndpointName="life")
    states = [each["state"] for each in fake.ask("GET", "history") if each["name"] == "life"]
    assert states == ["Creating", "InService", "Updating", "InService", "Deleting", "gone"]


def test_a_models_refusal_is_a_model_error_and_a_kill_for_memory_starts_the_container_again(fake, sagemaker):
    make_config(sagemaker, "asked", "twice")
    sagemaker.create_endpoint(EndpointName="asked", EndpointConfigName="asked")
    wait_for(sagemaker, "asked", "InService")
    runtime = fake.client("sagemaker-runtime")
    with pytest.raises(runtime.exceptions.ModelError) as refused:
        ask(fake, "asked", {"rows": []})
    assert refused.value.response["OriginalStatusCode"] == 400
    with pytest.raises(runtime.exceptions.ModelError):
        ask(fake, "asked", {"eat": True})

    def answers():
        try:
            return ask(fake, "asked", {"instances": [{"x": 5}]}) == {"predictions": [10]}
        except runtime.exceptions.ModelError:
            return False

    eventually(answers)
    assert fake.job("asked")["starts"] == 2
    sagemaker.delete_endpoint(EndpointName="asked")


def test_an_endpoint_without_its_model_data_fails(sagemaker):
    make_config(sagemaker, "hollow", "nothing")
    sagemaker.create_endpoint(EndpointName="hollow", EndpointConfigName="hollow")
    wait_for(sagemaker, "hollow", "Failed")
    assert "Failed to download model data" in sagemaker.describe_endpoint(EndpointName="hollow")["FailureReason"]
    sagemaker.delete_endpoint(EndpointName="hollow")
    eventually(lambda: not sagemaker.list_endpoints(NameContains="hollow")["Endpoints"])


def packed(name, content):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def transform_request(name, model, source, **more):
    return {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": {"DataSource": {"S3DataSource": source}, "ContentType": "application/json"},
        "TransformOutput": {"S3OutputPath": f"s3://data/{name}/out"},
        "TransformResources": {"InstanceType": "ml.m6i.large", "InstanceCount": 1},
        **more,
    }


def transformed(sagemaker, name):
    def look():
        found = sagemaker.describe_transform_job(TransformJobName=name)
        return found["TransformJobStatus"] in {"Completed", "Failed"} and found

    return eventually(look, 60)


def test_a_transform_job_takes_the_files_of_a_manifest_and_no_model_that_is_not_packed(fake, sagemaker):
    s3 = fake.client("s3")
    s3.put_object(Bucket="data", Key="models/thrice.tar.gz", Body=packed("factor.txt", b"3"))
    container = {"Image": IMAGE, "ModelDataUrl": "s3://data/models/thrice.tar.gz"}
    sagemaker.create_model(ModelName="listed", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    for name in ("a", "b/c", "left-out"):
        s3.put_object(Bucket="data", Key=f"listed/in/{name}", Body=b'{"instances": [{"x": 1}]}')
    manifest = json.dumps([{"prefix": "s3://data/listed/in/"}, "a", "b/c"])
    s3.put_object(Bucket="data", Key="listed/manifest.json", Body=manifest.encode())
    source = {"S3DataType": "ManifestFile", "S3Uri": "s3://data/listed/manifest.json"}
    sagemaker.create_transform_job(**transform_request("listed", "listed", source))
    assert transformed(sagemaker, "listed")["TransformJobStatus"] == "Completed"
    found = s3.list_objects_v2(Bucket="data", Prefix="listed/out/")["Contents"]
    assert [each["Key"] for each in found] == ["listed/out/a.out", "listed/out/b/c.out"]

    sagemaker.create_model(**model_request("unpacked", "twice"))
    with pytest.raises(sagemaker.exceptions.ClientError, match="ModelDataSource is not supported"):
        sagemaker.create_transform_job(**transform_request("unpacked", "unpacked", source))
    with pytest.raises(sagemaker.exceptions.ClientError, match="cannot exceed 100 MB"):
        sagemaker.create_transform_job(
            **transform_request("large", "listed", source, MaxPayloadInMB=60, MaxConcurrentTransforms=2)
        )


def test_a_transform_job_asks_the_model_for_every_object(fake, sagemaker):
    s3 = fake.client("s3")
    s3.put_object(Bucket="data", Key="models/twice.tar.gz", Body=packed("factor.txt", b"2"))
    container = {"Image": IMAGE, "ModelDataUrl": "s3://data/models/twice.tar.gz"}
    sagemaker.create_model(ModelName="batch", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    lines = b'{"instances": [{"x": 1}]}\n{"instances": [{"x": 2}]}\n'
    s3.put_object(Bucket="data", Key="batch/in/rows.jsonl", Body=lines)
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/batch/in/"}}
    sagemaker.create_transform_job(
        TransformJobName="batch",
        ModelName="batch",
        BatchStrategy="SingleRecord",
        TransformInput={"DataSource": source, "ContentType": "application/json", "SplitType": "Line"},
        TransformOutput={"S3OutputPath": "s3://data/batch/out", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m6i.large", "InstanceCount": 1},
    )

    found = transformed(sagemaker, "batch")
    assert found["TransformJobStatus"] == "Completed", found
    assert s3.get_object(Bucket="data", Key="batch/out/rows.jsonl.out")["Body"].read().split(b"\n") == [
        b'{"predictions": [2]}',
        b'{"predictions": [4]}',
    ]


def test_a_model_package_with_the_same_token_is_the_same_version_and_is_approved(sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="salary")
    request = {"ModelPackageGroupName": "salary", "ClientToken": "one", "ModelPackageDescription": "first"}
    made = sagemaker.create_model_package(**request)["ModelPackageArn"]
    assert sagemaker.create_model_package(**request)["ModelPackageArn"] == made
    with pytest.raises(sagemaker.exceptions.ConflictException):
        sagemaker.create_model_package(**request | {"ModelPackageDescription": "other"})
    found = sagemaker.describe_model_package(ModelPackageName=made)
    assert (found["ModelPackageVersion"], found["ModelApprovalStatus"]) == (1, "PendingManualApproval")
    sagemaker.update_model_package(ModelPackageArn=made, ModelApprovalStatus="Approved")
    listed = sagemaker.list_model_packages(ModelPackageGroupName="salary", ModelApprovalStatus="Approved")
    assert [each["ModelPackageArn"] for each in listed["ModelPackageSummaryList"]] == [made]
