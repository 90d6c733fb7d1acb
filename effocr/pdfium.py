"""The lock around pdfium, which must not be called by two threads at once, whatever they read."""

from __future__ import annotations

import threading
from typing import Final

__all__ = ["PDFIUM_LOCK"]

PDFIUM_LOCK: Final = threading.RLock()
