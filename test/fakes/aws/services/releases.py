"""EMR's releases that exist. AWS: About Amazon EMR releases, 2026-11."""

from __future__ import annotations

import re

from test.fakes.aws.errors import invalid

NEWEST_MINOR = 13


def check_release(label: str) -> None:
    """Knows 6.6 to 6.15, 7.0 to 7.13 and spark-8.0.

    Raises:
        ServiceError: there is no such release.
    """
    found = re.fullmatch(r"emr-(6|7)\.(\d+)\.(\d+)", label)
    minors = {"6": range(6, 16), "7": range(NEWEST_MINOR + 1)}
    if label == "emr-spark-8.0.0" or (found is not None and int(found[2]) in minors[found[1]]):
        return
    raise invalid(f"The supplied release label is invalid: {label}.")
