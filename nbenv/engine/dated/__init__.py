"""Resolve as of a day in the past."""
