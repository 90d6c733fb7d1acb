"""The commands of other programs, with their own flags: one file per command."""
