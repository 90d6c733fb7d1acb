"""Corrections after reading: functions from a `Line` to a `Line`, each change marked in it."""
