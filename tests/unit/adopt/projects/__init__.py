"""Unit tests of ``nbenv.adopt.projects``."""
