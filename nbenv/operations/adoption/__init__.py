"""Adopt an ordinary notebook: choose its Python, its versions and their day, then install them."""
