"""Page -> lines or words."""
