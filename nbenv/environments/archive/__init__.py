"""Environments in one file, which run wherever a CPython of their minor version is."""
