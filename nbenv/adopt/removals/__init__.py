"""The modules and names that later versions of packages and of Python removed."""
