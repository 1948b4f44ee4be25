"""The packages that calls in a notebook need, besides those that it imports."""
