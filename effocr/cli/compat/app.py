"""`effocr compat`: the commands of EffOCR, ocrs, OpenOCR, text spotters, a corrections trainer.

Each command's flags are read by argparse in its own module, which has `run(argv) -> int`.
"""

from __future__ import annotations

import typer

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    help="Commands of the original EffOCR, ocrs, OpenOCR, text spotters, a corrections trainer.",
)

_PASS_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


@app.command("format-effocr-recognizer-dataset", context_settings=_PASS_ON)
def format_effocr_recognizer_dataset(context: typer.Context) -> None:
    """Cut glyphs out of COCO data sets and draw others from fonts: a recognizer's data set."""
    from effocr.cli.compat.format_effocr_recognizer_dataset import run

    raise typer.Exit(run(context.args))


@app.command("train-effocr-localizer-d2", context_settings=_PASS_ON)
def train_effocr_localizer_d2(context: typer.Context) -> None:
    """Train a localizer with Detectron2, or with another backend."""
    from effocr.cli.compat.train_effocr_localizer_d2 import run

    raise typer.Exit(run(context.args))


@app.command("train-effocr-recognizer", context_settings=_PASS_ON)
def train_effocr_recognizer(context: typer.Context) -> None:
    """Train a recognizer's encoder and fill its index."""
    from effocr.cli.compat.train_effocr_recognizer import run

    raise typer.Exit(run(context.args))


@app.command("infer-effocr", context_settings=_PASS_ON)
def infer_effocr(context: typer.Context) -> None:
    """Read text lines with PyTorch models."""
    from effocr.cli.compat.infer_effocr import run

    raise typer.Exit(run(context.args))


@app.command("infer-effocr-onnx-multi", context_settings=_PASS_ON)
def infer_effocr_onnx_multi(context: typer.Context) -> None:
    """Read text lines with ONNX models on several threads."""
    from effocr.cli.compat.infer_effocr_onnx_multi import run

    raise typer.Exit(run(context.args))


@app.command("coco-combine", context_settings=_PASS_ON)
def coco_combine(context: typer.Context) -> None:
    """Put two COCO data sets together."""
    from effocr.cli.compat.coco_combine import run

    raise typer.Exit(run(context.args))


@app.command("coco-split", context_settings=_PASS_ON)
def coco_split(context: typer.Context) -> None:
    """Split a COCO data set into train, val and test."""
    from effocr.cli.compat.coco_split import run

    raise typer.Exit(run(context.args))


@app.command("coco-subset", context_settings=_PASS_ON)
def coco_subset(context: typer.Context) -> None:
    """Take some images of a COCO data set."""
    from effocr.cli.compat.coco_subset import run

    raise typer.Exit(run(context.args))


@app.command("recognizer-onnx-export", context_settings=_PASS_ON)
def recognizer_onnx_export(context: typer.Context) -> None:
    """Export a trained recognizer to ONNX."""
    from effocr.cli.compat.recognizer_onnx_export import run

    raise typer.Exit(run(context.args))


@app.command("viz-effocr-recognizer", context_settings=_PASS_ON)
def viz_effocr_recognizer(context: typer.Context) -> None:
    """Draw the nearest neighbours of glyphs as pictures."""
    from effocr.cli.compat.viz_effocr_recognizer import run

    raise typer.Exit(run(context.args))


@app.command("verify-training-samples", context_settings=_PASS_ON)
def verify_training_samples(context: typer.Context) -> None:
    """Check correction samples before training on them."""
    from effocr.cli.compat.verify_training_samples import run

    raise typer.Exit(run(context.args))


@app.command("train-model", context_settings=_PASS_ON)
def train_model(context: typer.Context) -> None:
    """Train the sequence reader on correction samples."""
    from effocr.cli.compat.train_model import run

    raise typer.Exit(run(context.args))


@app.command("ocrs-train-rec", context_settings=_PASS_ON)
def ocrs_train_rec(context: typer.Context) -> None:
    """Train text recognition on HierText, as ocrs does."""
    from effocr.cli.compat.ocrs_train_rec import run

    raise typer.Exit(run(context.args))


@app.command("ocrs-train-detection", context_settings=_PASS_ON)
def ocrs_train_detection(context: typer.Context) -> None:
    """Train text detection on HierText, as ocrs does."""
    from effocr.cli.compat.ocrs_train_detection import run

    raise typer.Exit(run(context.args))


@app.command("ocrs-eval-detection", context_settings=_PASS_ON)
def ocrs_eval_detection(context: typer.Context) -> None:
    """Find the words of one image and draw them, as ocrs does."""
    from effocr.cli.compat.ocrs_eval_detection import run

    raise typer.Exit(run(context.args))


@app.command("openocr-train-det", context_settings=_PASS_ON)
def openocr_train_det(context: typer.Context) -> None:
    """Train a DBNet by a configuration of OpenOCR."""
    from effocr.cli.compat.openocr_train_det import run

    raise typer.Exit(run(context.args))


@app.command("openocr-eval-det", context_settings=_PASS_ON)
def openocr_eval_det(context: typer.Context) -> None:
    """Measure a DBNet by a configuration of OpenOCR."""
    from effocr.cli.compat.openocr_eval_det import run

    raise typer.Exit(run(context.args))


@app.command("openocr-infer-det", context_settings=_PASS_ON)
def openocr_infer_det(context: typer.Context) -> None:
    """Find the words of images by a configuration of OpenOCR."""
    from effocr.cli.compat.openocr_infer_det import run

    raise typer.Exit(run(context.args))


@app.command("openocr-toonnx", context_settings=_PASS_ON)
def openocr_toonnx(context: typer.Context) -> None:
    """Export a DBNet to ONNX, in the form of OpenOCR."""
    from effocr.cli.compat.openocr_toonnx import run

    raise typer.Exit(run(context.args))


@app.command("instantiate-template", context_settings=_PASS_ON)
def instantiate_template(context: typer.Context) -> None:
    """Make a folder to train a text spotter in, from a template."""
    from effocr.cli.compat.instantiate_template import run

    raise typer.Exit(run(context.args))


@app.command("spotting-train", context_settings=_PASS_ON)
def spotting_train(context: typer.Context) -> None:
    """Train a text spotter on COCO with text."""
    from effocr.cli.compat.spotting_train import run

    raise typer.Exit(run(context.args))


@app.command("spotting-eval", context_settings=_PASS_ON)
def spotting_eval(context: typer.Context) -> None:
    """Measure a text spotter by word spotting and end-to-end."""
    from effocr.cli.compat.spotting_eval import run

    raise typer.Exit(run(context.args))


@app.command("spotting-export", context_settings=_PASS_ON)
def spotting_export(context: typer.Context) -> None:
    """Export a text spotter to ONNX and OpenVINO."""
    from effocr.cli.compat.spotting_export import run

    raise typer.Exit(run(context.args))


@app.command("spotting-visualize", context_settings=_PASS_ON)
def spotting_visualize(context: typer.Context) -> None:
    """Draw what a text spotter reads in a video."""
    from effocr.cli.compat.spotting_visualize import run

    raise typer.Exit(run(context.args))
