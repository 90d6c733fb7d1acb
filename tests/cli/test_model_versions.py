"""`effocr models promote|rollback|compare|list` with versions."""

import json
from pathlib import Path

import pytest

from effocr.bundle import find_model, load_manifest, write_bundle
from effocr.cli.main import main

pytestmark = pytest.mark.usefixtures("home")


def test_a_gate_or_its_absence_must_be_said(
    good: Path, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "promote", str(good), "--name", "blocks"]) == 2
    assert "--no-gate" in capsys.readouterr().err
    both = ["--gate", str(gate), "--no-gate"]
    assert main(["models", "promote", str(good), "--name", "blocks", *both]) == 2


def test_a_worse_model_is_refused_with_the_table_and_status_1(
    good: Path, poor: Path, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promote = ["models", "promote", "--name", "blocks", "--gate", str(gate), "--threads", "1"]
    assert main([*promote, str(good)]) == 0
    out = capsys.readouterr().out
    assert "after" in out
    assert "before" not in out
    assert "blocks: nothing -> " in out
    first = find_model("blocks").name
    assert main([*promote, str(poor)]) == 1
    printed = capsys.readouterr()
    assert "gate  before" in printed.out
    assert "is refused: CER is worse on gate" in printed.err
    assert find_model("blocks").name == first
    assert main([*promote, str(poor), "--force"]) == 0
    assert "(--force)" in capsys.readouterr().out
    second = find_model("blocks").name
    assert main([*promote, str(poor)]) == 0
    assert "is current already" in capsys.readouterr().out

    assert main(["models", "list"]) == 0
    listed = capsys.readouterr().out
    assert f"  * {second}" in listed
    assert f"    {first}" in listed
    assert "refuse, promote" in listed
    assert "forced" in listed
    assert main(["models", "rollback", "blocks"]) == 0
    assert capsys.readouterr().out == f"blocks: {second} -> {first}\n"
    assert main(["models", "verify", "blocks"]) == 0


def test_a_name_that_is_damaged_is_listed_as_such(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "promote", str(good), "--name", "blocks", "--no-gate"]) == 0
    (tmp_path / "home" / "models" / "blocks" / "current").write_text("?")
    capsys.readouterr()
    assert main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "blocks\tdamaged" in out
    assert "en\t" in out


def test_compare_says_what_differs(
    good: Path, poor: Path, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "promote", str(good), "--name", "blocks", "--no-gate"]) == 0
    capsys.readouterr()
    arguments = ["blocks", str(poor), "--gate", str(gate), "--threads", "1"]
    assert main(["models", "compare", *arguments]) == 0
    out = capsys.readouterr().out
    assert "only blocks knows: u\n" in out
    assert f"only {poor} knows: nothing\n" in out
    assert "the same files: localizer.onnx, recognizer.onnx\n" in out
    assert "CER %" in out
    assert "figure" not in out  # neither manifest has any
    manifest = load_manifest(poor).model_copy(update={"metrics": {"f": 0.5}})
    write_bundle(poor, manifest, {name: poor / name for name in manifest.files})
    assert main(["models", "compare", "blocks", str(poor)]) == 0
    assert ["f", "-", "0.5"] in [line.split() for line in capsys.readouterr().out.splitlines()]
    assert main(["models", "compare", "blocks", "blocks"]) == 2
    assert "two different models" in capsys.readouterr().err


def test_show_names_the_lineage(good: Path, poor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", str(poor)]) == 0
    assert "made by    index, parent " in capsys.readouterr().out


def test_a_version_is_read_with_by_name(
    good: Path, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "promote", str(good), "--name", "blocks", "--no-gate"]) == 0
    version = find_model("blocks").name
    capsys.readouterr()
    for model in ("blocks", f"blocks@{version[:6]}"):
        assert main(["read", "--lines", str(gate / "a_0.png"), "--model", model]) == 0
        assert capsys.readouterr().out.strip() == "Inu nI"
    assert main(["evaluate", "lines", str(gate), "--model", "blocks", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert f"blocks@{version}" in values["gate"]["effocr"]["configuration"]
