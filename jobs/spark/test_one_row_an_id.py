from datetime import date

import pytest
from pyspark.testing import assertDataFrameEqual

from jobs.spark.employees import EMPLOYEE_COLUMNS
from jobs.spark.one_row_an_id import find_duplicates, one_row_an_id
from jobs.spark.quality import profile

pytestmark = pytest.mark.engine

TODAY = date(2026, 11, 20)
# Ids of one bucket, of several, below zero, and so far apart that they are counted by value.
ID_SETS = {"dense": [0, 1, 2, 3], "several buckets": [1, 40_000, 70_000, 99_000], "negative": [-40_000, -1, 0, 7]}
ID_SETS["sparse"] = [-(2**62), 5, 10**15, 2**62]


def one_row(rows, folder):
    duplicates = find_duplicates(rows, profile(rows, TODAY), str(folder))
    return duplicates, one_row_an_id(rows, duplicates, str(folder))


def outcome(rows, folder):
    duplicates, found = one_row(rows, folder)
    kept = {row["id"]: row["age"] for row in found.kept.collect()}
    assert len(kept) == found.kept.count(), "an id stands twice"
    reasons = sorted((row["id"], row["age"], row["reason"]) for part in found.put_aside for row in part.collect())
    return kept, reasons, (duplicates.conflicting, duplicates.exact_copies)


def test_rows_with_ids_of_their_own_are_passed_on_untouched(employees, tmp_path):
    rows = employees({"id": 3}, {"id": 1}, {"id": 2})
    duplicates, found = one_row(rows, tmp_path / "scratch")
    assert found.kept is rows
    assert (duplicates.conflicting, duplicates.exact_copies, found.put_aside) == (0, 0, ())
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("ids", ID_SETS.values(), ids=ID_SETS)
def test_the_smallest_row_of_an_id_stays_and_the_others_are_put_aside(employees, tmp_path, ids):
    alone, copied, torn, also_alone = ids
    rows = employees(
        {"id": torn, "age": 50},
        {"id": alone},
        {"id": copied, "age": 30},
        {"id": torn, "age": 41},
        {"id": copied, "age": 30},
        {"id": torn, "age": 50},
        {"id": also_alone},
        {"id": copied, "age": 30},
    )
    kept, reasons, counts = outcome(rows, tmp_path / "scratch")
    assert kept == {alone: 40, copied: 30, torn: 41, also_alone: 40}
    assert reasons == sorted([(copied, 30, "exact-copy"), (torn, 50, "duplicate-id"), (torn, 50, "duplicate-id")])
    assert counts == (2, 2)


def test_the_row_that_stays_depends_neither_on_order_nor_on_partitions(employees, tmp_path):
    fields = [{"id": number % 7, "age": 20 + number % 5, "salary": 100.0 + number % 3} for number in range(60)]
    forth = employees(*fields).repartition(1)
    back = employees(*reversed(fields)).repartition(5)
    found, first = one_row(forth, tmp_path / "a")
    again, second = one_row(back, tmp_path / "b")
    assertDataFrameEqual(first.kept, second.kept)
    assert (found.conflicting, found.exact_copies) == (again.conflicting, again.exact_copies)
    assert first.kept.columns == list(EMPLOYEE_COLUMNS)
