"""Kernels: the launcher, the waiting kernel, and what runs in the notebook's environment."""
