"""Unit tests of ``nbenv.engine.accelerators``."""
