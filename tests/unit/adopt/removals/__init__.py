"""Unit tests of ``nbenv.adopt.removals``."""
