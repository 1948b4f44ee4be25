"""Kernels on another machine: their records, the changes of them, and what a page is told."""
