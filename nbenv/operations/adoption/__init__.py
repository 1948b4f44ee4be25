"""Adopt an ordinary notebook: dates, Pythons, names and edits around the resolve."""
