"""Line -> glyph boxes and word gaps."""
