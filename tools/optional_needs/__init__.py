"""Needs of parts of libraries besides them, read from their wheels."""
