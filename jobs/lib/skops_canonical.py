"""Writes a skops archive so that the same model gives the same bytes.

skops numbers objects by their memory address, names array files after it and stamps the zip with the clock. Here
objects are numbered by their order in the schema, and every entry carries the zip format's first date.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

SCHEMA_FILE = "schema.json"
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_canonical(archive_bytes: bytes, path: Path) -> None:
    """Rewrites the archive that skops made into `path`; it loads to the same model."""
    with zipfile.ZipFile(io.BytesIO(archive_bytes)) as source, zipfile.ZipFile(path, "w") as target:
        renumbering = _Renumbering()
        schema = renumbering.apply(json.loads(source.read(SCHEMA_FILE)))
        for old_name, new_name in renumbering.files.items():
            _write_entry(target, new_name, source.read(old_name))
        _write_entry(target, SCHEMA_FILE, json.dumps(schema, indent=1).encode())


class _Renumbering:
    """Replaces ids and file names by their order of appearance."""

    def __init__(self) -> None:
        self.ids: dict[object, int] = {}
        self.files: dict[str, str] = {}

    def apply(self, node: object) -> object:
        if isinstance(node, list):
            return [self.apply(value) for value in node]
        if not isinstance(node, dict):
            return node
        return {key: self._renamed(key, value) for key, value in node.items()}

    def _renamed(self, key: object, value: object) -> object:
        if key == "__id__":
            return self.ids.setdefault(value, len(self.ids) + 1)
        if key == "file" and isinstance(value, str):
            return self.files.setdefault(value, f"{len(self.files) + 1}{Path(value).suffix}")
        return self.apply(value)


def _write_entry(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Stored, not deflated: another zlib build would give other bytes, and random-forest arrays hardly shrink.
    archive.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content)
