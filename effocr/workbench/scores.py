"""The original's figures, by the name that the commands know; see `effocr.metrics.original`."""

from effocr.metrics.original import Cleaning, LineScores, score_texts

__all__ = ["Cleaning", "LineScores", "score_texts"]
