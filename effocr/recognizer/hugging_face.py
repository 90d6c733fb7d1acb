"""Networks of Hugging Face, from local files only."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from effocr.errors import MissingDependencyError, UsageError

__all__ = ["hugging_face_network", "of_this_version"]


def hugging_face_network(name: str, size_px: int, classes: int | None) -> nn.Module:
    """Make a network, with its weights where they are there.

    Args:
        name: local folder, or name in the local cache.
        size_px: side of its pictures, where the network starts at random.
        classes: outputs of a classifier on top; None: no classifier.

    Raises:
        UsageError: there is no such model on this machine.
        MissingDependencyError: transformers is not installed.
    """
    try:
        from transformers import AutoConfig, AutoModel, AutoModelForImageClassification
    except ImportError as error:
        raise MissingDependencyError(
            "networks of Hugging Face need transformers: pip install 'effocr[hf]'"
        ) from error
    kind = AutoModel if classes is None else AutoModelForImageClassification
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    given = {} if classes is None else {"num_labels": classes}
    try:
        config = AutoConfig.from_pretrained(name, **local, **given)
        if _holds_weights(name):
            with _quiet():
                net: nn.Module = kind.from_pretrained(
                    name, config=config, ignore_mismatched_sizes=classes is not None, **local
                )
            net.float()
        else:
            if isinstance(getattr(config, "image_size", None), int):
                config.image_size = size_px
            net = kind.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UsageError(
            f"{name}: no Hugging Face model here; give a local folder with its config.json, "
            f"nothing is downloaded ({first})"
        ) from error
    for part, tensor in net.named_parameters():
        if part.startswith("pooler."):  # not part of the embedding, so it learns nothing
            tensor.requires_grad_(False)
    return net


def _holds_weights(name: str) -> bool:
    """Whether a model's folder has weights; one in the cache is there for them."""
    folder = Path(name)
    return not folder.is_dir() or any(
        (folder / file).is_file()
        for file in ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
    )


def of_this_version(net: Any, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Weights of a Hugging Face network under the names of the version that is installed."""
    with _quiet():
        read, found = type(net).from_pretrained(
            None,
            config=net.config,
            state_dict=dict(weights),
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
    wrong_size = {
        name: weights.get(name, torch.zeros(size)) for name, size, _ in found["mismatched_keys"]
    }
    missing = set(found["missing_keys"]) - set(wrong_size)
    named = {name: value for name, value in read.state_dict().items() if name not in missing}
    unknown = {name: weights.get(name, torch.zeros(0)) for name in found["unexpected_keys"]}
    return {**named, **wrong_size, **unknown}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers from telling what it did not use, and how fast it was."""
    from transformers.utils import logging as messages

    level = messages.get_verbosity()
    messages.set_verbosity(logging.CRITICAL)
    messages.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        messages.set_verbosity(level)
        messages.enable_progress_bar()  # type: ignore[no-untyped-call]
