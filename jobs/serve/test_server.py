"""The model server as a process, as a container starts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.lib.model import load_model
from jobs.lib.prediction_columns import prediction_schema
from test.samples.models import saved_model

ROOT = Path(__file__).parents[2]
ROW = {"age": 40, "is_active": 1, "tenure_days": 100}


def start(model, *more):
    port = free_port()
    command = [sys.executable, "-m", "jobs.serve.server", "serve", "--model", str(model), "--host", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--port", str(port), *more],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return server, f"http://127.0.0.1:{port}"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(url, body=None, content_type="application/json"):
    data = body if body is None or isinstance(body, bytes) else body.encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    saved_model("lightgbm-text", folder / "model")
    server, url = start(folder / "model", "--memory-bytes", str(1 << 30))
    assert "serving" in server.stdout.readline()
    yield url, load_model(folder / "model")
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) == 0


def invoke(served, body, content_type="application/json"):
    return ask(f"{served[0]}/invocations", body, content_type)


def test_it_answers_ping_and_repeats_the_golden_predictions(served):
    url, model = served
    status, said = ask(f"{url}/ping")
    assert (status, json.loads(said)["model"]["features"]) == (200, ["age", "is_active", "tenure_days"])
    golden = model.card.golden
    status, answer = invoke(served, json.dumps({"instances": [row.features for row in golden]}))
    assert status == 200
    assert json.loads(answer) == {"predictions": [row.prediction for row in golden]}


def test_csv_with_a_header_and_without_says_the_same_as_json(served):
    _, answer = invoke(served, json.dumps({"instances": [ROW]}))
    expected = f"{json.loads(answer)['predictions'][0]!r}\n"
    assert invoke(served, "40,1,100\n", "text/csv; charset=utf-8") == (200, expected)
    assert invoke(served, "tenure_days,extra,age,is_active\n100,9,40,1\n", "text/csv") == (200, expected)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "field", "found", "allowed"),
    [
        ("{", "application/json", 400, "body", "not JSON", '{"instances"'),
        ("[1]", "application/json", 400, "instances", None, "a list of at least one"),
        ('{"instances": []}', "application/json", 400, "instances", "[]", "a list of at least one"),
        ('{"instances": [7]}', "application/json", 400, "instances[0]", 7, "an object with the features"),
        (
            '{"instances": [{"age": 4}]}',
            "application/json",
            400,
            "instances[0].is_active",
            "nothing",
            "a number (bool)",
        ),
        (
            json.dumps({"instances": [ROW, {**ROW, "age": "x"}]}),
            "application/json",
            400,
            "instances[1].age",
            "x",
            "a fin",
        ),
        (json.dumps({"instances": [{**ROW, "age": None}]}), "application/json", 400, "instances[0].age", None, "a fin"),
        ("40,1\n", "text/csv", 400, "row 1", "2 values", "3: age, is_active, tenure_days"),
        ("", "text/csv", 400, "body", "no rows", "at least one row"),
        (b"\xff", "text/csv", 400, "body", "'utf-8'", "text in UTF-8"),
        (
            "<x/>",
            "application/xml",
            415,
            "Content-Type",
            "application/xml",
            "application/json or text/csv, or application/x-parquet",
        ),
        (b"PAR1", "application/x-parquet", 400, "body", "Parquet", "a whole Parquet file"),
    ],
)
def test_a_wrong_request_is_refused_by_field(served, body, content_type, status, field, found, allowed):
    code, answer = invoke(served, body, content_type)
    said = json.loads(answer)
    assert (code, said["field"]) == (status, field)
    assert str(said["found"]).startswith(str(found))
    assert said["allowed"].startswith(allowed)
    assert invoke(served, json.dumps({"instances": [ROW]}))[0] == 200


def table(rows, **change):
    columns = {
        "id": list(range(rows)),
        "full_name": [f"Name {row % 7}" for row in range(rows)],
        "age": [18 + row % 63 for row in range(rows)],
        "is_active": [row % 3 == 0 for row in range(rows)],
        "tenure_days": [row * 7 % 3650 for row in range(rows)],
    }
    return pa.table({**columns, **change})


def parquet(rows):
    target = pa.BufferOutputStream()
    pq.write_table(rows, target)
    return target.getvalue().to_pybytes()


def post(url, body):
    headers = {"Content-Type": "application/x-parquet"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/invocations", body, headers), timeout=60) as answer:
        assert answer.headers["Content-Type"] == "application/x-parquet"
        return pq.read_table(pa.BufferReader(answer.read()))


def test_a_whole_table_is_answered_by_its_predictions_row_for_row(served):
    url, model = served
    rows = table(300_000)
    found = post(url, parquet(rows))
    assert found.schema.equals(prediction_schema(rows.schema))
    of_rows = rows.select(["id", "full_name"])
    assert found.select(["id", "full_name"]).cast(of_rows.schema).equals(of_rows)
    features = {name: rows.column(name).to_numpy() for name in ("age", "is_active", "tenure_days")}
    assert found.column("prediction").to_numpy().tolist() == model.predict(features).tolist()


@pytest.mark.parametrize(
    ("rows", "field", "found"),
    [
        (table(2).drop(["age"]), "body#age", "no such column"),
        (table(2).drop(["id"]), "body#id", "no such column"),
        (table(2, age=[1.5, 2.5]), "batch#age", "double"),
        (table(2, age=[1, None]), "batch#age", "1 nulls"),
        (table(2, id=[None, 1]), "body#id", "1 nulls"),
        (table(2, full_name=[1, 2]), "body#full_name", "int64"),
    ],
)
def test_a_table_that_the_model_does_not_take_is_refused_by_its_column(served, rows, field, found):
    code, answer = invoke(served, parquet(rows), "application/x-parquet")
    said = json.loads(answer)
    assert (code, said["field"]) == (400, field)
    assert str(said["found"]).startswith(found)


def test_another_path_is_not_found(served):
    assert ask(f"{served[0]}/other")[0] == 404
    assert ask(f"{served[0]}/other", "{}")[0] == 404


def test_a_model_that_no_longer_says_what_its_card_promises_is_not_served(tmp_path):
    saved_model("lightgbm-text", tmp_path / "model")
    card = tmp_path / "model/model.json"
    document = json.loads(card.read_text())
    document["golden"][1]["prediction"] += 1.0
    card.write_text(json.dumps(document))
    server, _ = start(tmp_path / "model")
    output, _ = server.communicate(timeout=60)
    assert server.returncode == 1
    assert "model.json.golden[1].prediction" in output


def test_only_one_server_has_a_folder_and_it_ends_when_the_folder_goes(tmp_path):
    saved_model("lightgbm-text", tmp_path / "model")
    state = tmp_path / "state"
    state.mkdir()
    first, _ = start(tmp_path / "model", "--state", str(state))
    assert "serving" in first.stdout.readline()
    assert json.loads((state / "ready.json").read_text())["pid"] == first.pid
    second, _ = start(tmp_path / "model", "--state", str(state))
    output, _ = second.communicate(timeout=60)
    assert (second.returncode, output) == (0, "another server has this endpoint\n")
    (state / "server.json").unlink()
    assert first.wait(timeout=30) == 0


def test_a_limit_on_memory_is_kept(tmp_path):
    """What a request would need beyond the limit is refused to it, and the server goes on."""
    saved_model("lightgbm-text", tmp_path / "model")
    server, url = start(tmp_path / "model", "--memory-bytes", str(180 << 20))
    try:
        assert "serving" in server.stdout.readline()
        many = ",".join([json.dumps(ROW)] * 500_000)
        code, answer = ask(f"{url}/invocations", f'{{"instances": [{many}]}}')
        assert (code, json.loads(answer)["error"]) == (503, "out of memory: send fewer instances at once")
        assert ask(f"{url}/invocations", json.dumps({"instances": [ROW]}))[0] == 200
    finally:
        server.kill()
        server.wait(timeout=20)
