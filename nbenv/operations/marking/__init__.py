"""Marks beside the imports of a notebook: what each of them needs."""
