"""A new version of a model whose index was changed, and maybe its networks."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from effocr.bundle import EMBEDDED, INDEX, LABELS, MANIFEST, PICTURES, Bundle, write_bundle
from effocr.errors import BundleError, UsageError
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.pictures import Pictures, pictures_of
from effocr.versions import Lineage, is_version, model_label, version_id


@dataclass(frozen=True, slots=True)
class NewNetworks:
    """What fine-tuning changes besides the index.

    Attributes:
        files: of the model folder, by name: graphs, weights, memory.
        metrics: of the manifest; those of the old networks say nothing of these.
    """

    files: Mapping[str, Path]
    metrics: Mapping[str, float]


def write_with_index(
    bundle: Bundle,
    index: GlyphIndex,
    *,
    out: Path | None = None,
    data: str | None = None,
    samples: int = 0,
    networks: NewNetworks | None = None,
    pictures: Pictures | None = None,
) -> Bundle:
    """Write a model with another index: all files new, or all old, whatever happens in between.

    Args:
        bundle: the model.
        index: the new index, of the same encoder.
        out: folder of the new model, which must not exist; None: in place of the old one.
        data: fingerprint of what was added, see `effocr.data.fingerprint`.
        samples: lines or images that it was learnt from.
        networks: what takes the place of the old ones; None: these stay.
        pictures: the new ones; None: those of the model.

    Returns:
        The new model; its version counts up (1, 1+1, 1+2), its lineage names the old one.

    Raises:
        UsageError: the model comes with the program or is a version of a name, and `out` is not
            given; or `out` exists.
        BundleError: the index is of another encoder, or the folder can't be written.
    """
    target = out or bundle.folder
    if out is None and bundle.folder.resolve().is_relative_to(EMBEDDED.resolve()):
        raise UsageError(
            f"{bundle.folder.name} comes with the program; write a copy with --out DIR"
        )
    if out is None and is_version(bundle.folder):
        raise UsageError(
            f"{model_label(bundle.folder)} is a version, which never changes; write a copy with "
            "--out DIR and make it current with `effocr models promote`"
        )
    if out is not None and out.exists():
        raise UsageError(f"{out}: exists already; give a new folder")
    if index.dim != bundle.manifest.embedding_size:
        raise BundleError(f"{target}: the index holds embeddings of another encoder")
    pictures = pictures if pictures is not None else pictures_of(bundle)
    charset = tuple(sorted({*index.characters, *(pictures.labels if pictures else ())}))
    version = _next(bundle.manifest.version)
    parent = version_id(bundle.path(MANIFEST).read_bytes())
    method = "index" if networks is None else "finetune"
    lineage = Lineage(parent=parent, data=data, samples=samples, method=method)
    metrics = dict(bundle.manifest.metrics if networks is None else networks.metrics)
    manifest = bundle.manifest.model_copy(
        update={"charset": charset, "version": version, "lineage": lineage, "metrics": metrics}
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as place:
        index.save(Path(place) / "index")
        files = {name: bundle.path(name) for name in bundle.manifest.files}
        files |= {} if networks is None else networks.files
        files |= {name: Path(place) / "index" / name for name in (INDEX, LABELS)}
        files.pop(PICTURES, None)
        if pictures:
            files[PICTURES] = Path(place) / "index" / PICTURES
            pictures.save(files[PICTURES])
        draft = Path(place) / "new"
        written = write_bundle(draft, manifest, files)
        _swap(draft, target, Path(place) / "old")
    return Bundle(target, written.manifest)


def _swap(draft: Path, target: Path, old: Path) -> None:
    """Put a folder in the place of another, and the other back if that fails."""
    existed = target.exists()
    try:
        if existed:
            _keep_strangers(target, draft)
            target.replace(old)
        try:
            draft.replace(target)
        except OSError:
            if existed:
                old.replace(target)
            raise
    except OSError as error:
        raise BundleError(f"{target}: cannot be replaced ({error})") from error


def _keep_strangers(target: Path, draft: Path) -> None:
    """Take files along that the manifest does not name, such as a licence text."""
    for path in target.iterdir():
        if path.name == PICTURES:  # forgotten
            continue
        if path.is_file() and not (draft / path.name).exists():
            shutil.copyfile(path, draft / path.name)


def _next(version: str) -> str:
    match = re.fullmatch(r"(.*)\+(\d+)", version)
    return f"{match[1]}+{int(match[2]) + 1}" if match else f"{version}+1"
