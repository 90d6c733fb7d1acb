"""Glyph -> character: crops, encoder, loss, sampler, training and the nearest-neighbour index."""
