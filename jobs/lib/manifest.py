"""The manifest of a published folder: the JSON whose hash its reference names."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from jobs.lib.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "_manifest.json"


def read_manifest(folder: Path, sha256: str, what: str, field: str = MANIFEST) -> dict[str, Any]:
    """The manifest of a folder.

    Args:
        folder: where it lies.
        sha256: of its bytes, as the reference says.
        what: what should be there, for errors, e.g. `model`.
        field: what errors call it.

    Raises:
        InvalidInput: there is none, or another than the reference names.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise InvalidInput(field, error.strerror, f"a published {what} in {folder}") from error
    return parse_manifest(content, sha256, field)


def parse_manifest(content: bytes, sha256: str, field: str) -> dict[str, Any]:
    """The manifest in `content`; InvalidInput, called `field`, when it is not the one that the reference names."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise InvalidInput(field, f"sha256 {found}", f"sha256 {sha256}, as the reference says")
    manifest: dict[str, Any] = json.loads(content)
    return manifest
