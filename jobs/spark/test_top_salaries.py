import pytest

from jobs.spark.top_salaries import WANTED, highest_salaries, top_salaries

pytestmark = pytest.mark.engine


def test_of_equal_names_and_salaries_the_smallest_id_stays(employees):
    rows = employees(
        {"id": 9, "salary": 70.0}, {"id": 4, "salary": 70.0}, {"id": 5, "salary": 70.0, "full_name": "Bob"}
    )
    assert [(row["id"], row["full_name"]) for row in top_salaries(rows, rows)] == [(4, "Ann"), (5, "Bob")]


def test_the_highest_salary_comes_first_and_the_smaller_id_wins_a_tie(employees):
    rows = employees(*[{"id": 100 - n, "full_name": f"n{n}", "salary": float(n // 2)} for n in range(30)])
    ids = [row["id"] for row in top_salaries(rows, rows)]
    assert ids == [71, 72, 73, 74, 75, 76, 77, 78, 79, 80]


@pytest.mark.parametrize(
    "sampled",
    [lambda row: row.id < 15, lambda row: row.id < 3, lambda row: row.salary > 300],
    ids=["some rows", "too few rows", "the highest only"],
)
def test_the_answer_is_the_full_plans_whatever_the_sample_holds(employees, sampled):
    rows = employees(*[{"id": n, "full_name": f"n{n % 3}", "salary": float((n * 37) % 400)} for n in range(120)])
    assert top_salaries(rows, rows.where(sampled(rows))) == highest_salaries(rows).collect()


def test_a_sample_with_higher_salaries_than_the_rows_does_no_harm(employees):
    rows = employees(*[{"id": n, "full_name": f"n{n}", "salary": float(n)} for n in range(20)])
    strangers = employees(*[{"id": n, "salary": 1000.0 + n} for n in range(20)])
    assert [row["salary"] for row in top_salaries(rows, strangers)] == [float(n) for n in range(19, 19 - WANTED, -1)]


def test_a_table_with_fewer_salaries_gives_what_there_is(employees):
    rows = employees(*[{"id": n, "salary": 5.0} for n in range(50)])
    assert [row["id"] for row in top_salaries(rows, rows)] == [0]
