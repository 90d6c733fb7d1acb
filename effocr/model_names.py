"""Names of models, and the folders that they stand for."""

import os
from pathlib import Path
from typing import Final

from effocr.errors import UsageError
from effocr.versions import CURRENT, VERSIONS, current_folder, find_version, models_home

__all__ = ["EMBEDDED", "MANIFEST", "find_model", "is_model_path", "list_models"]

EMBEDDED: Final = Path(__file__).parent / "models"
"""Folder of the models that come with the package."""

MANIFEST: Final = "manifest.json"
"""The file that makes a folder a model."""


def is_model_path(name_or_path: str | Path) -> bool:
    """Whether a model is given by its folder: a `Path`, or a text with a slash in it, . or .. ."""
    text = str(name_or_path)
    return isinstance(name_or_path, Path) or "/" in text or os.sep in text or text in (".", "..")


def find_model(name_or_path: str | Path) -> Path:
    """Folder of a model.

    A `Path`, or a text with a slash in it, is a path. A name is looked up among those with versions
    (they stand for the current one), then among the embedded models, the user's other models and in
    the working directory. NAME@VERSION is one version of a name.

    Raises:
        UsageError: there is no such model.
        BundleError: it has versions, but the current one is not there.
    """
    text = str(name_or_path)
    if "\0" in text:  # no file system has one, and Python refuses to ask
        raise UsageError(f"no model named {text!r}: a name cannot hold a NUL character")
    if is_model_path(name_or_path):
        folder = Path(name_or_path).expanduser()
        if not folder.is_dir():
            raise UsageError(f"{text}: no such model folder; `effocr models list` shows models")
        return current_folder(folder) or folder
    if not text:
        raise UsageError("the name of the model is empty; `effocr models list` shows models")
    name, at, wanted = text.partition("@")
    if at and (models_home() / name / VERSIONS).is_dir():
        return find_version(models_home() / name, wanted)
    if current := current_folder(models_home() / name):
        return current
    for parent in (EMBEDDED, models_home(), Path()):
        if (parent / text / MANIFEST).is_file():
            return parent / text
    known = ", ".join(list_models()) or "none"
    raise UsageError(f"no model named {text!r}: known are {known}; or give the path of a folder")


def list_models() -> dict[str, Path]:
    """Names that `find_model` knows -> their folders; of a name with versions the folder of all."""
    own, found = models_home(), dict[str, Path]()
    for parent, file in ((own, CURRENT), (EMBEDDED, MANIFEST), (own, MANIFEST)):
        for path in sorted(parent.glob(f"*/{file}")):
            found.setdefault(path.parent.name, path.parent)
    return found
