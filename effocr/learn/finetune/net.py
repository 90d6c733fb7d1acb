"""The two networks as one, as reading runs them: lines in, maps and embeddings of glyphs out.

Their normalisation keeps the statistics of the long training: a few lines would shift them.
"""

from typing import Final, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from effocr.localizer.model import NativeLocalizer
from effocr.recognizer.windownet import WindowNet

__all__ = ["ReadingNet", "RetrievalLoss"]

TEMPERATURE: Final = 0.05  # of cosines; what is 0.05 less alike is a third as likely
_NORMALISED = (nn.BatchNorm1d, nn.BatchNorm2d)


class ReadingNet(nn.Module):
    """The localizer and the encoder that looks at its features.

    Attributes:
        localizer: with its head that names characters.
        encoder: of windows.
    """

    def __init__(self, localizer: NativeLocalizer, encoder: WindowNet, *, columns: int) -> None:
        """Put both together; `columns` of the features are a window."""
        super().__init__()
        self.localizer, self.encoder = localizer, encoder
        self.beside = columns // 2

    def train(self, mode: bool = True) -> Self:
        """Learn, or stop learning; the normalisation never does."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, _NORMALISED):
                module.eval()
        return self

    def forward(
        self, lines: Tensor, line: Tensor, column: Tensor
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        """Look at lines, and at some of their glyphs.

        Args:
            lines: [n, height, width] uint8, frames.
            line: [g] int64, line of each glyph.
            column: [g] int64, column of the maps at its middle.

        Returns:
            Raw maps [n, channels, columns] and logits [n, characters, columns], see
            `NativeLocalizer`; embeddings [g, dim] of unit length.
        """
        features = self.localizer.look(lines)
        raw = self.localizer.maps(features).squeeze(2)
        head = self.localizer.characters
        logits = head(features).squeeze(2) if head is not None else None
        return raw, logits, self.encoder(self._windows(features.squeeze(2), line, column))

    def _windows(self, features: Tensor, line: Tensor, column: Tensor) -> Tensor:
        """[g, channels, columns] around the middles; 0 beyond either end, as reading cuts them."""
        padded = functional.pad(features, (self.beside, self.beside)).permute(0, 2, 1)
        around = torch.arange(2 * self.beside + 1, device=column.device)
        wanted = column.clamp(0, features.shape[2] - 1)[:, None] + around
        return padded[line[:, None], wanted].permute(0, 2, 1)


class RetrievalLoss(nn.Module):
    """How far glyphs are from the rows of their character, among all rows of an index.

    The rows stay where they are, so that what the index holds keeps its meaning. A glyph belongs to
    a character by the sum over its rows, as in neighbourhood components analysis (Goldberger et al.
    2004).
    """

    def __init__(
        self,
        rows: npt.NDArray[np.float32],
        classes: npt.NDArray[np.int64],
        common: npt.NDArray[np.bool_],
    ) -> None:
        """Take rows [n, dim], the class of each, and whether it counts on every line."""
        super().__init__()
        self.register_buffer("rows", torch.from_numpy(rows), persistent=False)
        self.register_buffer("classes", torch.from_numpy(classes), persistent=False)
        self.register_buffer("common", torch.from_numpy(common), persistent=False)

    rows: Tensor
    classes: Tensor
    common: Tensor

    def forward(self, embeddings: Tensor, truth: Tensor, *, collection: bool) -> Tensor:
        """Mean over the glyphs whose class has rows; 0 where there are none.

        Args:
            embeddings: [g, dim], unit length.
            truth: [g] int64 classes; negative ones count nothing.
            collection: the glyphs are of the collection: its rows count, too.
        """
        likely = embeddings @ self.rows.T / TEMPERATURE
        if not collection:
            likely = likely.masked_fill(~self.common, -torch.inf)
        own = (self.classes == truth[:, None]) & (self.common | collection)
        known = own.any(dim=1)
        if not known.any():
            return embeddings.sum() * 0.0
        right = likely[known].masked_fill(~own[known], -torch.inf).logsumexp(dim=1)
        return (likely[known].logsumexp(dim=1) - right).mean()
