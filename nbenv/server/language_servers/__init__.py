"""Completion and hover documentation from the packages of each notebook's own environment."""
