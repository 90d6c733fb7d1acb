"""The `effocr` command.

Every command lives in its own file beside this one, imports what is heavy inside its functions,
and is registered here in one line. Errors of ours become one line on stderr and exit status 2.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer

from effocr.cli import (
    align,
    bench,
    data,
    demo,
    evaluate,
    evaluate_detection,
    evaluate_pages,
    evaluate_spotting,
    export,
    index,
    learn,
    mine,
    models,
    read,
    synth,
    train,
)
from effocr.cli.compat.app import app as compat
from effocr.errors import EffOCRError

__all__ = ["app", "main"]

app = typer.Typer(
    name="effocr",
    help="OCR by retrieval: every glyph is located, embedded and looked up.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("read")(read.read)
app.add_typer(data.app, name="data")
evaluate.app.command("detection")(evaluate_detection.detection)
evaluate.app.command("spotting")(evaluate_spotting.spotting)
evaluate.app.command()(evaluate_pages.pages)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(bench.app, name="bench")
app.add_typer(synth.app, name="synth")
app.add_typer(train.app, name="train")
app.command("demo")(demo.demo)
app.command("mine")(mine.mine)
app.command("align")(align.align)
app.command("learn")(learn.learn)
app.command("export")(export.export)
app.add_typer(index.app, name="index")
app.add_typer(models.app, name="models")
app.add_typer(compat, name="compat")

# What only the training extra installs; a reader's environment does without.
_TRAINING = frozenset(
    {"fontTools", "onnx", "pytorch_metric_learning", "timm", "torch", "torchvision"}
)
_EXIT_USAGE, _EXIT_INTERRUPTED, _EXIT_PIPE = 2, 130, 141


def _show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        import effocr

        print(f"effocr {effocr.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """OCR by retrieval: every glyph is located, embedded and looked up."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: what follows `effocr` on the command line; None for that of the process.

    Returns:
        The exit status: 0 all went well, 1 some input failed, 2 an error of use, 130 interrupted.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.")  # about EXIF data and large scans
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # paths may hold bytes that are not UTF-8
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        app(args=None if argv is None else list(argv), prog_name="effocr")
    except EffOCRError as error:
        print(f"effocr: {error}", file=sys.stderr)
        return _EXIT_USAGE
    except ModuleNotFoundError as error:
        if error.name not in _TRAINING:
            raise
        print(
            f"effocr: this command needs {error.name}: pip install 'effocr[train]'", file=sys.stderr
        )
        return _EXIT_USAGE
    except KeyboardInterrupt:
        return _EXIT_INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return _EXIT_PIPE
    except OSError as error:  # a full disk, a folder that may not be written
        place = f"{error.filename}: " if error.filename else ""
        print(f"effocr: {place}{error.strerror or error}", file=sys.stderr)
        return _EXIT_USAGE
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def _silence_stdout() -> None:
    """Nobody reads stdout any more: keep the interpreter from complaining when it flushes."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
