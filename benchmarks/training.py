"""Images a second of each training, and the share of its time that is spent waiting for data.

Lines are drawn with the fonts of the repository. Each training runs a number of steps for every
number of workers; the first third is not counted. Prints a Markdown table. Detectron2 makes its
batches in its own loader, where no workers means that nothing is made ahead.
"""

import argparse
import itertools
import logging
import os
import string
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from effocr.bundle import LineShape
from effocr.charset import Charset, read_charset
from effocr.data.labelled import LabelledLine
from effocr.synth.fonts import load_fonts
from effocr.synth.frames import PreparedLine, prepare_line
from effocr.synth.lines import LineMaker
from effocr.training.log import read_log

if TYPE_CHECKING:
    from effocr.workbench.dataset import RecognizerData

ROOT = Path(__file__).resolve().parents[1]
PARTS = 15  # that a run is measured in


@dataclass(frozen=True)
class Data:
    """Drawn lines, in the forms that trainings want."""

    charset: Charset
    drawn: list[LabelledLine]
    folder: Path

    @cached_property
    def lines(self) -> list[PreparedLine]:
        """In memory, as the native trainings take them."""
        return [line for each in self.drawn if (line := prepare_line(each, LineShape()))]

    @cached_property
    def coco(self) -> Path:
        """On disk, as a data set."""
        from effocr.synth.write import write_lines

        write_lines(self.drawn, self.folder / "lines")
        return self.folder / "lines" / "annotations.json"

    @cached_property
    def renders(self) -> "RecognizerData":
        """Letters and digits in every font, as the classic recognizer takes them."""
        from effocr.language import load_language
        from effocr.workbench.dataset import open_dataset
        from effocr.workbench.formatting import FormatOptions, format_dataset

        characters = self.folder / "characters.txt"
        characters.write_text("\n".join(string.ascii_letters + string.digits), encoding="utf-8")
        out = self.folder / "renders"
        format_dataset(
            FormatOptions(
                cocos=(),
                images=self.folder,
                out=out,
                language=load_language("en"),
                charset=characters,
                fonts=ROOT / "english_font_files",
            )
        )
        return open_dataset(out)


def native_localizer(data: Data, loop: dict[str, Any], run: Path) -> Iterator[int]:
    """The native localizer; images are lines."""
    from effocr.localizer.config import LocalizerTraining
    from effocr.localizer.train import LineBatches, train_localizer

    config = LocalizerTraining()
    config = config.model_copy(update={"loop": config.loop.model_copy(update=loop)})
    train_localizer(data.lines, [], data.charset, config, run=run)
    batches = LineBatches(data.lines, data.charset, config)
    return (len(batches[step]["lines"]) for step in itertools.count())


def native_recognizer(data: Data, loop: dict[str, Any], run: Path) -> Iterator[int]:
    """The native recognizer; images are glyphs."""
    from effocr.recognizer.config import RecognizerTraining
    from effocr.recognizer.sources import FrameSource, label_frames
    from effocr.recognizer.train import train_recognizer

    config = RecognizerTraining()
    config = config.model_copy(update={"loop": config.loop.model_copy(update=loop)})
    model = config.model
    frames = list(label_frames(data.lines, model.line, np.random.default_rng(0)))
    source = FrameSource(frames, line=model.line, crop=model.crop, jitter=config.jitter)
    train_recognizer(source, None, config, run=run)
    return itertools.repeat(config.batch_size)


def torchvision_localizer(data: Data, loop: dict[str, Any], run: Path) -> Iterator[int]:
    """Torchvision's Faster R-CNN with the settings of the backend; images are lines."""
    from effocr.localizer.backends.samples import read_samples
    from effocr.localizer.backends.torchvision_config import TorchvisionTraining
    from effocr.localizer.backends.torchvision_train import train_torchvision
    from effocr.pipeline.images import load_image

    config = TorchvisionTraining()
    config = config.model_copy(update={"loop": config.loop.model_copy(update=loop)})
    train_torchvision(read_samples([data.coco]), (), config, run=run, load=load_image)
    return itertools.repeat(config.batch_size)


def detectron2_localizer(data: Data, loop: dict[str, Any], run: Path) -> Iterator[int]:
    """Detectron2's Faster R-CNN R50-FPN as the original trains it; images are lines."""
    from effocr.localizer.backends.detectron2_config import Detectron2Training
    from effocr.localizer.backends.detectron2_train import train_detectron2
    from effocr.localizer.backends.samples import read_samples
    from effocr.pipeline.images import load_image

    samples = read_samples([data.coco]).samples
    settings = Detectron2Training(
        epochs=loop["max_steps"] / len(samples),
        gpus=int(loop["device"] != "cpu"),
        log_every=loop["log_every"],
        options=("DATALOADER.NUM_WORKERS", str(loop["workers"] or 0)),
    )
    train_detectron2(samples, (), settings, run=run, load=load_image)
    return itertools.repeat(settings.batch_size)


def classic_recognizer(data: Data, loop: dict[str, Any], run: Path) -> Iterator[int]:
    """A timm network of the original on renders of 224 pixels; images are glyphs."""
    from effocr.workbench.dataset import Split
    from effocr.workbench.recognizer_config import ClassicTraining
    from effocr.workbench.train_recognizer import train_classic

    config = ClassicTraining(
        timm="mobilenetv3_small_050", language="en", use="renders", mined=0, views_per_class=4
    )
    config = config.model_copy(
        update={"loop": config.loop.model_copy(update={**loop, "epochs": None})}
    )
    renders = data.renders
    train_classic(renders, Split(renders.samples, (), (), (), ()), config, run=run)
    return itertools.repeat(config.batch_size)


Training = Callable[[Data, dict[str, Any], Path], Iterator[int]]
TRAININGS: dict[str, tuple[Training, int]] = {  # and the steps that one step of --steps stands for
    "native localizer": (native_localizer, 6),
    "native recognizer": (native_recognizer, 6),
    "classic recognizer": (classic_recognizer, 2),
    "torchvision localizer": (torchvision_localizer, 2),
    "detectron2 localizer": (detectron2_localizer, 1),
}


@dataclass(frozen=True)
class Speed:
    """Of the steps that count."""

    steps_per_s: float
    images_per_s: float
    waiting: float


def measure(training: Training, data: Data, loop: dict[str, Any], run: Path) -> Speed:
    """Train and read the log."""
    images = list(itertools.islice(training(data, loop, run), loop["max_steps"]))
    rows = [row for row in read_log(run / "log.jsonl") if "waiting" in row]
    every = loop["log_every"]
    counted = [row for row in rows if row["step"] - every >= loop["max_steps"] // 3]
    seconds = [every / row["steps_per_s"] for row in counted]
    first, last = int(counted[0]["step"]) - every, int(counted[-1]["step"])
    waited = sum(row["waiting"] * s for row, s in zip(counted, seconds, strict=True))
    total = sum(seconds)
    return Speed((last - first) / total, sum(images[first:last]) / total, waited / total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TRAININGS, default=list(TRAININGS))
    parser.add_argument("--steps", type=int, default=15, help="of Detectron2; others take more")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--bf16", action="store_true", help="not for Detectron2")
    parser.add_argument("--lines", type=int, default=400)
    arguments = parser.parse_args()
    charset = read_charset(ROOT / "english_charsets")
    fonts = load_fonts(ROOT / "english_font_files", charset=charset).fonts
    maker, rng = LineMaker(fonts, charset), np.random.default_rng(0)
    device = "CPU"
    if arguments.device != "cpu" and torch.cuda.is_available():
        device = torch.cuda.get_device_name()
    else:
        arguments.device = "cpu"
    logging.disable(logging.WARNING)
    print(f"{device}, {os.cpu_count()} cores, {torch.get_num_threads()} threads of torch\n")
    print("| training | workers | steps/s | images/s | waiting for data |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        drawn = [maker.line(rng) for _ in range(arguments.lines)]
        data = Data(charset, drawn, Path(folder))
        for name, workers in itertools.product(arguments.only, arguments.workers):
            training, more = TRAININGS[name]
            loop = {
                "max_steps": arguments.steps * more,
                "workers": workers,
                "device": arguments.device,
                "bf16": arguments.bf16,
                "log_every": max(1, arguments.steps * more // PARTS),
                "save_every": arguments.steps * more,
            }
            speed = measure(training, data, loop, Path(folder) / f"{name} {workers}")
            print(
                f"| {name} | {workers} | {speed.steps_per_s:.2f} | {speed.images_per_s:.1f} | "
                f"{speed.waiting:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
