"""The files of a published folder that is no table: checked against its manifest before anything is read from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.lib.errors import InvalidInput
from jobs.lib.files import sha256_file
from jobs.lib.manifest import read_manifest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file: its name inside the folder, and its path on this machine."""

    name: str
    path: Path


def published_files(folder: Path, sha256: str, what: str) -> list[PublishedFile]:
    """The files that the manifest names, each with the hash that it says, in the manifest's order.

    Args:
        folder: where the manifest lies.
        sha256: of the manifest, as the reference says.
        what: what should be there, for errors, e.g. `model`.

    Raises:
        InvalidInput: another manifest, or a file that is missing or was changed.
    """
    entries = read_manifest(folder, sha256, what)["files"]
    for entry in entries:
        _check_file(folder / entry["path"], entry["sha256"])
    return [PublishedFile(entry["path"], folder / entry["path"]) for entry in entries]


def _check_file(path: Path, sha256: str) -> None:
    if not path.is_file():
        raise InvalidInput(path.name, "no such file", "the file that the manifest names")
    found = sha256_file(path)
    if found != sha256:
        raise InvalidInput(path.name, f"sha256 {found}", f"sha256 {sha256}, as the manifest says")
