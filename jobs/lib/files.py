"""Files and URIs: the one place that knows which schemes exist and how a file comes into being at once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from jobs.lib.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH_BLOCK_BYTES = 1 << 20
HASH_THREADS = 4  # hashing releases the interpreter lock; more threads than this only fight for the disk


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of an output folder. `path` is relative to the folder; `rows` is None where rows mean nothing."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As it stands in `_result.json` and `_manifest.json`."""
        entry: dict[str, Any] = {"path": self.path, "bytes": self.bytes, "sha256": self.sha256}
        return entry if self.rows is None else {**entry, "rows": self.rows}


def local_path(uri: str) -> Path:
    """The path behind a `file://` URI (or behind a plain absolute path).

    Raises:
        InvalidInput: another scheme, another host, or a relative path.
    """
    parts = urlsplit(uri)
    if parts.scheme == "" and uri.startswith("/"):
        return Path(uri)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise InvalidInput("uri", uri, "file:///absolute/path")
    return Path(unquote(parts.path))


def file_uri(path: Path | str) -> str:
    """The `file://` URI of an absolute path, encoded as Node's `pathToFileURL` reads it."""
    return "file://" + escaped_path(os.fspath(path))


def escaped_path(path: str) -> str:
    """A path as it stands in a URI, escaped as little as Node does."""
    return quote(path, safe="/=+,;:@$&!~*'()-._")


def atomic_write_json(path: Path | str, value: Any, *, durable: bool = True) -> None:
    """Writes JSON so that a reader sees the old file or the whole new one.

    Args:
        path: where.
        value: plain JSON; numpy scalars become numbers. NaN and infinity are refused (ValueError): JSON has none.
        durable: also survive a power cut. Off for files that are rewritten every two seconds.
    """
    target = Path(path)
    text = json.dumps(value, indent=2, allow_nan=False, default=_plain)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as out:
        out.write(text)
        if durable:
            out.flush()
            os.fsync(out.fileno())
    temporary.replace(target)


def sha256_file(path: Path | str) -> str:
    """The hex SHA-256 of a file's bytes, read block by block."""
    digest = hashlib.sha256()
    block = bytearray(HASH_BLOCK_BYTES)
    view = memoryview(block)
    with Path(path).open("rb", buffering=0) as file:
        while size := file.readinto(block):
            digest.update(view[:size])
    return digest.hexdigest()


def describe_files(folder: Path, paths: Sequence[str]) -> list[FileEntry]:
    """Size and hash of `paths` (relative to `folder`), in their order. Hashes in threads."""
    with ThreadPoolExecutor(HASH_THREADS) as pool:
        hashes = pool.map(lambda path: sha256_file(folder / path), paths)
        return [FileEntry(path, (folder / path).stat().st_size, sha) for path, sha in zip(paths, hashes, strict=True)]


def data_files(folder: Path, suffix: str = "") -> list[str]:
    """Relative paths of the files below `folder`, sorted.

    Leaves out what engines leave beside the data: names that begin with `_` or `.` (`_SUCCESS`, `.part-0.crc`).
    """
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob(f"*{suffix}")
        if path.is_file() and not any(part[0] in "_." for part in path.relative_to(folder).parts)
    )


def link_or_copy(source: Path, target: Path) -> None:
    """Puts the bytes of `source` also at `target`, at once: by hard link, or by copy where links cannot go.

    Both names then share one file: only for files that nobody writes again.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:  # another device, or a file system without links: the copy raises what really is wrong
        shutil.copyfile(source, temporary)
    temporary.replace(target)
    temporary.unlink(missing_ok=True)  # to rename a link onto another link of the same file does nothing, says POSIX


def _plain(value: object) -> object:
    item = getattr(value, "item", None)  # numpy scalars
    if callable(item):
        return item()
    raise TypeError(f"{type(value).__name__} is not JSON: {value!r}")
