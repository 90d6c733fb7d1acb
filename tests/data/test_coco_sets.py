"""What COCO files cannot be combined; tests/cli/compat has the rest, by the original's commands."""

import json
from pathlib import Path

import pytest

from effocr.data.coco_sets import combine_coco
from effocr.errors import DataFormatError


@pytest.mark.parametrize("category", [{"id": 0}, {"name": "char"}, {"id": 0, "name": ["char"]}])
def test_categories_need_an_id_and_a_name(tmp_path: Path, category: dict[str, object]) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"images": [], "annotations": [], "categories": [category]}))
    with pytest.raises(DataFormatError, match=r"a\.json: a category without id or name"):
        combine_coco([(file, tmp_path)], tmp_path / "out.json", tmp_path / "images")
