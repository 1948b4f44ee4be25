"""Unit tests of ``nbenv.adopt.system``."""
