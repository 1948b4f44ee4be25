"""Packages that are installed in an environment, as their ``.dist-info`` folders describe them."""
