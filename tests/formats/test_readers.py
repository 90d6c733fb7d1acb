"""Files of other programs, and files that are wrong."""

import json
from pathlib import Path

import pytest

from effocr.errors import DataFormatError, UsageError
from effocr.formats.alto_reader import read_alto
from effocr.formats.coco import read_coco_documents
from effocr.formats.files import read_documents
from effocr.formats.hocr_reader import read_hocr
from effocr.formats.lines_from import read_lines
from effocr.formats.page_xml_reader import read_page_xml

ALTO_2 = """<?xml version="1.0"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#">
 <Description><MeasurementUnit>inch1200</MeasurementUnit></Description>
 <Layout><Page ID="P1" PHYSICAL_IMG_NR="7" WIDTH="1200" HEIGHT="2400"><PrintSpace>
  <ComposedBlock ID="C1"><TextBlock ID="B1" HPOS="0" VPOS="0" WIDTH="800" HEIGHT="80">
   <TextLine HPOS="40" VPOS="40" WIDTH="400" HEIGHT="40" BASELINE="72">
    <String CONTENT="Wort" HPOS="40" VPOS="40" WIDTH="160" HEIGHT="40" WC="0.5"/><SP/>
    <String CONTENT="teil" HPOS="240" VPOS="40" WIDTH="160" HEIGHT="40" WC="1"
     SUBS_TYPE="HypPart1" SUBS_CONTENT="teilung"/><HYP CONTENT="-"/>
   </TextLine></TextBlock></ComposedBlock>
 </PrintSpace></Page></Layout></alto>
"""
PAGE_2013 = """<?xml version="1.0"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15">
 <Page imageFilename="a.jpg" imageWidth="100" imageHeight="200">
  <ReadingOrder><OrderedGroup id="g"><RegionRefIndexed index="1" regionRef="first"/>
   <OrderedGroupIndexed id="h" index="0"><RegionRefIndexed index="0" regionRef="second"/>
   </OrderedGroupIndexed></OrderedGroup></ReadingOrder>
  <ImageRegion id="picture"><Coords points="0,0 9,0 9,9"/></ImageRegion>
  <TextRegion id="unnamed"><Coords points="0,150 90,150 90,190"/></TextRegion>
  <TextRegion id="first" type="paragraph"><Coords points="10,60 90,60 90,100 10,100"/>
   <TextLine id="l1"><Coords points="10,60 90,62 90,80 10,78"/>
    <Baseline points="10,75 90,77"/>
    <TextEquiv index="1"><Unicode>second guess</Unicode></TextEquiv>
    <TextEquiv index="0"><Unicode>words of a line</Unicode></TextEquiv></TextLine></TextRegion>
  <TextRegion id="second"><Coords points="10,10 90,10 90,40 10,40"/>
   <TextLine id="l2" custom="readingOrder {index:0;}"><Coords points="10,10 90,10 90,30 10,30"/>
   </TextLine></TextRegion>
 </Page></PcGts>
"""
TESSERACT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en"><head><title></title>
 <meta name='ocr-system' content='tesseract 5.3.0' /></head><body>
 <div class='ocr_page' id='page_1' title='image "a;b.png"; bbox 0 0 100 50; ppageno 2'>
  <div class='ocr_carea' id='block_1_1' title="bbox 10 10 60 30">
   <p class='ocr_par' id='par_1_1' lang='eng' title="bbox 10 10 60 30">
    <span class='ocr_header' title="bbox 10 10 60 30; baseline 0.01 -5; x_size 20">
     <span class='ocrx_word' title='bbox 10 10 30 30; x_wconf 90'>
      <span class='ocrx_cinfo' title='x_bboxes 10 10 20 30; x_conf 99.5'>I</span>
      <span class='ocrx_cinfo' title='x_bboxes 20 10 30 30; x_conf 98.5'>t</span>
     </span>
     <span class='ocrx_word' title='bbox 40 10 60 30; x_wconf 80'><strong>is</strong><span
       class='ocrx_cinfo' id='lstm_choices_1'><span class='ocrx_cinfo' title='x_confs 3'>ls</span>
      </span></span>
    </span></p></div></div></body></html>
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "given.xml"


def test_alto_in_units_of_length_needs_the_resolution(file: Path) -> None:
    file.write_text(ALTO_2)
    with pytest.raises(DataFormatError, match=r"given\.xml:3: .* inch1200: give .* \(dpi\)"):
        read_alto(file)
    with pytest.raises(UsageError, match="dpi 0"):
        read_alto(file, dpi=0)
    (page,) = read_alto(file, dpi=300).pages
    (line,) = page.lines
    assert (page.number, page.width, page.height, page.dpi) == (7, 300, 600, 300)
    assert line.box == (10, 10, 110, 20)
    assert [word.box for word in line.words] == [(10, 10, 50, 20), (60, 10, 100, 20)]
    assert line.text == "Wort teil-"
    assert line.confidence == 0.75
    assert line.baseline == ((10, 18), (110, 18))
    assert page.blocks[0].box == (0, 0, 200, 20)


def test_alto_is_read_without_a_namespace(file: Path) -> None:
    plain = ALTO_2.replace(' xmlns="http://www.loc.gov/standards/alto/ns-v2#"', "")
    file.write_text(plain.replace("inch1200", "mm10"))
    assert read_documents(file, dpi=254)[0].lines[0].box == (40, 40, 440, 80)
    file.write_text(plain.replace("inch1200", "furlong"))
    with pytest.raises(DataFormatError, match=r":3: MeasurementUnit 'furlong'; known are pixel"):
        read_alto(file)


def test_blocks_of_alto_come_in_its_reading_order(file: Path) -> None:
    line = '<TextLine HPOS="0" VPOS="0" WIDTH="9" HEIGHT="9"><String CONTENT="{0}"/></TextLine>'
    block = '<TextBlock ID="{0}">' + line + "</TextBlock>"
    order = "".join(f'<ElementRef ID="r{name}" REF="{name}"/>' for name in "cab")
    file.write_text(
        f'<alto><ReadingOrder><OrderedGroup ID="g">{order}</OrderedGroup></ReadingOrder><Layout>'
        f"<Page>{''.join(block.format(name) for name in 'abc')}</Page></Layout></alto>"
    )
    assert [line.text for line in read_alto(file).lines] == ["c", "a", "b"]


def test_page_xml_of_2013_is_read_in_reading_order(file: Path) -> None:
    file.write_text(PAGE_2013)
    document = read_page_xml(file)
    assert document.source == "a.jpg"
    second, first, unnamed = document.pages[0].blocks
    assert [line.text for line in first.lines] == ["words of a line"]
    assert first.lines[0].baseline == ((10, 75), (90, 77))
    assert first.lines[0].polygon == ((10, 60), (90, 62), (90, 80), (10, 78))
    assert first.kind == "paragraph"
    assert second.lines[0].box == (10, 10, 90, 30)
    assert unnamed.lines == ()


@pytest.mark.parametrize("broken", [False, True])
def test_hocr_of_tesseract_is_read(broken: bool, file: Path) -> None:
    """Also where it is HTML and no XML."""
    file.write_text(TESSERACT.replace("</title>", "</title><br>&nbsp;") if broken else TESSERACT)
    document = read_hocr(file)
    (page,) = document.pages
    (line,) = page.lines
    assert (document.source, page.number, page.width) == ("a;b.png", 3, 100)
    assert line.text == "It is"
    assert [glyph.text for glyph in line.glyphs] == ["I", "t"]
    assert line.glyphs[0].confidence == 0.995
    assert line.words[1].box == (40, 10, 60, 30)
    assert line.baseline == ((10, 25), (60, 25.5))


def test_alto_of_tesseract_counts_pages_from_zero(file: Path) -> None:
    page = '<Page PHYSICAL_IMG_NR="{}" WIDTH="9" HEIGHT="9"><PrintSpace/></Page>'
    both = page.format(0) + page.format(1)
    file.write_text(f"<alto><Description/><Layout>{both}</Layout></alto>")
    assert [page.number for page in read_alto(file).pages] == [1, 2]


def test_coco_without_lines_is_one_line_an_image(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (60, 20)).save(tmp_path / "a.png")
    boxes = ((2, "t"), (12, "o"), (30, "b"), (40, "e"))
    chars = ", ".join(
        f'{{"id": {n}, "image_id": 1, "category_id": 0, "bbox": [{x}, 2, 8, 16], "text": "{text}"}}'
        for n, (x, text) in enumerate(boxes)
    )
    (tmp_path / "annotations.json").write_text(
        '{"images": [{"id": 1, "file_name": "a.png", "width": 60, "height": 20, "text": "to be"}],'
        f'"annotations": [{chars}], "categories": [{{"id": 0, "name": "char"}}]}}'
    )
    (document,) = read_coco_documents(tmp_path / "annotations.json")
    (line,) = document.lines
    assert line.text == "to be"
    assert [word.box for word in line.words] == [(2, 2, 20, 18), (30, 2, 48, 18)]


def test_a_line_of_alto_without_a_place_or_text_lies_around_its_strings(file: Path) -> None:
    string = '<String HPOS="3" VPOS="4" WIDTH="5" HEIGHT="6" CONTENT=""/>'
    file.write_text(
        f"<alto><Page><TextBlock><TextLine>{string}</TextLine></TextBlock></Page></alto>"
    )
    (line,) = read_alto(file).lines
    assert (line.text, line.box, line.words) == ("", (3, 4, 8, 10), ())


def test_a_header_of_hocr_and_nested_areas_give_each_line_once(file: Path) -> None:
    def element(kind: str, content: str) -> str:
        return f'<div class="{kind}" title="bbox 1 1 9 9">{content}</div>'

    header = element("ocr_header", element("ocr_line", "a") + element("ocr_line", "b"))
    areas = element("ocr_carea", element("ocr_carea", header) + element("ocr_caption", "c"))
    file.write_text(f"<html>{element('ocr_page', areas)}</html>")
    assert [line.text for line in read_hocr(file).lines] == ["a", "b", "c"]


def test_an_outline_of_hocr_with_too_few_points_is_none(file: Path) -> None:
    line = '<p class="ocr_line" title="bbox 1 1 9 9; poly 1 1 9 9">a</p>'
    file.write_text(f'<html><div class="ocr_page" title="bbox 0 0 9 9">{line}</div></html>')
    assert read_hocr(file).lines[0].polygon == ((1, 1), (9, 1), (9, 9), (1, 9))


def test_confidences_of_alto_above_one_are_cut(file: Path) -> None:
    file.write_text(ALTO_2.replace('WC="1"', 'WC="95"'))
    assert read_alto(file, dpi=300).lines[0].confidence == 0.75  # of 0.5 and 1


@pytest.mark.parametrize(
    ("start", "said", "end"),
    [
        (
            '<alto><Page><TextBlock><TextLine><String CONTENT="a" HPOS="1" VPOS="1" WIDTH="8" '
            'HEIGHT="8"',
            ' WC="0.5"',
            '><Glyph CONTENT="a"/></String></TextLine></TextBlock></Page></alto>',
        ),
        (
            '<PcGts><Page imageWidth="9" imageHeight="9"><TextRegion><Coords points="1,1 9,1 9,9"/>'
            '<TextLine><Coords points="1,1 9,1 9,9"/><Word><Coords points="1,1 9,1 9,9"/><Glyph>'
            '<Coords points="1,1 9,1 9,9"/><TextEquiv><Unicode>a</Unicode></TextEquiv></Glyph>'
            "<TextEquiv",
            ' conf="0.5"',
            "><Unicode>a</Unicode></TextEquiv></Word></TextLine></TextRegion></Page></PcGts>",
        ),
        (
            '<html><p class="ocr_page" title="bbox 0 0 9 9"><i class="ocr_line" title="bbox 1 1 9 9'
            '"><i class="ocrx_word" title="bbox 1 1 9 9',
            "; x_wconf 50",
            '"><i class="ocrx_cinfo" title="x_bboxes 1 1 9 9">a</i></i></i></p></html>',
        ),
    ],
)
def test_glyphs_without_a_confidence_have_that_of_their_word_or_one(
    start: str, said: str, end: str, file: Path
) -> None:
    for content, sure in ((start + said + end, 0.5), (start + end, 1.0)):
        file.write_text(content)
        (line,) = read_documents(file)[0].lines
        assert [(glyph.text, glyph.confidence) for glyph in line.glyphs] == [("a", sure)]
        assert line.confidence == sure


def test_scores_of_hocr_out_of_bounds_are_cut(file: Path) -> None:
    """Tesseract 3.0 writes such."""
    words = "".join(
        f'<span class="ocrx_word" title="bbox 1 1 9 9; x_wconf {score}">a</span>'
        for score in (-3, 80, 120)
    )
    line = f'<span class="ocr_line" title="bbox 1 1 9 9">{words}</span>'
    file.write_text(f'<html><p class="ocr_page" title="bbox 0 0 9 9">{line}</p></html>')
    assert read_hocr(file).lines[0].confidence == 0.6  # of 0, 0.8 and 1


@pytest.mark.parametrize(
    ("of_image", "of_annotation"), [({"page": "two"}, {}), ({}, {"line": float("inf")})]
)
def test_coco_with_odd_numbers_is_refused(
    of_image: dict[str, object], of_annotation: dict[str, object], file: Path
) -> None:
    image = {"file_name": "a.png", "width": 9, "height": 9}
    annotation = {"image_id": 1, "line": 0, "bbox": [0, 0, 9, 9], "text": "a"}
    content = {
        "images": [{"id": 1, **image}, {"id": 2, **image, **of_image}],
        "annotations": [{**annotation, "category_id": n, **of_annotation} for n in (0, 1)],
        "categories": [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}],
    }
    file.write_text(json.dumps(content))
    with pytest.raises(DataFormatError, match=r"given\.xml: not as `effocr read --format coco`"):
        read_coco_documents(file)


def test_entities_are_refused_not_expanded(file: Path) -> None:
    bomb = '<!DOCTYPE alto [\n<!ENTITY a SYSTEM "file:///etc/hostname">]>\n<alto>&a;</alto>'
    for encoding in ("utf-8", "utf-16"):
        file.write_text(bomb, encoding)
        with pytest.raises(DataFormatError, match=r"given\.xml:2: entities"):
            read_alto(file)
    file.write_text(bomb.replace("alto", "html"))
    with pytest.raises(DataFormatError, match="entities"):
        read_hocr(file)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<alto>\n<Layout>", r":2: not well-formed XML"),
        ("<alto/>", r"without a Page"),
        (ALTO_2.replace('VPOS="40" WIDTH="400"', 'VPOS="4O" WIDTH="400"'), r":6: VPOS='4O' is not"),
        (ALTO_2.replace('WC="0.5"', 'WC="nan"'), r":7: WC='nan' is not a number"),
        ("<alto><Page><TextBlock>\n<TextLine/></TextBlock></Page></alto>", r":2: a TextLine with"),
        (PAGE_2013.replace("10,60 90,62 90,80 10,78", "10,60 90,62 90"), r":10: points=.* no list"),
        (PAGE_2013.replace("10,60 90,62 90,80 10,78", "10,60 90,62"), r":10: 2 points in points"),
        (
            PAGE_2013.replace('<Coords points="10,10 90,10 90,30 10,30"/>', ""),
            r":15: TextLine with",
        ),
        (PAGE_2013.replace('imageWidth="100"', ""), r":3: Page lacks imageWidth"),
        ("<PcGts/>", r":1: a PAGE-XML file is PcGts with a Page"),
        (
            TESSERACT.replace("bbox 10 10 60 30; base", "bbox 10 10 60; base"),
            r":9: ocr_header need",
        ),
        (TESSERACT.replace("x_wconf 90", "x_wconf high"), r":10: x_wconf 'high': no numbers"),
        (TESSERACT.replace("bbox 0 0 100 50", "bbox 0 0 nan 50"), r":6: bbox .*nan.*: no numbers"),
        (TESSERACT.replace("bbox 0 0 100 50", "bbox 0 0 inf 50"), r":6: bbox .*inf.*: no numbers"),
        ("<html/>", r"no hOCR file"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(content: str, reason: str, file: Path) -> None:
    file.write_text(content)
    with pytest.raises(DataFormatError, match=r"given\.xml.*" + reason):
        read_documents(file, dpi=300)


def test_lines_are_given_by_any_file_with_their_order(file: Path) -> None:
    file.write_text(PAGE_2013)
    (page,) = read_lines(file)
    assert [line.polygon[0] for line in page.lines] == [(10, 10), (10, 60)]
    file.write_text(ALTO_2)
    assert [line.box for line in read_lines(file, dpi=300)[0].lines] == [(10, 10, 110, 20)]
    file.write_text(TESSERACT)
    assert [line.box for line in read_lines(file)[0].lines] == [(10, 10, 60, 30)]


def test_lines_beside_the_page_are_refused(file: Path) -> None:
    file.write_text(PAGE_2013.replace("10,10 90,10 90,30 10,30", "110,10 190,10 190,30 110,30"))
    with pytest.raises(DataFormatError, match=r"given\.xml: line 1 of page 1 .* 100 x 200"):
        read_lines(file)
    file.write_text('{"path": "a.png"}')
    with pytest.raises(DataFormatError, match="jsonl gives no lines"):
        read_lines(file)
