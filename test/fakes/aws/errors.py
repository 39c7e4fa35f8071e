"""Refusals, as the services word them."""

from __future__ import annotations

from typing import Any


class ServiceError(Exception):
    """What a call is answered with instead of a result.

    `code` is the name of the exception in the SDK; `status` the HTTP status, 400 for what the caller did wrong;
    `members` are more of the exception's.
    """

    def __init__(self, code: str, message: str, status: int = 400, members: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}


def invalid(message: str) -> ServiceError:
    """A `ValidationException`."""
    return ServiceError("ValidationException", message)
