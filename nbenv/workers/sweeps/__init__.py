"""Sweeps on a cluster: the engine runs the rows, and nbenv keeps the results."""
