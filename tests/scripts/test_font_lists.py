"""The lists of fonts and the recipes that name them, and the command's words about itself."""

import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from effocr.charset import read_charset
from effocr.learn.recipe import read_recipe
from effocr.synth.font_tables import FontKind

ROOT = Path(__file__).parents[2]
LISTS = sorted((ROOT / "scripts/fonts").glob("*.yaml"))
OPEN = ("OFL-1", "GPL-", "LicenseRef-GUST")


def entries(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_list_is_in_form_and_its_fonts_are_open(path: Path) -> None:
    content = entries(path)
    listed = [*content["fonts"], *content["held_out"]]
    for entry in listed:
        assert entry["kind"] in get_args(FontKind)
        assert entry["source"] in ("apt", "npm")
        assert entry["licence"].startswith(OPEN)
        assert "AGPL" not in entry["licence"]
        assert "GPL" not in entry["licence"] or "Font-exception" in entry["licence"]
    assert set(content["required"]) <= {entry["kind"] for entry in listed}
    files = [(e["package"], f, e.get("alphabet")) for e in listed for f in e.get("files", [""])]
    assert len(files) == len(set(files))  # the index knows one kind of each file


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_held_out_fonts_are_not_trained_on(path: Path) -> None:
    content = entries(path)
    packages = [{entry["package"] for entry in content[part]} for part in ("fonts", "held_out")]
    assert not packages[0] & packages[1]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_recipe_names_the_list_and_its_charset_has_what_is_required(path: Path) -> None:
    recipe = read_recipe(ROOT / "scripts/recipes" / path.name)
    assert recipe.fonts is not None
    assert recipe.fonts.resolve() == path
    charset = set(read_charset(recipe.charset))
    for kind, characters in entries(path)["required"].items():
        assert charset.issuperset(characters), kind
    kinds = recipe.synthesis.kinds
    assert {entry["kind"] for entry in entries(path)["fonts"]} <= set(kinds)
    assert recipe.synthesis.script.second_kind in kinds
    assert recipe.synthesis.wear["receipt"] == 0


def test_the_command_names_the_models() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/train_model", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in ("train_model en", "train_model de-frak", "train_model grc"):
        assert name in done.stdout
