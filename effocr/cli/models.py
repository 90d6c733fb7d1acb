"""`effocr models`: what models there are, what they can read, whether they are whole, versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.model_versions import compare, print_versions, promote, rollback
from effocr.errors import BundleError

if TYPE_CHECKING:
    from effocr.bundle import Manifest
    from effocr.versions import Lineage

__all__ = ["app"]

app = typer.Typer(
    help="Models: list, show, verify, compare, promote, roll back; templates to train from.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_Model = Annotated[str, typer.Argument(metavar="NAME|DIR", help="Name or folder of the model.")]


@app.command("list")
def list_() -> None:
    """List the models that `--model` knows by name; * is the current one of several versions."""
    from effocr.bundle import list_models, load_manifest
    from effocr.versions import CURRENT, current_folder

    for name, home in list_models().items():
        try:
            folder = current_folder(home) or home
            manifest = load_manifest(folder)
        except BundleError as error:
            print(f"{name}\tdamaged: {error}")
        else:
            languages = ",".join(manifest.languages) or "-"
            print(
                f"{name}\t{manifest.version}\t{languages}\t"
                f"{len(manifest.charset)} characters\t{folder}"
            )
        if (home / CURRENT).is_file():
            print_versions(home)


@app.command()
def show(model: _Model = "en") -> None:
    """Show what a model covers, its licence, fonts, recipe and figures."""
    from effocr.bundle import find_model, load_manifest

    folder = find_model(model)
    manifest = load_manifest(folder)
    print(f"{manifest.name} {manifest.version}   {folder}")
    if manifest.description:
        print(manifest.description)
    print(f"languages  {', '.join(manifest.languages) or '-'} ({manifest.direction})")
    print(f"licence    {manifest.licence}")
    if manifest.lineage is not None:
        _print_lineage(manifest.lineage)
    _print_charset(manifest)
    _print_fonts(manifest)
    _print_table("recipe", manifest.recipe)
    _print_table("metrics", manifest.metrics)


@app.command()
def verify(model: _Model = "en") -> None:
    """Check the files, characters and graphs of a model against its manifest."""
    from effocr.bundle import find_model
    from effocr.pipeline.onnx_engines import check_engines, load_engines

    folder = find_model(model)
    engines = load_engines(folder)
    try:
        check_engines(engines)
    except BundleError as error:
        raise BundleError(f"{folder}: {error}") from error
    manifest = engines.manifest
    print(
        f"{folder}: {len(manifest.files)} files and {len(manifest.charset)} characters are as "
        "the manifest says"
    )


app.command()(compare)
app.command()(promote)
app.command()(rollback)


@app.command()
def templates() -> None:
    """List the templates of models to train: their name, what they are, and where they lie."""
    from effocr.learn.templates import list_templates, load_template

    for name, path in list_templates().items():
        print(f"{name}\t{load_template(path).summary}\t{path}")


@app.command()
def instantiate(
    template: Annotated[
        str,
        typer.Argument(metavar="TEMPLATE", help="Name, folder or template.yaml of the template."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to be made.")],
) -> None:
    """Make a folder to train a model in: template.yaml, its settings, and the commands.

    In it: `python train.py`, `eval.py`, `export.py`, `visualize.py`.
    """
    from effocr.learn.templates import find_template, instantiate_template

    made = instantiate_template(find_template(template), out)
    print(f"{out}: {made.name}, {made.summary}")


def _print_lineage(lineage: Lineage) -> None:
    """Where the model comes from."""
    data = f" from {lineage.samples} samples {lineage.data[:16]}" if lineage.data else ""
    print(f"made by    {lineage.method}{data}, parent {lineage.parent or '-'}")


def _print_charset(manifest: Manifest) -> None:
    """The characters, by groups."""
    from effocr.charset import group_glyphs

    print(f"\ncharacters ({len(manifest.charset)})")
    for name, glyphs in group_glyphs(manifest.charset).items():
        print(f"  {name} ({len(glyphs)}): {' '.join(glyphs)}")


def _print_fonts(manifest: Manifest) -> None:
    """The fonts, with source and licence."""
    if manifest.fonts:
        print(f"\nfonts ({len(manifest.fonts)})")
    for font in manifest.fonts:
        print(f"  {font.name}: {font.licence}, {font.source}")


def _print_table(title: str, values: dict[str, str | int | float] | dict[str, float]) -> None:
    """Names and values."""
    if values:
        print(f"\n{title}")
    for name, value in values.items():
        print(f"  {name}: {value}")
