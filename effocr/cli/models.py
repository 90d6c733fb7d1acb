"""`effocr models`: what models there are, what they can read, and whether they are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from effocr.errors import BundleError

if TYPE_CHECKING:
    from effocr.bundle import Manifest

__all__ = ["app"]

app = typer.Typer(help="Models: list, show, verify.", no_args_is_help=True, rich_markup_mode=None)

_Model = Annotated[str, typer.Argument(metavar="NAME|DIR", help="Name or folder of the model.")]


@app.command("list")
def list_() -> None:
    """List the models that `--model` knows by name."""
    from effocr.bundle import list_models, load_manifest

    for folder in list_models():
        try:
            manifest = load_manifest(folder)
        except BundleError as error:
            print(f"{folder.name}\tdamaged: {error}")
            continue
        languages = ",".join(manifest.languages) or "-"
        print(
            f"{folder.name}\t{manifest.version}\t{languages}\t"
            f"{len(manifest.charset)} characters\t{folder}"
        )


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
