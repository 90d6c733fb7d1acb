"""Every command answers --help, and docs/cli.md says the same."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cli_docs", ROOT / "scripts" / "cli_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cli_docs = load_script()


@pytest.mark.parametrize("name", cli_docs.command_names())
def test_every_command_answers_help_and_describes_itself(name: str) -> None:
    text = cli_docs.help_of(name)
    script = name.removeprefix("effocr compat ").replace("-", "_")  # argparse names the script
    assert text.startswith((f"Usage: {name}", f"usage: {script}.py"))
    described = text.split("\n\n")[1].strip()
    assert described, f"{name} has no description"
    assert not described.startswith("Options:")


@pytest.mark.parametrize("name", cli_docs.command_names())
def test_every_command_is_documented_as_it_is(name: str) -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    documented, as_it_is = f"<!-- help: {name} -->" in page, cli_docs.help_of(name) in page
    assert documented, "python scripts/cli_docs.py adds it"
    assert as_it_is, "out of date: python scripts/cli_docs.py"


def test_a_new_command_gets_a_section_and_text_by_hand_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli_docs, "command_names", lambda: ["effocr read", "effocr models list"])
    page = cli_docs.filled("# By hand\n\n<!-- help: effocr read -->old<!-- end -->\n\nkept\n")
    assert page.startswith("# By hand\n\n<!-- help: effocr read -->\n\n```text\nUsage: effocr read")
    assert "old" not in page.split("<!-- end -->")[0].split("```")[0]
    assert "\n\nkept\n\n## effocr models list" in page
    assert page == cli_docs.filled(page)


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_drawing_names_the_characters_that_it_cannot_do_without(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for command in re.findall(r"^effocr synth (?:lines|pages|glyphs) .*--fonts .*", text, re.M):
        assert re.search("--(charset|language) ", command), command
