"""`effocr data convert` between formats of documents: jsonl, hOCR, ALTO, PAGE-XML, COCO, PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast, get_args

from effocr.cli.outputs import refuse_present, stem_of_page, write_file
from effocr.data.form_names import DetectionForm
from effocr.errors import DataFormatError, ImageError, UsageError
from effocr.file_names import distinct
from effocr.formats.files import JOINED, SUFFIXES, DocumentFormat, ReadableFormat

if TYPE_CHECKING:
    from effocr.document import Document

__all__ = ["convert_document", "is_about_documents"]

_ONLY_DOCUMENTS: Final = frozenset(SUFFIXES) - {"coco"}  # data sets are coco, too
_DETECTION: Final = frozenset(get_args(DetectionForm))
_FILES: Final = frozenset({".xml", ".hocr", ".html", ".htm", ".jsonl"})


def is_about_documents(path: Path, from_form: str | None, to: str) -> bool:
    """Whether a conversion is one between formats of documents, not of data sets."""
    if to in _DETECTION:
        return False
    if to in _ONLY_DOCUMENTS or from_form in _ONLY_DOCUMENTS:
        return True
    return from_form is None and path.is_file() and path.suffix.lower() in _FILES


def convert_document(
    path: Path, out: Path, from_form: str | None, to: str, *, force: bool, dpi: float | None
) -> int:
    """Write the documents of a file in another format.

    Args:
        path: the file.
        out: the file to write; where several are needed, a folder for them.
        from_form: format of `path`; None: told by how it begins.
        to: format to write.
        force: whether files may be overwritten.
        dpi: of the image, for ALTO in units of length.

    Returns:
        How many pages were written.

    Raises:
        UsageError: `to` is no format of documents, or a file is there already or cannot be written.
        DataFormatError: the file is not of its format, or the image for a PDF cannot be read.
    """
    from effocr.formats.files import read_documents

    if to not in SUFFIXES:
        raise UsageError(f"--to {to}: a document becomes one of {', '.join(SUFFIXES)}")
    if path.is_dir():
        known = ", ".join(get_args(ReadableFormat))
        raise UsageError(f"{path} is a folder; a document that becomes {to} is a file of {known}")
    form: DocumentFormat = to
    documents = read_documents(path, cast("ReadableFormat | None", from_form), dpi=dpi)
    files = [_files(path, document, form) for document in documents]
    if form in JOINED or (len(files) == 1 and len(files[0]) == 1):
        written = {out: b"".join(content for parts in files for content in parts)}
    else:
        written = {
            out / f"{name}{SUFFIXES[form]}": content for name, content in _named(documents, files)
        }
    for place in written:  # all of them before the first is written
        refuse_present(place, force)
    for place, content in written.items():
        write_file(place, content)
    return sum(len(document.pages) for document in documents)


def _files(path: Path, document: Document, form: DocumentFormat) -> list[bytes]:
    """The files of one document; its image lies beside `path`, or where it says.

    Raises:
        DataFormatError: the image is needed and cannot be read.
    """
    from effocr.formats.files import document_files

    if form != "pdf":
        return document_files(document, form)
    beside = path.parent / document.source
    image = beside if beside.is_file() else Path(document.source)
    try:
        return document_files(document, form, source=image)
    except ImageError as error:
        cure = "" if image.is_file() else f"; put it into {path.parent}"
        raise DataFormatError(f"{path}: the image {image}: {error}{cure}") from error


def _named(documents: list[Document], files: list[list[bytes]]) -> list[tuple[str, bytes]]:
    """A name for each file: the stem of the image, numbered where it is not the only one."""
    stems = distinct(Path(document.source).stem or "document" for document in documents)
    return [
        (stem if len(parts) == 1 else stem_of_page(stem, page), content)
        for stem, parts in zip(stems, files, strict=True)
        for page, content in enumerate(parts, 1)
    ]
