"""Keep nbenv's own files below ``NBENV_HOME``."""
