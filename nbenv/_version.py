"""The version, in one place: the package metadata and ``--version`` read it here."""

__all__ = ["__version__"]

__version__ = "0.1.0"
