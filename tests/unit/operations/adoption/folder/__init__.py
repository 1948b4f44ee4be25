"""Unit tests of ``nbenv.operations.adoption.folder``."""
