"""Drivers of clusters, one module an engine: they run in a notebook's kernel, loaded by path."""
