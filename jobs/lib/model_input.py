"""A model or candidate that a stage was given: published files first, then everything `load_model` checks."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from jobs.lib.errors import InvalidInput
from jobs.lib.files import local_path, sha256_file
from jobs.lib.job import ModelInput
from jobs.lib.lean_import import import_lean
from jobs.lib.model import LoadedModel, load_model
from jobs.lib.model_card import CARD_FILE, read_card

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.lib.job import ArtifactInput

MANIFEST = "_manifest.json"


def open_model(source: ArtifactInput | ModelInput, name: str) -> LoadedModel:
    """Loads the model behind a reference, for prediction (see `import_lean`).

    Args:
        source: from `job.json`. Its sha256 is that of the manifest, which holds those of the files.
        name: what errors call it, e.g. `inputs.candidate`.

    Raises:
        InvalidInput: naming the file and what differs: hash, card, signature or golden prediction.
    """
    folder = local_path(source.uri)
    sha256 = source.sha256 if isinstance(source, ModelInput) else source.manifest_sha256
    try:
        _check_published_files(folder, sha256)
        import_lean(read_card(folder).format)
        return load_model(folder)
    except InvalidInput as error:
        raise InvalidInput(f"{name}/{error.field}", error.found, error.allowed) from error


def _check_published_files(folder: Path, sha256: str) -> None:
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise InvalidInput(MANIFEST, error.strerror, f"a published model in {folder}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise InvalidInput(MANIFEST, f"sha256 {found}", f"sha256 {sha256}, as the reference says")
    files: dict[str, Any] = {entry["path"]: entry for entry in json.loads(content)["files"]}
    if CARD_FILE not in files:
        raise InvalidInput(MANIFEST, sorted(files), f"a model folder, with {CARD_FILE}")
    for path, entry in files.items():
        _check_file(folder / path, entry)


def _check_file(path: Path, entry: dict[str, Any]) -> None:
    if not path.is_file():
        raise InvalidInput(path.name, "no such file", "the file that the manifest names")
    found = sha256_file(path)
    if found != entry["sha256"]:
        raise InvalidInput(path.name, f"sha256 {found}", f"sha256 {entry['sha256']}, as the manifest says")
