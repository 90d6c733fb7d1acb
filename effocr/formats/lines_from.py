"""Lines that a file gives: where they are and in which order; only their text is to be read."""

from __future__ import annotations

from pathlib import Path

from effocr.document import Document, Page
from effocr.errors import DataFormatError
from effocr.formats.files import recognise_format
from effocr.formats.xml import hull

__all__ = ["read_lines"]


def read_lines(path: Path | str, *, dpi: float | None = None) -> list[Page]:
    """The lines of an ALTO, PAGE-XML or hOCR file.

    Args:
        path: the file.
        dpi: of the image; needed where an ALTO file measures in mm10 or inch1200.

    Returns:
        Its pages, with blocks and lines in reading order; each line has its outline, the baseline
        if the file says it, and the text that it had there. A page without lines is one, too.

    Raises:
        DataFormatError: the file is not of such a form, or a line in it lies outside of its page;
            the message names file and line.
    """
    from effocr.formats.alto_reader import read_alto
    from effocr.formats.hocr_reader import read_hocr
    from effocr.formats.page_xml_reader import read_page_xml

    path = Path(path)
    match recognise_format(path):
        case "alto":
            document: Document = read_alto(path, dpi=dpi)
        case "page":
            document = read_page_xml(path)
        case "hocr":
            document = read_hocr(path)
        case other:
            raise DataFormatError(
                f"{path}: {other} gives no lines; an ALTO, PAGE-XML or hOCR file is needed"
            )
    for page in document.pages:
        _check(path, page)
    return list(document.pages)


def _check(path: Path, page: Page) -> None:
    """Refuse a page whose lines are those of another image.

    Raises:
        DataFormatError: a line has no part on the page.
    """
    for number, line in enumerate(page.lines, 1):
        x0, y0, x1, y1 = hull(line.polygon)
        outside = x1 <= 0 or y1 <= 0 or x0 >= page.width or y0 >= page.height
        if outside or x0 >= x1 or y0 >= y1:
            raise DataFormatError(
                f"{path}: line {number} of page {page.number} ({line.text[:30]!r}) covers nothing "
                f"of the {page.width} x {page.height} pixels of the page"
            )
