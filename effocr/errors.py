"""Every exception that EffOCR raises on purpose.

    EffOCRError                  catch this one to catch them all
    ├── UsageError               the caller asked for something that cannot be done
    ├── ImageError               an image cannot be read
    ├── DataFormatError          a data file is not in the form that it should be in
    ├── BundleError              a model folder is missing, damaged or inconsistent
    ├── FontError                a font cannot be used
    ├── TrainingError            a training run cannot start or go on
    ├── ParityError              an exported model decides differently from the trained one
    └── MissingDependencyError   an optional dependency is not installed

A message says what is wrong, where, and how to mend it, in one line: the command line prints it
after `effocr:` and exits with status 2. Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

__all__ = [
    "BundleError",
    "DataFormatError",
    "EffOCRError",
    "FontError",
    "ImageError",
    "MissingDependencyError",
    "ParityError",
    "TrainingError",
    "UsageError",
]


class EffOCRError(Exception):
    """Base of all errors of EffOCR.

    try:
        document = effocr.read("line.png")
    except effocr.errors.EffOCRError as error:
        print(error)
    """


class UsageError(EffOCRError):
    """The caller asked for something that cannot be done: an option, a path, a combination."""


class ImageError(EffOCRError):
    """An image cannot be read."""


class DataFormatError(EffOCRError):
    """A data file is not in the form that it should be in; the message names file and place."""


class BundleError(EffOCRError):
    """A model folder is missing, damaged or inconsistent."""


class FontError(EffOCRError):
    """A font cannot be opened or has no usable glyphs."""


class TrainingError(EffOCRError):
    """A training run cannot start or cannot go on."""


class ParityError(EffOCRError):
    """An exported model decides differently from the trained one."""


class MissingDependencyError(EffOCRError):
    """An optional dependency is not installed; the message holds the pip command."""
