"""Unit tests of ``nbenv.adopt.printed``."""
