"""List calls: filters, order and pages, the same for all kinds of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.services.paging import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from test.fakes.aws.protocol import Params
    from test.fakes.aws.records import Record

PAGE = 100
FAR_FUTURE = 2**40


def listed(records: Iterable[Record], params: Params, *, size: int = PAGE) -> tuple[list[Record], str | None]:
    """The page that a List call asks for, newest first unless it says otherwise."""
    found = [each for each in records if _matches(each, params)]
    by_name = params.get("SortBy") == "Name"
    found.sort(key=lambda each: each["name"] if by_name else each["created"])
    if params.get("SortOrder", "Ascending" if by_name else "Descending") == "Descending":
        found.reverse()
    return page(found, params.get("MaxResults", size), params.get("NextToken"))


def _matches(record: Record, params: Params) -> bool:
    return (
        params.get("NameContains", "") in record["name"]
        and params.get("StatusEquals", record["state"]) == record["state"]
        and params.get("CreationTimeAfter", 0) <= record["created"] <= params.get("CreationTimeBefore", FAR_FUTURE)
        and params.get("LastModifiedTimeAfter", 0)
        <= record["modified"]
        <= params.get("LastModifiedTimeBefore", FAR_FUTURE)
    )
