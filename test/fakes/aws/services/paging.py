"""Answers in pages, by tokens that a client cannot read."""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

from test.fakes.aws.errors import invalid

Item = TypeVar("Item")


def page(found: list[Item], size: int, token: str | None) -> tuple[list[Item], str | None]:
    """One page and the token of the next; None on the last.

    Raises:
        ServiceError: `ValidationException`, the token is not one of ours.
    """
    try:
        start = 0 if token is None else int(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error) as error:
        raise invalid(f"The token '{token}' is not valid.") from error
    end = start + size
    following = base64.b64encode(str(end).encode()).decode() if end < len(found) else None
    return found[start:end], following
