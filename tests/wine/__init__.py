"""nbenv on a Windows CPython under Wine, on Linux."""
