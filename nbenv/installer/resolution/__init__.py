"""Attempts of a resolution: for more or fewer platforms, with builds and without."""
