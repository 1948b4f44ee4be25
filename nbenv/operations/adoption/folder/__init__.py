"""Adopt all notebooks of a folder at once, with the same versions wherever they agree."""
