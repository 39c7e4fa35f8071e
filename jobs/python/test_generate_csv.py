import numpy as np

from jobs.python.generate_columns import Employees
from jobs.python.generate_csv import CsvWriter
from jobs.python.generate_published import published_chunk


def test_the_text_is_what_pandas_writes(tmp_path):
    rows = published_chunk.__wrapped__(50_000)
    with CsvWriter(tmp_path / "a.csv") as csv:
        csv.write(rows.slice(0, 20_000).to_batch(0))
        csv.write(rows.slice(20_000, 50_000).to_batch(20_000))
    expected = rows.to_batch(0).to_pandas().to_csv(index=False)
    assert (tmp_path / "a.csv").read_text() == expected


def test_whole_salaries_keep_their_point(tmp_path):
    salaries = np.array([120_000.0, 100_000.5, 30_000.0])
    three = np.zeros(3, dtype=np.int8)
    rows = Employees(three, three + np.int8(18), salaries, three.astype(np.int16), three == 0)
    with CsvWriter(tmp_path / "a.csv") as csv:
        csv.write(rows.to_batch(7))
    assert (tmp_path / "a.csv").read_text().splitlines() == [
        "id,name,age,salary,signup_date,is_active",
        "7,Alice,18,120000.0,1970-01-01,True",
        "8,Alice,18,100000.5,1970-01-01,True",
        "9,Alice,18,30000.0,1970-01-01,True",
    ]
