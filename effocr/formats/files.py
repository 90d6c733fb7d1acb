"""Documents in files: which form a file has, and one door to all readers and writers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from effocr.errors import DataFormatError, UsageError

if TYPE_CHECKING:
    from effocr.document import Document
    from effocr.pdfium import TextLayer

__all__ = [
    "JOINED",
    "SUFFIXES",
    "DocumentFormat",
    "ReadableFormat",
    "document_files",
    "read_documents",
    "recognise_format",
]

DocumentFormat = Literal["text", "jsonl", "hocr", "alto", "page", "pdf", "coco"]
ReadableFormat = Literal["jsonl", "hocr", "alto", "page", "coco"]

SUFFIXES: Final[dict[DocumentFormat, str]] = {
    "text": ".txt",
    "jsonl": ".jsonl",
    "hocr": ".hocr",
    "alto": ".alto.xml",
    "page": ".page.xml",
    "pdf": ".pdf",
    "coco": ".coco.json",
}
JOINED: Final = ("text", "jsonl")
"""Formats of which one file may hold any number of documents, one after the other."""

_HEAD: Final = 4096  # bytes that say what a file is


def recognise_format(path: Path) -> ReadableFormat:
    """Tell the form of a file by how it begins.

    Raises:
        DataFormatError: it cannot be read, or is nothing that is known here.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    except OSError as error:
        raise DataFormatError(f"{path}: {error.strerror or error}") from error
    if head.startswith(b"{"):
        return "jsonl" if b'"path"' in head.split(b"\n")[0] else "coco"
    signs: tuple[tuple[bytes, ReadableFormat], ...] = (
        (b"<PcGts", "page"), (b":PcGts", "page"), (b"<alto", "alto"), (b":alto", "alto"),
        (b"<html", "hocr"), (b"<HTML", "hocr"), (b"ocr_page", "hocr"),
    )  # fmt: skip
    for sign, form in signs:
        if head.startswith(b"<") and sign in head:
            return form
    known = ", ".join(get_args(ReadableFormat))
    raise DataFormatError(f"{path}: not a file of a document; known are {known}")


def read_documents(
    path: Path, form: ReadableFormat | None = None, *, dpi: float | None = None
) -> list[Document]:
    """Read the documents of a file.

    Args:
        path: the file.
        form: of the file; None: told by how it begins.
        dpi: of the image, for ALTO in units of length.

    Raises:
        DataFormatError: it is not of the form.
    """
    match form or recognise_format(path):
        case "jsonl":
            from effocr.formats.jsonl import read_jsonl

            return read_jsonl(path)
        case "hocr":
            from effocr.formats.hocr_reader import read_hocr

            return [read_hocr(path)]
        case "alto":
            from effocr.formats.alto_reader import read_alto

            return [read_alto(path, dpi=dpi)]
        case "page":
            from effocr.formats.page_xml_reader import read_page_xml

            return [read_page_xml(path)]
        case "coco":
            from effocr.formats.coco import read_coco_documents

            return read_coco_documents(path)


def document_files(
    document: Document,
    form: DocumentFormat,
    *,
    source: Path | str | bytes | None = None,
    languages: Sequence[str] = (),
    image: str | None = None,
    old_text: TextLayer = "auto",
) -> list[bytes]:
    """The files that a document makes in one form: one, or one for each page.

    Args:
        document: what was read.
        form: what to write.
        source: the image file or PDF, for pdf.
        languages: codes of the model's languages, the main one first.
        image: name of the image, for coco; None: the document's source.
        old_text: for pdf, what becomes of the text that pages of a PDF hold already.

    Raises:
        UsageError: a PDF is to be written and `source` is None.
        ImageError: the image of a PDF cannot be read.
        DataFormatError: the PDF to write on cannot be used.
        MissingDependencyError: the extra for this form is not installed.
    """
    if form == "pdf":
        from effocr.formats.pdf import document_to_pdf

        if source is None:
            raise UsageError(f"{document.source}: the image is needed to write a PDF")
        return [document_to_pdf(document, source, languages=languages, old_text=old_text)]
    texts = _texts(document, form, languages, image)
    return [text.encode("utf-8", errors="surrogateescape") for text in texts]


def _texts(
    document: Document, form: DocumentFormat, languages: Sequence[str], image: str | None
) -> list[str]:
    """What `document_files` writes, where that is text."""
    match form:
        case "text":
            from effocr.formats.text import document_to_text

            return [document_to_text(document)]
        case "jsonl":
            from effocr.formats.jsonl import document_to_jsonl

            return [document_to_jsonl(document)]
        case "hocr":
            from effocr.formats.hocr import document_to_hocr

            return [document_to_hocr(document, languages=languages)]
        case "alto":
            from effocr.formats.alto import document_to_alto

            return [document_to_alto(document, languages=languages)]
        case "page":
            from effocr.formats.page_xml import document_to_page_xml

            return document_to_page_xml(document, languages=languages)
        case "coco":
            from effocr.formats.coco import document_to_coco

            return [document_to_coco(document, image=image)]
        case _:
            raise UsageError(f"{form} is not text")
