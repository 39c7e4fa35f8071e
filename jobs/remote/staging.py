"""Inputs fetched from S3 and checked against their manifests before the job sees any of them."""

from __future__ import annotations

import errno
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.lib.errors import DiskFull, InvalidInput
from jobs.lib.files import describe_files
from jobs.lib.manifest import MANIFEST, parse_manifest
from jobs.remote import s3
from jobs.remote.s3 import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Source:
    """A published folder: its place, and its manifest, which has been checked against the reference."""

    name: str
    place: Place
    manifest: bytes
    files: tuple[Mapping[str, Any], ...]

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(int(file["bytes"]) for file in self.files)


def stage_inputs(
    client: s3.S3Client,
    references: Mapping[str, Mapping[str, Any] | None],
    folder: Path,
    tell: Callable[[str], None],
) -> None:
    """Puts each input into `folder` under its name, whole or not at all. One that is there already stays.

    Args:
        client: of S3.
        references: as in `job.json`, by name.
        folder: on a local disk; several processes of one job may use the same.
        tell: told what is being fetched.

    Raises:
        InvalidInput: another manifest than the reference names, or a file that differs from its manifest.
        DiskFull: the inputs have no room; found before anything is fetched.
    """
    sources = [_open(client, name, reference) for name, reference in references.items() if reference is not None]
    missing = [source for source in sources if not _is_there(folder / source.name, source)]
    needed = sum(source.bytes for source in missing)
    folder.mkdir(parents=True, exist_ok=True)
    require_room(folder, needed)
    for source in missing:
        tell(f"fetching inputs.{source.name}: {len(source.files)} files, {source.bytes:,} bytes")
        _stage(client, source, folder)


def require_room(folder: Path, needed_bytes: int) -> None:
    """Raises `DiskFull` unless the disk of `folder` has room for so much more."""
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        raise DiskFull(str(folder), needed_bytes, free_bytes)


def _open(client: s3.S3Client, name: str, reference: Mapping[str, Any]) -> Source:
    place = Place.parse(str(reference.get("uri")), f"inputs.{name}.uri")
    # A stored model is named by the hash of its manifest; everything else says which hash it means.
    expected = reference.get("sha256" if reference.get("kind") == "model" else "manifestSha256")
    content = s3.read(client, place.child(MANIFEST))
    manifest = parse_manifest(content, str(expected), f"inputs.{name}/{MANIFEST}")
    return Source(name, place, content, tuple(manifest["files"]))


def _is_there(target: Path, source: Source) -> bool:
    """A staged folder was checked before it got its name; another version of it is removed."""
    try:
        if (target / MANIFEST).read_bytes() == source.manifest:
            return True
    except OSError:
        pass
    shutil.rmtree(target, ignore_errors=True)
    return False


def _stage(client: s3.S3Client, source: Source, folder: Path) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix=f".{source.name}-", dir=folder))
    try:
        paths = [str(file["path"]) for file in source.files]
        s3.fetch_all(client, {source.place.child(path): unfinished / path for path in paths})
        _check(source, unfinished, paths)
        (unfinished / MANIFEST).write_bytes(source.manifest)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(folder / source.name)
        except OSError as error:  # another process of this job was faster
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _check(source: Source, folder: Path, paths: list[str]) -> None:
    for file, found in zip(source.files, describe_files(folder, paths), strict=True):
        if found.sha256 != file["sha256"]:
            raise InvalidInput(
                f"inputs.{source.name}/{found.path}",
                f"{found.bytes} bytes of sha256 {found.sha256}",
                f"{file['bytes']} bytes of sha256 {file['sha256']}, as the manifest says",
            )
