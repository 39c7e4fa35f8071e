"""What the fake remembers: JSON files in the state folder, so that another process can go on with them."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Record = dict[str, Any]

LOCK = threading.RLock()  # one for all: the fake is asked a few times a second
_HISTORY: list[Record] = []


class Records:
    """All things of one kind, by key, in the order in which they were made. Keys never come twice unless removed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._all: dict[str, Record] = {}
        for file in sorted(folder.glob("*.json")):
            self._all[urllib.parse.unquote(file.stem)] = json.loads(file.read_text())
        self._all = dict(sorted(self._all.items(), key=lambda each: float(each[1]["created"])))

    def find(self, key: str) -> Record | None:
        """A copy that nobody changes any more, or None."""
        with LOCK:
            found = self._all.get(key)
            return None if found is None else dict(found)

    def put(self, key: str, record: Record) -> None:
        """Makes or replaces; `record` has `created`, in seconds since 1970."""
        with LOCK:
            before = self._all.get(key, {}).get("state")
            self._all[key] = record
            _note(record, before, record.get("state"))
            file = self._folder / f"{urllib.parse.quote(key, safe='')}.json"
            draft = file.with_suffix(".draft")
            draft.write_text(json.dumps(record))
            draft.replace(file)

    def update(self, key: str, **changes: Any) -> Record:
        """Sets members of a record that is there."""
        with LOCK:
            record = {**self._all[key], **changes}
            self.put(key, record)
            return record

    def remove(self, key: str) -> None:
        """Forgets it."""
        with LOCK:
            record = self._all.pop(key)
            _note(record, record.get("state"), "gone")
            (self._folder / f"{urllib.parse.quote(key, safe='')}.json").unlink()

    def __iter__(self) -> Iterator[Record]:
        with LOCK:
            return iter([dict(record) for record in self._all.values()])

    def keys(self) -> list[str]:
        """All keys, oldest first."""
        with LOCK:
            return list(self._all)


def history() -> list[Record]:
    """Every state that a thing has come to in this process, in order: when, its kind and name; `gone` when removed."""
    with LOCK:
        return list(_HISTORY)


def _note(record: Record, before: str | None, state: str | None) -> None:
    """Things that have no kind, as configurations, have no states either."""
    if state and state != before and "kind" in record:
        _HISTORY.append({"at": time.time(), "kind": record["kind"], "name": record["name"], "state": state})
