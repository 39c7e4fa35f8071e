import pytest

from jobs.spark.age_extremes import oldest, oldest_active, youngest, youngest_active

pytestmark = pytest.mark.engine


@pytest.fixture
def staff(employees):
    """Ages 20 to 29 six times over, larger ids first; every third is inactive."""
    return employees(*[{"id": n, "age": 20 + n % 10, "is_active": n % 3 != 0} for n in range(59, -1, -1)])


def test_youngest_and_oldest_are_active_and_ties_go_to_the_smaller_id(staff):
    assert [(row["age"], row["id"]) for row in youngest_active(staff, staff)] == [
        (20, 10),
        (20, 20),
        (20, 40),
        (20, 50),
        (21, 1),
    ]
    assert [(row["age"], row["id"]) for row in oldest_active(staff, staff)] == [
        (29, 19),
        (29, 29),
        (29, 49),
        (29, 59),
        (28, 8),
    ]


@pytest.mark.parametrize("last_id", [3, 20, 59])
def test_the_answer_is_the_full_plans_whatever_the_sample_holds(staff, last_id):
    sample = staff.where(f"id <= {last_id}")
    assert youngest_active(staff, sample) == youngest(staff).collect()
    assert oldest_active(staff, sample) == oldest(staff).collect()


def test_a_sample_of_extremes_that_are_not_in_the_rows_does_no_harm(staff, employees):
    strangers = employees(*[{"id": n, "age": 19 if n % 2 else 90} for n in range(20)])
    assert youngest_active(staff, strangers) == youngest(staff).collect()
    assert oldest_active(staff, strangers) == oldest(staff).collect()


def test_fewer_active_employees_than_wanted_are_all_given(employees):
    rows = employees({"id": 1, "is_active": False}, {"id": 2})
    assert [row["id"] for row in youngest_active(rows, rows)] == [2]
