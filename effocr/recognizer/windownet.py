"""The encoder that shares the localizer's features: windows of them in, embeddings out.

The localizer has looked at the pixels already, so this is two small layers and costs a hundredth of
an encoder of crops. A straight linear path beside them keeps what the features tell apart linearly.
"""

from torch import Tensor, nn
from torch.nn import functional


class WindowNet(nn.Module):
    """Windows of features to embeddings of unit length."""

    def __init__(self, *, channels: int, columns: int, hidden: int, embedding_size: int) -> None:
        """Build the layers for windows [n, channels, columns]."""
        super().__init__()
        numbers = channels * columns
        self.scale = nn.BatchNorm1d(numbers)
        self.straight = nn.Linear(numbers, embedding_size)
        self.bent = nn.Sequential(
            nn.Linear(numbers, hidden),
            nn.BatchNorm1d(hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, embedding_size),
        )

    def forward(self, windows: Tensor) -> Tensor:
        """[n, channels, columns] float -> [n, embedding_size] float32 of unit length."""
        numbers = self.scale(windows.float().flatten(1))
        return functional.normalize((self.straight(numbers) + self.bent(numbers)).float(), dim=1)
