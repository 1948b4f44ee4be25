"""The parts of ``install``."""
