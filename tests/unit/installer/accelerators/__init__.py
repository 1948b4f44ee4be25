"""Unit tests of ``nbenv.installer.accelerators``."""
