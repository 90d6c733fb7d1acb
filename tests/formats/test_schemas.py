"""What is written, against the published rules.

PAGE-XML against the schema in the package ocrd, hOCR by the checker hocr-spec. No package holds the
schema of ALTO, so what it says of the elements written here is tested one by one.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

import effocr
from effocr.document import Document, Page
from effocr.formats.alto import NAMESPACE, document_to_alto
from effocr.formats.hocr import document_to_hocr
from effocr.formats.page_xml import page_to_page_xml

LANGUAGES = ("de", "grc", "no language")


@pytest.fixture(scope="module")
def page_schema() -> etree.XMLSchema:
    """The schema of 2019-07-15; the package is not imported, its file is enough."""
    package = find_spec("ocrd_validators")
    assert package is not None, "pip install --no-deps -r requirements-schemas.txt"
    assert package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0])
    return etree.XMLSchema(etree.parse(folder / "page.xsd"))


def check_page(schema: etree.XMLSchema, text: str) -> etree._Element:
    root = etree.fromstring(text.encode())
    schema.assertValid(root)
    return root


def test_page_xml_is_valid(page_schema: etree.XMLSchema, document: Document) -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    page = replace(document.pages[0], number=2, angle=-90.0)
    text = page_to_page_xml(page, "folder/scan.png", languages=LANGUAGES, now=now)
    root = check_page(page_schema, text)
    names = {"p": root.nsmap[None]}
    (page_element,) = root.findall("p:Page", names)
    assert page_element.get("imageFilename") == "scan.png"
    assert page_element.get("primaryLanguage") == "German"
    assert page_element.get("secondaryLanguage") == "Greek"
    assert root.findtext("p:Metadata/p:Creator", None, names) == f"effocr {effocr.__version__}"
    assert root.findtext("p:Metadata/p:Created", None, names) == "2026-01-02T03:04:05Z"
    glyph = root.findall(".//p:Glyph", names)[0]
    texts = [element.findtext("p:Unicode", None, names) for element in glyph[1:]]
    assert [element.get("index") for element in glyph[1:]] == ["0", "1"]
    assert texts == ["ſ", "ö"]


@pytest.mark.parametrize(
    ("angle", "turn"), [(270.0, "90"), (180.0, "180"), (-180.0, "180"), (359.5, "0.5")]
)
def test_page_xml_turns_by_half_a_circle_at_most(angle: float, turn: str) -> None:
    """More than -180 and at most 180, says the documentation in the schema."""
    root = etree.fromstring(page_to_page_xml(Page(1, 10, 10, (), angle=angle), "").encode())
    assert [page.get("orientation") for page in root.iter("{*}Page")] == [turn]


def test_page_xml_of_a_blank_page_is_valid(page_schema: etree.XMLSchema) -> None:
    check_page(page_schema, page_to_page_xml(Page(1, 10, 10, ()), ""))


def test_page_xml_of_an_unknown_kind_is_valid(
    page_schema: etree.XMLSchema, document: Document
) -> None:
    blocks = tuple(replace(block, kind="advertisement") for block in document.pages[0].blocks)
    page = replace(document.pages[0], blocks=blocks)
    root = check_page(page_schema, page_to_page_xml(page, "a.png"))
    kinds = {region.get("type") for region in root.iter("{*}TextRegion")}
    assert kinds == {"other"}


@pytest.mark.filterwarnings("ignore")  # the checker is written for an older Python
def test_hocr_passes_the_checker(document: Document, tmp_path: Path) -> None:
    import hocr_spec

    path = tmp_path / "out.hocr"
    path.write_text(document_to_hocr(document, languages=LANGUAGES), "utf-8")
    report = hocr_spec.HocrValidator("standard").validate(str(path))
    assert report.is_valid(), report.format("text")


def test_hocr_says_languages_program_and_image(document: Document) -> None:
    root = etree.fromstring(document_to_hocr(document, languages=LANGUAGES).encode())
    meta = {element.get("name"): element.get("content") for element in root.iter("{*}meta")}
    assert meta["ocr-langs"] == "de grc"
    assert meta["ocr-system"] == f"effocr {effocr.__version__}"
    (page,) = root.xpath("//*[@class='ocr_page']")
    assert page.get("title").startswith('image "scan 1.png"; bbox 0 0 200 300; ppageno 0')


def test_hocr_shows_browsers_the_text_and_nothing_else(document: Document) -> None:
    """Read as HTML, where no element closes itself."""
    from lxml import html

    text = document_to_hocr(document).partition("<html")[2]
    body = html.document_fromstring("<html" + text).find("body")
    assert body is not None
    assert body.text_content().split() == document.text.split()


NUMBERS = ("HPOS", "VPOS", "WIDTH", "HEIGHT")


@pytest.fixture
def alto(document: Document) -> etree._Element:
    return etree.fromstring(document_to_alto(document, languages=LANGUAGES).encode())


def each(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    for name in names:
        found = list(root.iter(f"{{{NAMESPACE}}}{name}"))
        assert found, name
        yield from found


def test_alto_names_unit_image_program_and_languages(alto: etree._Element) -> None:
    names = {"a": NAMESPACE}

    def text(path: str) -> str | None:
        return alto.findtext(path, None, names)

    assert alto.get("SCHEMAVERSION") == "4.4"
    assert text("a:Description/a:MeasurementUnit") == "pixel"
    assert text("a:Description/a:sourceImageInformation/a:fileName") == "scan 1.png"
    software = "a:Description/a:Processing/a:processingSoftware/"
    assert text(software + "a:softwareName") == "effocr"
    assert text(software + "a:softwareVersion") == effocr.__version__
    (page,) = each(alto, "Page")
    assert (page.get("LANG"), page.get("OTHERLANGS")) == ("de", "grc")
    assert page.get("PHYSICAL_IMG_NR") == "1"


def test_alto_has_the_structure_of_its_schema(alto: etree._Element) -> None:
    tags = [etree.QName(child).localname for child in alto]
    assert tags == ["Description", "Tags", "Layout"]
    for line in each(alto, "TextLine"):
        inside = [etree.QName(child).localname for child in line]
        words = inside[1:] if inside[0] == "Shape" else inside
        assert words == (["String", "SP"] * len(words))[: len(words)]
        assert words[-1] == "String"
    for element in each(alto, "TextBlock", "TextLine", "String", "Glyph"):
        x, y, width, height = (float(str(element.get(name))) for name in NUMBERS)
        assert x >= 0 <= y
        assert width > 0 < height
    for glyph in each(alto, "Glyph"):
        assert len(str(glyph.get("CONTENT"))) == 1
        assert 0 <= float(str(glyph.get("GC"))) <= 1
    for variant in each(alto, "Variant"):
        assert len(str(variant.get("CONTENT"))) <= 3
        assert 0 <= float(str(variant.get("VC"))) <= 1
    for string in each(alto, "String"):
        assert 0 <= float(str(string.get("WC"))) <= 1
        spelled = "".join(str(glyph.get("CONTENT")) for glyph in string)
        assert spelled == string.get("CONTENT")


def test_alto_ids_are_there_once_and_refer_to_something(alto: etree._Element) -> None:
    ids = [element.get("ID") for element in alto.iter() if element.get("ID")]
    assert len(ids) == len(set(ids))
    refs = [element.get("TAGREFS") for element in alto.iter() if element.get("TAGREFS")]
    assert refs
    assert set(refs) <= set(ids)
