"""A model or candidate that a stage was given: published files first, then everything `load_model` checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.lib.errors import InvalidInput
from jobs.lib.files import local_path
from jobs.lib.job import ModelInput
from jobs.lib.lean_import import import_lean
from jobs.lib.manifest import MANIFEST
from jobs.lib.model import LoadedModel, load_model
from jobs.lib.model_card import CARD_FILE, read_card
from jobs.lib.published_files import published_files

if TYPE_CHECKING:
    from jobs.lib.job import ArtifactInput


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
        _require_card([file.name for file in published_files(folder, sha256, "model")])
        import_lean(read_card(folder).format)
        return load_model(folder)
    except InvalidInput as error:
        raise InvalidInput(f"{name}/{error.field}", error.found, error.allowed) from error


def _require_card(files: list[str]) -> None:
    if CARD_FILE not in files:
        raise InvalidInput(MANIFEST, sorted(files), f"a model folder, with {CARD_FILE}")
