"""Unit tests of ``nbenv.engine.dated``."""
