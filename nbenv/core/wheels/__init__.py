"""Wheels, and the platforms and Pythons that can install them."""
